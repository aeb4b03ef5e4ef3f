/** A write that blocked the process for longer than this is followed by ones that do not. */
const SLOW_MS = 2;
/** So many do not block before one is tried again. */
const WRITES_BESIDE = 100;

/** How records are written: blocking the process, beside it, or whichever suits the disk now. */
export type Writes = 'blocking' | 'beside' | 'paced';

/**
 * Chooses for each write whether it blocks the process. A blocking one costs half the CPU and, on a
 * disk that answers within a fraction of a millisecond, less time than handing it to a thread; a
 * disk that slows down may hold everybody up for one write in a hundred, and no more.
 *
 * @source shared/HOTPATH.md, section 5
 */
export class Pace {
  /** writes left that go beside */
  #beside = 0;

  constructor(private readonly writes: Writes) {}

  get isBlocking(): boolean {
    return this.writes === 'blocking' || (this.writes === 'paced' && this.#beside === 0);
  }
  /** A write blocked for so long. */
  blocked(ms: number): void {
    if (ms > SLOW_MS) this.#beside = WRITES_BESIDE;
  }
  /** A write went beside. */
  passed(): void {
    if (this.#beside > 0) this.#beside--;
  }
}
