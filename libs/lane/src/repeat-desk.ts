import { present } from '@ringfence/kernel';
import type { Answers, Repeat } from './repeats.js';

/** Commands whose id is known, waiting for their first answer to be read. */
export class RepeatDesk<State> {
  #repeats: Repeat[] = [];

  constructor(readonly answers: Answers<State>) {}

  get isEmpty(): boolean {
    return this.#repeats.length === 0;
  }
  add(repeat: Repeat): void {
    this.#repeats.push(repeat);
  }

  /** Reads the first answers of ids that came again, as far as the log holds them. */
  async answer(durable: number): Promise<void> {
    const repeats = this.#repeats;
    const early = repeats.filter(({ seqs }) => seqs.some((seq) => seq > durable));
    this.#repeats = early;
    for (const repeat of repeats) {
      if (early.includes(repeat)) continue;
      const { submission, index, seqs } = repeat;
      try {
        const answer = await this.answers.again(submission.commands[index], seqs);
        submission.answer(index, present(answer, 'the first answer: two ids share a print'));
      } catch (fault) {
        submission.answer(index, { kind: 'pending', reason: String(fault) });
      }
    }
  }

  /** Who still waits will get no answer from this process. */
  abandon(reason: string): void {
    for (const { submission } of this.#repeats) submission.abandon(reason);
  }
}
