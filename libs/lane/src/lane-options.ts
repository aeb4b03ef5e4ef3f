import type { OpenOptions } from '@ringfence/journal';
import type { Exchange } from './channels.js';
import type { LoadOptions } from './load.js';
import type { LogRecord } from './log-tail.js';

export interface LaneOptions<State> extends LoadOptions<State> {
  readonly exchange: Exchange;
  /** names this process in its records */
  readonly writer: string;
  /** positions of this lane's log that others have seen */
  readonly witnesses?: OpenOptions['witnesses'];
  /** a standby tails the log until this allows it to take it over; at once by default */
  readonly mayOpen?: OpenOptions['mayOpen'];
  /** waiting client commands, at most */
  readonly queueMax?: number;
  /** hears of every record that is durable, in order */
  readonly onDurable?: (record: LogRecord) => void;
}

/** `fenced`: another process took over. `stopped`: a fault that needs a mended build. */
export type LaneStatus = 'active' | 'fenced' | 'stopped' | 'closed';
