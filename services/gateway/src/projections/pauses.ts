/** When a projector rests: till something is noted, or for a while, or not at all. */
export class Pauses {
  #wakeIdle: (() => void) | undefined;
  #wakePause: (() => void) | undefined;
  #noted = true;
  /** somebody waits for the rows */
  #hurried = false;
  #closed = false;

  /** From here on a note means work to do. */
  begin(): void {
    this.#noted = false;
  }
  note(): void {
    this.#noted = true;
    this.#wakeIdle?.();
  }
  /** No rest until there was nothing to do. */
  hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    this.#wakeAll();
  }
  /** Who waited has what there is. */
  calm(): void {
    this.#hurried = false;
  }
  close(): void {
    this.#closed = true;
    this.#wakeAll();
  }

  /** Nothing was to do: rests till something is noted, or at most so long. */
  async idle(mostMs?: number): Promise<void> {
    this.calm();
    if (this.#noted || this.#closed) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((wake) => {
      this.#wakeIdle = wake;
      if (mostMs !== undefined) timer = setTimeout(wake, mostMs);
    });
    clearTimeout(timer);
    this.#wakeIdle = undefined;
  }
  /** @param hurriedMs  for how long when somebody waits */
  async pause(restMs: number, hurriedMs = 0): Promise<void> {
    const ms = this.#hurried ? hurriedMs : restMs;
    if (ms === 0 || this.#closed) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((wake) => {
      this.#wakePause = wake;
      timer = setTimeout(wake, ms);
    });
    clearTimeout(timer);
    this.#wakePause = undefined;
  }

  #wakeAll(): void {
    this.#wakeIdle?.();
    this.#wakePause?.();
  }
}
