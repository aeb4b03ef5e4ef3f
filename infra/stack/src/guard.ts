import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from './process-identity.js';

/** What the starter tells its guard, one JSON value a line. */
export type GuardLine =
  | { watch: ProcessIdentity; signal: NodeJS.Signals; graceMs: number }
  | { forget: number }
  | { remove: string };

/**
 * Sees to it that nothing outlives the starter, however that one ends.
 *
 * A process of its own reads a pipe from the starter. When the pipe ends, by an orderly stop or
 * because the starter was killed, it ends every process it was told of and not told to forget.
 * Handlers of signals would not do: SIGKILL cannot be handled, and a spec in Jest's sandbox cannot
 * handle any.
 */
export class Guard {
  readonly #process: ChildProcess;

  constructor() {
    const main = fileURLToPath(new URL('./guard-main.js', import.meta.url));
    this.#process = spawn(process.execPath, [main], {
      detached: true, // Ctrl-C in a terminal goes to the whole group of the starter
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // A guard that was killed takes the net away, and nothing else.
    this.#process.once('error', () => undefined);
    this.#process.stdin?.once('error', () => undefined);
    this.#process.unref();
    (this.#process.stdin as Socket).unref();
  }

  watch(recorded: ProcessIdentity, stop: { signal: NodeJS.Signals; graceMs: number }): void {
    this.#tell({ watch: recorded, ...stop });
  }

  forget(pid: number): void {
    this.#tell({ forget: pid });
  }

  /** A folder that goes with the stack: removed when everything has ended. */
  removeAtEnd(folder: string): void {
    this.#tell({ remove: folder });
  }

  /** The orderly end. What is still watched is ended, the folder removed. */
  release(): void {
    this.#process.stdin?.end();
  }

  #tell(line: GuardLine): void {
    this.#process.stdin?.write(`${JSON.stringify(line)}\n`);
  }
}
