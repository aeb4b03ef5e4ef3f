import type { CommandId } from '@ringfence/kernel';
import { IdGeneration, IdsDamaged, type SealedIds } from './id-generation.js';
import { IdPrint } from './id-print.js';
import { seal, type Sealing } from './id-sealing.js';
import { IdSlots, type SavedSlots } from './id-slots.js';

/**
 * Stands among sequence numbers when a file had to be asked and did not verify: the id may be
 * known. No record has this number.
 */
export const UNSURE = 0;
/** Raised when the meaning of what is saved changes; another one is not used. */
export const IDS_FORM = 2;

/** What a snapshot says of the ids. */
export interface SavedIds {
  readonly form: number;
  readonly seed: number;
  /** generations in files, oldest first */
  readonly sealed: readonly SealedIds[];
  /** later ids: generations that are not yet in a file, and as the last one the current */
  readonly open: readonly SavedSlots[];
}
/** Full generations and the current one, oldest first. */
export interface EarlierIds {
  readonly full: readonly (IdGeneration | IdSlots)[];
  readonly current: IdSlots;
}

/**
 * Remembers for ever which command ids a log holds: a keyed 64-bit print with the sequence number
 * of its record. The current generation is a table in memory; a full one becomes a sorted file with
 * a filter in memory. A hit is only a hint, confirmed by reading that record; a miss is certain.
 */
export class IdTable {
  readonly #print: IdPrint;
  /** generations before the current, oldest first; those not yet in files come last */
  readonly #earlier: (IdGeneration | IdSlots)[];
  #current: IdSlots;
  /** record whose ids come in */
  #seq = 0;
  /** records up to here are in the log */
  #durable = 0;
  #sealing: Promise<void> | null = null;
  /** the newest sealing failed: the next full generation tries again */
  #failed = false;
  /** generations whose file did not verify, until they are made anew; for good if they cannot be */
  readonly #damaged = new Map<IdGeneration, Promise<void>>();
  /** makes a damaged generation anew from the log; undefined when the log has other ids */
  mend: ((sealed: SealedIds) => Promise<IdGeneration | IdSlots | undefined>) | null = null;

  /**
   * @param seed  32 bits unknown to senders
   * @param how  where full generations go; without it there is one that never is full
   */
  constructor(
    seed: number,
    readonly how?: Omit<Sealing, 'seed'>,
    earlier: EarlierIds = { full: [], current: new IdSlots() },
  ) {
    this.#print = new IdPrint(seed);
    this.#earlier = [...earlier.full];
    this.#current = earlier.current;
  }

  /** of the prints */
  get seed(): number {
    return this.#print.seed;
  }
  get size(): number {
    return this.#earlier.reduce((size, one) => size + one.size, this.#current.size);
  }
  /** in memory */
  get bytes(): number {
    return this.#earlier.reduce((bytes, one) => bytes + one.bytes, this.#current.bytes);
  }
  /** full generations that are not in files yet */
  get unsealed(): number {
    return this.#earlier.filter((one) => one instanceof IdSlots).length;
  }
  get sealed(): readonly SealedIds[] {
    return this.#earlier.filter((one) => one instanceof IdGeneration).map(({ sealed }) => sealed);
  }
  save(): SavedIds {
    const open = this.#earlier.filter((one) => one instanceof IdSlots);
    return {
      form: IDS_FORM,
      seed: this.seed,
      sealed: this.sealed,
      open: [...open, this.#current].map((slots) => slots.save()),
    };
  }

  /**
   * @returns sequence numbers of records that may hold the id, oldest first; usually none;
   *          `UNSURE` among them when a file that had to be asked is damaged
   */
  find(id: CommandId): readonly number[] {
    this.#print.take(id);
    const found = this.#current.find(this.#print.high, this.#print.low);
    return this.#earlier.length === 0 ? found : this.#findEarlier(found);
  }
  #findEarlier(found: readonly number[]): readonly number[] {
    const { high, low } = this.#print;
    let all: number[] | undefined;
    for (const generation of this.#earlier) {
      const seqs =
        generation instanceof IdSlots ? generation.find(high, low) : this.#ask(generation);
      if (seqs.length > 0) (all ??= []).push(...seqs);
    }
    return all === undefined ? found : [...all, ...found];
  }

  #ask(generation: IdGeneration): readonly number[] {
    try {
      return generation.find(this.#print.high, this.#print.low);
    } catch (fault) {
      if (!(fault instanceof IdsDamaged)) throw fault;
      if (!this.#damaged.has(generation)) {
        this.#hear(generation.sealed.name, fault);
        this.#damaged.set(generation, this.#mend(generation));
      }
      return [UNSURE];
    }
  }
  async #mend(damaged: IdGeneration): Promise<void> {
    const { sealed } = damaged;
    try {
      const mended = await this.mend?.(sealed);
      if (!mended) throw new IdsDamaged(`${sealed.name} cannot be made anew`);
      this.#earlier[this.#earlier.indexOf(damaged)] = mended;
      this.#damaged.delete(damaged);
    } catch (fault) {
      this.#hear(sealed.name, fault);
    }
  }
  #hear(name: string, fault: unknown): void {
    this.how?.files.skipped(this.how.address, name, String(fault));
  }

  /** @param seq  the record in the making: not before that of the last id */
  add(id: CommandId, seq: number): void {
    if (seq !== this.#seq) this.#begin(seq);
    this.#print.take(id);
    this.#current.add(this.#print.high, this.#print.low);
  }
  /** A generation ends between two records: where it ends follows from the log alone. */
  #begin(seq: number): void {
    this.#seq = seq;
    if (this.how && this.#current.size >= this.how.files.full) {
      this.#earlier.push(this.#current);
      this.#current = new IdSlots();
      this.#failed = false;
    }
    this.#current.begin(seq);
  }

  /** Records up to `seq` are in the log. Seals, beside the lane, what is full and durable. */
  reached(seq: number): void {
    this.#durable = seq;
    if (!this.how || this.#sealing || this.#failed || !this.#nextFull()) return;
    const sealing = { ...this.how, seed: this.seed };
    this.#sealing = this.#sealAll(sealing).finally(() => (this.#sealing = null));
  }
  /** Resolves when what is full and durable, or damaged, is in files or could not be written. */
  async settled(): Promise<void> {
    await this.#sealing;
    await Promise.all(this.#damaged.values());
  }

  #nextFull(): IdSlots | undefined {
    const next = this.#earlier.find((one) => one instanceof IdSlots);
    return next && next.last <= this.#durable ? next : undefined;
  }
  /** What cannot be written stays in memory, and nothing else changes. */
  async #sealAll(sealing: Sealing): Promise<void> {
    for (let next = this.#nextFull(); next; next = this.#nextFull()) {
      try {
        const generation = await seal(next, sealing);
        this.#earlier[this.#earlier.indexOf(next)] = generation;
      } catch (fault) {
        this.#failed = true;
        this.#hear(`ids of ${next.first}-${next.last}`, fault);
        return;
      }
    }
  }
}
