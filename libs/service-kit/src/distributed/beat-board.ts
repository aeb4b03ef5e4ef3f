import type { Journal } from '@ringfence/journal';
import { addressNumber, type Address } from '@ringfence/kernel';
import { logStream, StreamReader } from '@ringfence/lane';
import type { SeenPosition } from '../witnesses.js';
import { beatStream, isOwners, unpackSign, type Beat, type Repeats, type Seen } from './beat.js';

/** Signs before the end of a stream that are looked at first: who is there already. */
const LOOK_BACK = 64;
/** Processes remembered per lane: those that died are forgotten in time. */
const PROCESSES_MAX = 16;

/** What one process heard of one lane. */
interface Heard {
  /** newest beat of whoever owns it */
  owner: Beat | undefined;
  /** when it was given, by this process's steady clock, ms; undefined: never */
  at: number | undefined;
  /** the last owner closed the lane in order, and nobody owned it since */
  hasLeft: boolean;
  /** newest beat per process, owners and standbys */
  readonly all: Map<string, Beat>;
}

const newHeard = (): Heard => ({ owner: undefined, at: undefined, hasLeft: false, all: new Map() });

export interface BeatBoardOptions {
  readonly journal: Journal;
  readonly addresses: readonly Address[];
  readonly onRepeats?: (repeats: Repeats) => void;
  readonly onBeat?: (address: Address, beat: Beat) => void;
}

/** Hears the signs of life of lanes, wherever they run. */
export class BeatBoard {
  readonly #heard = new Map<number, Heard>();
  readonly #ears: StreamReader[];
  /** per log and witness, the newest position seen of it */
  readonly #seen = new Map<string, SeenPosition>();
  /** when the journal last could not be read, by the steady clock */
  #deafAt = 0;
  /** since when beats are heard as they are given; infinite while older ones are read */
  #listeningSince = 0;

  constructor(readonly options: BeatBoardOptions) {
    this.#ears = options.addresses.map(
      (address) =>
        new StreamReader({
          journal: options.journal,
          stream: beatStream(address),
          lookBack: LOOK_BACK,
          onEntry: (bytes) => this.#hear(address, bytes),
          onFault: () => (this.#deafAt = performance.now()),
        }),
    );
  }

  /** Resolves when what the streams hold now was heard. */
  async start(): Promise<void> {
    this.#listeningSince = Infinity;
    await Promise.all(this.#ears.map((ear) => ear.start()));
    this.#listeningSince = performance.now();
  }
  close(): void {
    for (const ear of this.#ears) ear.close();
  }

  /** the newest beat of the lane's owner; undefined when nobody was heard */
  ownerOf(address: Address): Beat | undefined {
    return this.#heard.get(addressNumber(address))?.owner;
  }
  /**
   * Since when the owner is silent, ms; infinite when nobody was ever heard. What stood in the
   * stream before this process listened is as old as its sender's clock says.
   */
  silenceOf(address: Address): number {
    const { at } = this.#heard.get(addressNumber(address)) ?? {};
    return at === undefined ? Infinity : performance.now() - at;
  }
  /** how long this process has heard beats as they are given, ms; below 0 while it does not */
  get listeningMs(): number {
    return performance.now() - this.#listeningSince;
  }
  /** Whether the last owner said that it closed the lane: nobody need wait for it. */
  hasLeft(address: Address): boolean {
    return this.#heard.get(addressNumber(address))?.hasLeft ?? false;
  }
  /** how long the journal could be read without a break, ms */
  get hearingMs(): number {
    return performance.now() - this.#deafAt;
  }
  /** Every process that was heard of. */
  processesOf(address: Address): readonly Beat[] {
    return [...(this.#heard.get(addressNumber(address))?.all.values() ?? [])];
  }

  /** Takes a beat that came another way than by the stream: from its sender's own mouth. */
  note(address: Address, beat: Beat): void {
    const number = addressNumber(address);
    const heard = this.#heard.get(number) ?? newHeard();
    this.#heard.set(number, heard);
    heard.all.delete(beat.writer);
    heard.all.set(beat.writer, beat);
    const [oldest] = heard.all.keys();
    if (heard.all.size > PROCESSES_MAX && oldest !== undefined) heard.all.delete(oldest);
    if (!isOwners(beat)) {
      if (heard.owner?.writer !== beat.writer) return;
      heard.owner = undefined;
      heard.hasLeft = beat.status === 'closed';
      return;
    }
    // a process that was frozen may still speak of an epoch that is over
    if (heard.owner && heard.owner.head.epoch > beat.head.epoch) return;
    heard.owner = beat;
    heard.hasLeft = false;
    heard.at = performance.now() - this.#ageOf(beat);
    this.options.onBeat?.(address, beat);
  }

  #ageOf({ at }: Beat): number {
    return this.#listeningSince === Infinity ? Math.max(0, Date.now() - at) : 0;
  }

  /** What others than the logs have seen of them. */
  get seen(): readonly SeenPosition[] {
    return [...this.#seen.values()];
  }

  #hear(address: Address, bytes: Uint8Array): void {
    const sign = unpackSign(bytes);
    if (sign?.kind === 'repeats') this.options.onRepeats?.(sign);
    else if (sign?.kind === 'beat') this.note(address, sign);
    else if (sign) this.#noteSeen(sign);
  }
  #noteSeen({ service, partition, seq, hash, who }: Seen): void {
    const key = `${service}/${partition} ${who}`;
    const known = this.#seen.get(key);
    if (known && known.seq > seq) return;
    this.#seen.set(key, { stream: logStream(service, partition), seq, hash, who });
  }
}
