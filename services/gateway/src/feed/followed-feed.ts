import type { Service } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import type { FollowedLog } from '@ringfence/service-kit';
import { Listeners, type Feed } from './feed.js';
import { Recent } from './recent.js';

export interface FollowedFeedOptions {
  readonly service: Service;
  readonly partition: number;
  readonly log: FollowedLog;
  readonly messagesMax: number;
}

/**
 * A log that this gateway follows anyway, since the log is the reply to its orders: whoever listens
 * costs no further reading, and its newest records are here whether somebody listened or not. So a
 * client may move from any gateway to any other and go on where it was.
 */
export class FollowedFeed implements Feed {
  readonly service: Service;
  readonly partition: number;
  readonly recent: Recent;
  readonly #log: FollowedLog;
  readonly #listeners = new Listeners();
  readonly #unlisten: () => void;
  #seq = 0;

  constructor({ service, partition, log, messagesMax }: FollowedFeedOptions) {
    this.service = service;
    this.partition = partition;
    this.recent = new Recent(messagesMax);
    this.#log = log;
    this.#unlisten = log.listen((record) => this.#hear(record));
  }

  get seq(): number {
    if (this.#seq === 0) this.#passOver(this.#log.head.seq);
    return this.#seq;
  }
  get isAwake(): boolean {
    return this.#log.isCurrent;
  }
  readonly listen = this.#listeners.listen;
  use(): Promise<void> {
    return this.#log.catchUp();
  }
  close(): void {
    this.#unlisten();
  }

  #hear(record: LogRecord): void {
    const { seq } = record.head;
    // somebody asked between the reading of the first records and this one: it began behind them
    if (seq <= this.#seq) return;
    if (this.#seq === 0) this.#passOver(seq - 1);
    this.#seq = seq;
    this.recent.push(record);
    this.#listeners.tell(record);
  }
  /** Following began behind that record. */
  #passOver(seq: number): void {
    this.#seq = seq;
    this.recent.skip(seq);
  }
}
