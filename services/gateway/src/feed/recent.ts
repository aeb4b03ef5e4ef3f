import type { LogRecord } from '@ringfence/lane';

/** The newest records of one log, as many as hold about so many commands and events. */
export class Recent {
  #records: LogRecord[] = [];
  #first = 0;
  #messages = 0;
  #floor = 0;

  constructor(readonly messagesMax: number) {}

  /** every record behind this one, as far as anything was read, is here */
  get floor(): number {
    return this.#floor;
  }
  push(record: LogRecord): void {
    this.#records.push(record);
    this.#messages += messagesIn(record);
    while (this.#messages > this.messagesMax && this.#first < this.#records.length - 1) {
      const oldest = this.#records[this.#first++];
      this.#messages -= messagesIn(oldest);
      this.#floor = oldest.head.seq;
    }
    if (this.#first * 2 <= this.#records.length) return;
    this.#records = this.#records.slice(this.#first);
    this.#first = 0;
  }
  /** Records up to here were passed over: nothing before is known. */
  skip(seq: number): void {
    this.#records = [];
    this.#first = 0;
    this.#messages = 0;
    this.#floor = seq;
  }
  /** Records behind a position, in order; undefined when some of them are not here any more. */
  since(seq: number): readonly LogRecord[] | undefined {
    if (seq < this.#floor) return undefined;
    return this.#records.slice(this.#first + seq - this.#floor);
  }
}

const messagesIn = ({ decided }: LogRecord): number =>
  decided.reduce((sum, { events }) => sum + events.length, decided.length);
