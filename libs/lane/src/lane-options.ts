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
  /** hears that a record is handed to the log; there is one append in flight */
  readonly onAppend?: (seq: number) => void;
  /** hears of every record that is durable, in order */
  readonly onDurable?: (record: LogRecord) => void;
}

/** How far a lane is in one log that it reads. */
export interface InputStanding {
  readonly topic: string;
  /** last sequence number that the lane has taken */
  readonly taken: number;
  /** and the last that it was given: the rest waits */
  readonly read: number;
}
/** What happened to clients' commands since the lane opened. */
export interface LaneCounts {
  readonly repeated: number;
  readonly faulted: number;
  readonly quarantined: number;
}

/** `fenced`: another process took over. `stopped`: a fault that needs a mended build. */
export type LaneStatus = 'active' | 'fenced' | 'stopped' | 'closed';
