import { streamText, type Journal } from '@ringfence/journal';
import type { Address } from '@ringfence/kernel';
import type { DecodeCache, Exchange, SnapshotStore } from '@ringfence/lane';
import type { About, Log } from './logs/log.js';
import type { Tracer } from './traces/tracer.js';
import { gatherWitnesses, withSeen, type SeenPosition, type Witnesses } from './witnesses.js';

/**
 * Something beside the lanes that may still put work into them: an effect with an instruction
 * under way.
 */
export interface Busy {
  quiet(): boolean;
}

/** Takes a snapshot of a lane beside it, in another thread. */
export interface ShadowSnapshots {
  /** @param now  an operator asks: do not wait for a better time */
  take(address: Address, now?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Who should own a lane, where several processes may. */
export interface OwnershipRule {
  /** Waits a moment. @returns whether nobody is heard who owns the lane */
  mayOpen(address: Address): Promise<boolean>;
  noteTaken(address: Address): void;
  /** whether another process was heard to own it in a later epoch */
  isContested(address: Address, epoch: number): boolean;
}

export interface LaneGroundOptions {
  readonly journal: Journal;
  readonly exchange: Exchange;
  readonly snapshots: SnapshotStore;
  readonly cache: DecodeCache;
  readonly partitions: number;
  /** names this process in its records */
  readonly writer: string;
  /** waiting client orders per lane, at most */
  readonly queueMax?: number;
  readonly shadow?: ShadowSnapshots;
  /** a lane takes a snapshot after so many events */
  readonly snapshotEvents?: number;
  /** when to take a lane over that another process may own; without it all lanes are this one's */
  readonly ownership?: OwnershipRule;
  /** positions of the logs that somebody besides the logs has seen; a fault makes it no witness */
  readonly moreWitnesses?: () => Promise<readonly SeenPosition[]>;
  /** follows orders; without it nobody does */
  readonly tracer?: Tracer;
  /** says what an operator should know */
  readonly log?: Log;
}

/** What the lanes of one process stand on, whichever service they belong to. */
export class LaneGround {
  readonly journal: Journal;
  readonly partitions: number;
  /** keys the tables of ids: 32 bits that no sender knows */
  readonly seed = crypto.getRandomValues(new Uint32Array(1))[0];
  /** what else must be done before the process is quiet */
  readonly others: Busy[] = [];
  readonly #waiters = new Set<() => void>();
  #witnesses: Promise<Witnesses> | undefined;

  constructor(readonly options: LaneGroundOptions) {
    this.journal = options.journal;
    this.partitions = options.partitions;
  }

  /** What the logs say of each other; read once, and again after `forget`. */
  witnesses(): Promise<Witnesses> {
    this.#witnesses ??= this.#gatherWitnesses();
    return this.#witnesses;
  }
  async #gatherWitnesses(): Promise<Witnesses> {
    const gathered = await gatherWitnesses(this.journal, this.partitions, (stream, fault) =>
      this.say(`${streamText(stream)} is no witness`, { level: 'warn', fault }),
    );
    try {
      return withSeen(gathered, (await this.options.moreWitnesses?.()) ?? []);
    } catch (fault) {
      this.say('who stands beside the logs is no witness', { level: 'warn', fault });
      return gathered;
    }
  }
  forget(): void {
    this.#witnesses = undefined;
  }

  join(other: Busy): void {
    this.others.push(other);
  }

  /** Something became durable somewhere. */
  noteDurable(): void {
    if (this.#waiters.size === 0) return;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }
  /** Resolves after the next record of any lane here, or after `ms`. */
  nextDurable(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiters.add(wake);
    });
  }

  say(message: string, about?: About): void {
    this.options.log?.(message, about);
  }
}
