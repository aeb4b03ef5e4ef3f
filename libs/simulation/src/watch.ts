import { GENESIS, type ChainHead, type MemoryJournal, type Rule } from '@ringfence/journal';
import { decodeRecord, logStream, type LogRecord } from '@ringfence/lane';
import { addressText, type Address } from '@ringfence/kernel';

/**
 * Reads every log of a simulated house as it is stored, outside time: an observer that no fault of
 * the house touches.
 */
export class Observer {
  readonly #heads = new Map<string, ChainHead>();
  readonly #next = new Map<string, number>();

  constructor(
    readonly journal: MemoryJournal,
    readonly addresses: readonly Address[],
    readonly rule: Rule,
  ) {}

  /** Every record accepted since the last call, causes before effects. */
  *records(): Generator<{ address: Address; record: LogRecord }> {
    for (let found = true; found;) {
      found = false;
      for (const address of this.addresses) {
        for (const record of this.#read(address)) {
          found = true;
          yield { address, record };
        }
      }
    }
  }

  headOf(address: Address): ChainHead {
    return this.#heads.get(addressText(address)) ?? GENESIS;
  }

  *#read(address: Address): Generator<LogRecord> {
    const name = addressText(address);
    const { entries } = this.journal.log(logStream(address.service, address.partition));
    for (let offset = this.#next.get(name) ?? 0; offset < entries.length; offset++) {
      this.#next.set(name, offset + 1);
      const followed = this.rule(this.headOf(address), offset, entries[offset]);
      if (followed.kind === 'ignored') continue;
      this.#heads.set(name, followed.head);
      yield decodeRecord(followed.record);
    }
  }
}
