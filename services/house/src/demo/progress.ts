/** Says how far the demo is: one line that moves on a terminal, a line now and then elsewhere. */
export class Progress {
  #last = 0;
  readonly #started = performance.now();

  say(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  }
  /** @param done  0 to 1 */
  move(done: number, text: string): void {
    const now = performance.now();
    const every = process.stderr.isTTY ? 100 : 5000;
    if (now - this.#last < every && done < 1) return;
    this.#last = now;
    const line = `${String(Math.floor(done * 100)).padStart(3)} %  ${text}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    if (done === 1 && process.stderr.isTTY) process.stderr.write('\n');
  }
  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
