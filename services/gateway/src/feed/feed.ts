import type { Service } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import type { Recent } from './recent.js';

export type Hear = (record: LogRecord) => void;

/** One log as it grows, and its newest records. */
export interface Feed {
  readonly service: Service;
  readonly partition: number;
  /** the last record heard */
  readonly seq: number;
  /** it follows its log; one that sleeps first has to come up to it */
  readonly isAwake: boolean;
  readonly recent: Recent;
  /**
   * Says that somebody needs it, now and for a while.
   *
   * @returns resolves when it is where the log ended at this moment, or cannot be read now
   */
  use(): Promise<void>;
  /** Hears every record from now on, in order. @returns stops it */
  listen(hear: Hear): () => void;
}

/** Those who hear the records of one log. */
export class Listeners {
  readonly #all = new Set<Hear>();

  get size(): number {
    return this.#all.size;
  }
  readonly listen = (hear: Hear): (() => void) => {
    this.#all.add(hear);
    return () => this.#all.delete(hear);
  };
  tell(record: LogRecord): void {
    for (const hear of this.#all) hear(record);
  }
}
