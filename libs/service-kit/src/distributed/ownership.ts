import type { Address } from '@ringfence/kernel';
import { addressNumber } from '@ringfence/kernel';
import type { OwnershipRule } from '../lane-ground.js';
import type { BeatBoard } from './beat-board.js';

/** An owner that is silent so long is taken for dead. */
const SILENCE_MS = 2_500;
const SILENCE_MAX_MS = 30_000;
/**
 * So long a process listens before it believes that a silence began before it listened: three
 * beats. The clock of whoever gave the last one may be behind its own.
 */
const LISTENED_MS = 1_500;
/** Who took a lane over twice within this time waits twice as long before the third. */
const SETTLED_MS = 60_000;
const LOOK_MS = 100;
/** A look that takes so much longer: this process was frozen and heard nothing meanwhile. */
const FROZEN_MS = 500;

export interface OwnershipOptions {
  readonly board: BeatBoard;
  /** names this process */
  readonly writer: string;
  /** number of this process among those of its service, from 0, and how many there are */
  readonly instance: number;
  readonly instances: number;
  readonly silenceMs?: number;
}

/**
 * When a process should take a lane over. Safety never depends on it: two owners at once are
 * harmless, since a log has one writer per epoch. It only avoids wasted work.
 */
export class Ownership implements OwnershipRule {
  /** since when this process runs without a break */
  #awakeSince = performance.now();
  /** per lane: when this process last took it over, and how long a silence it waits for now */
  readonly #taken = new Map<number, { at: number; silenceMs: number }>();

  constructor(readonly options: OwnershipOptions) {}

  /**
   * Waits a moment; asked again and again by a standby at the end of its log.
   *
   * @returns whether nobody is heard who owns the lane
   */
  async mayOpen(address: Address): Promise<boolean> {
    if (this.#isSilent(address)) return true;
    const before = performance.now();
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
    const after = performance.now();
    if (after - before > LOOK_MS + FROZEN_MS) this.#awakeSince = after;
    return this.#isSilent(address);
  }

  /** This process owns the lane now. */
  noteTaken(address: Address): void {
    const number = addressNumber(address);
    const last = this.#taken.get(number);
    const now = performance.now();
    const again = last !== undefined && now - last.at < SETTLED_MS;
    const base = this.options.silenceMs ?? SILENCE_MS;
    const silenceMs = again ? Math.min(SILENCE_MAX_MS, last.silenceMs * 2) : base;
    this.#taken.set(number, { at: now, silenceMs });
  }

  isContested(address: Address, epoch: number): boolean {
    const owner = this.options.board.ownerOf(address);
    return owner !== undefined && owner.writer !== this.options.writer && owner.head.epoch > epoch;
  }

  #isSilent(address: Address): boolean {
    const { board, instance, instances, silenceMs = SILENCE_MS } = this.options;
    const limit = this.#taken.get(addressNumber(address))?.silenceMs ?? silenceMs;
    const silence = board.silenceOf(address);
    // nobody was heard yet: the process that the lane is meant for need not wait
    const isFirst = silence === Infinity && address.partition % instances === instance;
    if (isFirst || board.hasLeft(address)) return true;
    const awake = performance.now() - this.#awakeSince;
    const { hearingMs, listeningMs } = board;
    // for whoever fell silent before this process began to listen it need not wait all over again
    const isOlder = silence !== Infinity && silence > listeningMs;
    const enough = isOlder ? Math.min(limit, LISTENED_MS) : limit;
    return silence >= limit && Math.min(awake, hearingMs, listeningMs) >= enough;
  }
}
