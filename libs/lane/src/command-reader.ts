import type { Journal, Stream } from '@ringfence/journal';
import type { Answer, Submitted } from './batch.js';
import { unpackCommands } from './command-stream.js';

/** Commands handed in and not yet answered, at most: more wait in the stream. */
const OUTSTANDING_MAX = 4_000;
const RETRY_MS = 50;

export interface CommandReaderOptions {
  readonly journal: Journal;
  readonly stream: Stream;
  /** offset of the entry that the lane takes next; undefined while it takes none */
  readonly position: () => number | undefined;
  /**
   * Hands an entry to the lane.
   *
   * @returns undefined when the lane did not take it
   */
  readonly take: (
    commands: readonly Submitted[],
    offset: number,
  ) => Promise<readonly Answer[] | undefined>;
  readonly onAnswers: (
    commands: readonly Submitted[],
    offset: number,
    answers: readonly Answer[],
  ) => void;
  readonly onFault?: (fault: unknown) => void;
  /** passes the time while the lane takes nothing or the stream cannot be read */
  readonly wait?: () => Promise<void>;
}

/**
 * Brings the entries of a command stream to their lane, in order and none left out. It keeps no
 * position: the lane's own log says what was taken, so a reader may die at any time.
 */
export class CommandReader {
  #next: number | undefined;
  #outstanding = 0;
  #refused = false;
  #closed = false;
  #wake: (() => void) | undefined;
  #awake = false;
  readonly #unwatch: () => void;
  readonly #running: Promise<void>;

  constructor(readonly options: CommandReaderOptions) {
    this.#unwatch = options.journal.watch(options.stream, () => this.#rouse());
    this.#running = this.#run();
  }

  /** Nothing that was read is still without an answer. */
  get idle(): boolean {
    return this.#outstanding === 0 && !this.#refused;
  }
  /** offset of the next entry to be read; undefined while the lane takes none */
  get next(): number | undefined {
    return this.#next;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#rouse();
    await this.#running;
  }

  #rouse(): void {
    this.#awake = true;
    this.#wake?.();
  }
  async #sleep(): Promise<void> {
    if (!this.#awake) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = undefined;
    this.#awake = false;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#next === undefined || this.#refused) await this.#synchronise();
        else if (!(await this.#readOn(this.#next))) await this.#sleep();
      } catch (fault) {
        this.options.onFault?.(fault);
        await this.#wait();
      }
    }
  }
  #wait(): Promise<void> {
    const { wait = () => new Promise<void>((resume) => setTimeout(resume, RETRY_MS)) } =
      this.options;
    return wait();
  }

  /** The lane refused an entry or is another one now: goes on where it says. */
  async #synchronise(): Promise<void> {
    const position = this.#outstanding === 0 ? this.options.position() : undefined;
    if (position === undefined) {
      await this.#wait();
      return;
    }
    this.#refused = false;
    this.#next = position;
  }

  /** @returns false at the end of the stream, or when enough is outstanding */
  async #readOn(from: number): Promise<boolean> {
    if (this.#outstanding >= OUTSTANDING_MAX) return false;
    const { journal, stream } = this.options;
    const entries = await journal.read(stream, from);
    for (const { offset, bytes } of entries) {
      if (this.#refused || this.#closed) return true;
      if (this.#outstanding >= OUTSTANDING_MAX) return true;
      this.#next = offset + 1;
      void this.#hand(unpackCommands(bytes), offset);
    }
    return entries.length > 0;
  }

  async #hand(commands: readonly Submitted[], offset: number): Promise<void> {
    this.#outstanding += commands.length;
    try {
      const answers = await this.options.take(commands, offset);
      if (answers) this.options.onAnswers(commands, offset, answers);
      else this.#refused = true;
    } catch (fault) {
      this.#refused = true;
      this.options.onFault?.(fault);
    } finally {
      this.#outstanding -= commands.length;
      this.#rouse();
    }
  }
}
