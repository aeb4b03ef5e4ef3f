import { addressText, present, type Address } from '@ringfence/kernel';

/**
 * Where sealed generations of ids are kept, and the seed of their prints. They may be lost or
 * damaged at any time: the log is the truth.
 */
export interface IdFiles {
  /** ids after which a generation is full and is sealed at the next record */
  readonly full: number;
  /** The seed of a lane's prints: one that was proposed before, unless it was lost. */
  seed(address: Address, proposed: number): Promise<number>;
  /** Keeps a file for good under its name, or in the place of what is there. */
  save(address: Address, name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** The whole file; undefined when it is not there or does not read. */
  load(address: Address, name: string): Promise<Uint8Array | undefined>;
  /**
   * Some kB of a file that this process saved or loaded.
   *
   * @returns bytes of its own, starting at a multiple of eight
   * @throws Error when they do not read
   */
  read(address: Address, name: string, at: number, length: number): Uint8Array;
  /** Hears of a file that could not be used or written. */
  skipped(address: Address, name: string, why: string): void;
}

/** Files of ids in memory, for tests and the simulation. */
export class MemoryIdFiles implements IdFiles {
  readonly files = new Map<string, Uint8Array>();
  /** what was heard of files that could not be used or written */
  readonly heard: string[] = [];
  readonly #seeds = new Map<string, number>();

  constructor(readonly full: number) {}

  async seed(address: Address, proposed: number): Promise<number> {
    const seed = this.#seeds.get(addressText(address)) ?? proposed;
    this.#seeds.set(addressText(address), seed);
    return seed;
  }
  async save(address: Address, name: string, parts: readonly Uint8Array[]): Promise<void> {
    let length = 0;
    for (const part of parts) length += part.length;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.files.set(keyOf(address, name), bytes);
  }
  async load(address: Address, name: string): Promise<Uint8Array | undefined> {
    return this.files.get(keyOf(address, name))?.slice();
  }
  read(address: Address, name: string, at: number, length: number): Uint8Array {
    return present(this.files.get(keyOf(address, name)), name).slice(at, at + length);
  }
  skipped(address: Address, name: string, why: string): void {
    this.heard.push(`${keyOf(address, name)}: ${why}`);
  }
}

const keyOf = (address: Address, name: string): string => `${addressText(address)}/${name}`;
