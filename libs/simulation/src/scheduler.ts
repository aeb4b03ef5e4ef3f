import type { Scheduler } from '@ringfence/journal';
import type { Chance } from './chance.js';

interface Task {
  readonly label: string;
  readonly run: () => void;
}

/** Of so many waiting things the most urgent one happens. */
const RIVALS = 4;

/**
 * Everything that happens in a simulated house happens here, one thing at a time, in an order that
 * the seed chooses.
 */
export class SeededScheduler implements Scheduler {
  #tasks: Task[] = [];
  #held: Task[] = [];
  /** processes that stand still: their tasks wait */
  readonly #stopped = new Set<string>();
  turns = 0;

  /**
   * @param haste  how urgent a waiting thing is, by its label: the more urgent of a few goes
   *               first; all alike by default
   */
  constructor(
    readonly chance: Chance,
    readonly haste?: (label: string) => number,
  ) {}

  defer(label: string, run: () => void): void {
    const task = { label, run };
    if (this.#stopped.has(processOf(label))) this.#held.push(task);
    else this.#tasks.push(task);
  }
  get waiting(): number {
    return this.#tasks.length;
  }

  /** A process stands still until `resume`. */
  pause(process: string): void {
    this.#stopped.add(process);
    this.#held.push(...this.#tasks.filter(({ label }) => processOf(label) === process));
    this.#tasks = this.#tasks.filter(({ label }) => processOf(label) !== process);
  }
  resume(process: string): void {
    this.#stopped.delete(process);
    this.#tasks.push(...this.#held.filter(({ label }) => processOf(label) === process));
    this.#held = this.#held.filter(({ label }) => processOf(label) !== process);
  }

  /** Lets go on whoever can go on: what was begun from outside comes to where it waits. */
  settle(): Promise<void> {
    return settled();
  }

  /**
   * Lets one waiting thing happen, and everything that follows from it at once. @returns whether
   * there was one
   */
  async turn(): Promise<boolean> {
    if (this.#tasks.length === 0) return false;
    const at = this.#next();
    const task = this.#tasks[at];
    this.#tasks[at] = this.#tasks[this.#tasks.length - 1];
    this.#tasks.pop();
    this.turns++;
    task.run();
    await settled();
    return true;
  }

  #next(): number {
    let at = this.chance.below(this.#tasks.length);
    if (!this.haste) return at;
    for (let other = 1; other < RIVALS; other++) {
      const rival = this.chance.below(this.#tasks.length);
      if (this.haste(this.#tasks[rival].label) > this.haste(this.#tasks[at].label)) at = rival;
    }
    return at;
  }
}

/** The first word of a label names the process. */
const processOf = (label: string): string => label.slice(0, label.indexOf(' '));

/** All microtasks have run: whoever could go on has gone on. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
