import type { BatchAnswer, CommandBatch } from './command-bus.js';

type Commands = CommandBatch['commands'];
type Hear = (answer: BatchAnswer) => void;

/** Failed attempts at one record that make a stall: some 0.3 s of waits, longer than a hiccup. */
const STALLED_AT = 6;

/** Orders that were handed to a lane and are not over. */
interface UnderWay {
  readonly commands: Commands;
  readonly hear: Hear;
}

/**
 * How the appends of one lane fare, and who waits for them. A lane whose record fails again and
 * again is stalled: it has decided and cannot write. Nobody is left waiting for it, and nobody is
 * told "failed": what is under way may still be recorded.
 */
export class AppendWatch {
  readonly #underWay = new Set<UnderWay>();
  #outstanding = 0;
  readonly #onStall = new Set<() => void>();
  #since: number | undefined;
  #reason = '';
  #isStalled = false;

  get isStalled(): boolean {
    return this.#isStalled;
  }
  /** orders that were handed in and are not answered */
  get outstanding(): number {
    return this.#outstanding;
  }
  /** why the newest attempt failed; empty while they succeed */
  get reason(): string {
    return this.#reason;
  }
  /** since when attempts at one record fail; 0 while they succeed */
  get failingMs(): number {
    return this.#since === undefined ? 0 : Math.round(performance.now() - this.#since);
  }

  /** @returns whether the lane is stalled from now on */
  noteFailed(attempt: number, reason: string): boolean {
    this.#since ??= performance.now();
    this.#reason = reason;
    if (this.#isStalled || attempt < STALLED_AT) return false;
    this.#isStalled = true;
    for (const { commands, hear } of this.#underWay) hear(this.#pending(commands));
    for (const hear of this.#onStall) hear();
    this.#onStall.clear();
    return true;
  }
  /** @returns how long the lane could not write, if it was stalled */
  noteWritten(): number | undefined {
    if (this.#since === undefined) return undefined;
    const ms = this.#isStalled ? this.failingMs : undefined;
    this.#since = undefined;
    this.#reason = '';
    this.#isStalled = false;
    return ms;
  }

  /**
   * Notes orders that are handed in now. Their sender hears once: the answer of the lane, or
   * `pending` while the lane is stalled.
   *
   * @returns takes the lane's answer, whenever it comes
   */
  begin(commands: Commands, hear: Hear): Hear {
    const underWay = { commands, hear };
    this.#underWay.add(underWay);
    this.#outstanding += commands.length;
    if (this.#isStalled) hear(this.#pending(commands));
    return (answer) => {
      if (this.#underWay.delete(underWay)) this.#outstanding -= commands.length;
      hear(answer);
    };
  }
  /** Whether one of these ids was handed in before and may still be recorded. */
  holdsAny(commands: Commands): boolean {
    const ids = new Set(commands.map(({ id }) => id));
    for (const each of this.#underWay) if (each.commands.some(({ id }) => ids.has(id))) return true;
    return false;
  }

  /** What is asked for, or `stalled` as soon as the lane is: then it may never come. */
  orStalled<T>(asked: Promise<T>): Promise<T | 'stalled'> {
    if (this.#isStalled) return Promise.resolve('stalled');
    return new Promise((resolve, reject) => {
      const hear = (): void => resolve('stalled');
      this.#onStall.add(hear);
      void asked.then(resolve, reject).finally(() => this.#onStall.delete(hear));
    });
  }

  #pending(commands: Commands): BatchAnswer {
    const reason = `not known to be recorded: ${this.#reason}`;
    return { kind: 'answers', answers: commands.map(() => ({ kind: 'pending', reason })) };
  }
}
