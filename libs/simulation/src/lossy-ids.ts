import { present, type Address } from '@ringfence/kernel';
import { MemoryIdFiles } from '@ringfence/lane';
import type { Chance } from './chance.js';

/** Of files loaded, those that are missing and those that are damaged. */
const MISSING = 0.1;
const DAMAGED = 0.1;
/** Of looks into a file, those that read it wrong. */
const DAMAGED_BETWEEN = 0.05;

/** Files of sealed ids on a disk that loses some and flips bits of others. */
export class LossyIds extends MemoryIdFiles {
  constructor(
    full: number,
    readonly chance: Chance,
  ) {
    super(full);
  }

  override async load(address: Address, name: string): Promise<Uint8Array | undefined> {
    const dice = this.chance.real();
    if (dice < MISSING) return undefined;
    const bytes = await super.load(address, name);
    return bytes && dice < MISSING + DAMAGED ? this.#flipped(bytes) : bytes;
  }

  override read(address: Address, name: string, at: number, length: number): Uint8Array {
    const bytes = super.read(address, name, at, length);
    return this.chance.happens(DAMAGED_BETWEEN) ? this.#flipped(bytes) : bytes;
  }

  #flipped(bytes: Uint8Array): Uint8Array {
    const at = this.chance.below(bytes.length);
    bytes[at] = present(bytes[at], 'a byte of it') ^ (1 << this.chance.below(8));
    return bytes;
  }
}
