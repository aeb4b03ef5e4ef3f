import type { By, CommandId } from '@ringfence/kernel';
import type { Command } from '@ringfence/contracts';
import type { InputRange, Receipt } from '@ringfence/journal';
import type { HouseDecided } from './log-tail.js';

/** An order as a client's edge hands it in. */
export interface ClientCommand {
  readonly id: CommandId;
  readonly by: By;
  readonly command: Command;
  /**
   * the trace that asked for it, a `traceparent` of W3C: it goes beside the order and into no
   * record
   */
  readonly trace?: string;
}
/** Bytes that are no command of this house: kept out, with the SHA-256 that names them. */
export interface Unreadable {
  readonly id: CommandId;
  readonly by: By;
  readonly command: null;
  readonly hash: string;
}
export type Submitted = ClientCommand | Unreadable;

/**
 * The recorded answer. `repeated`: the id was known and this is the first answer; `receipt` proves
 * that it is in the log.
 */
export interface Answered {
  readonly kind: 'answered';
  readonly decided: HouseDecided;
  readonly receipt: Receipt;
  readonly repeated: boolean;
}
export type Answer =
  | Answered
  /** the same id came with other content before */
  | { readonly kind: 'conflict' }
  /** this process cannot tell: it may be in the log; ask by id, or send the same again */
  | { readonly kind: 'pending'; readonly reason: string };

/** Commands that came together are answered together. */
export class Submission {
  readonly answers: Answer[];
  /** next command to be taken */
  next = 0;
  #missing: number;

  constructor(
    readonly commands: readonly Submitted[],
    readonly done: (answers: readonly Answer[]) => void,
    /** where it stood in the lane's command stream, if it came from there */
    readonly offset?: number,
  ) {
    this.answers = Array.from({ length: commands.length });
    this.#missing = commands.length;
  }
  answer(index: number, answer: Answer): void {
    if (this.answers[index]) return;
    this.answers[index] = answer;
    if (--this.#missing === 0) this.done(this.answers);
  }
  /** What has no answer yet will get none from this process. */
  abandon(reason: string): void {
    for (let i = 0; i < this.commands.length; i++) this.answer(i, { kind: 'pending', reason });
  }
}

const NOTHING = new Uint8Array();

/** Commands of one submission that were decided one after another. */
interface Replies {
  readonly submission: Submission;
  /** of the first command in its submission, and of its decision in the batch */
  readonly index: number;
  readonly decision: number;
  count: number;
}

/** One record in the making. */
export class Batch {
  readonly inputs: InputRange[] = [];
  readonly decided: HouseDecided[] = [];
  /** the decisions as the log will hold them */
  body: Uint8Array = NOTHING;
  readonly replies: Replies[] = [];
  /** per peer, the last of its messages that was taken: acked once this is durable */
  readonly heard = new Map<number, number>();
  /** per peer the last message number that this record accounts for */
  readonly sent = new Map<number, number>();
  events = 0;
  /** decisions of this record that faulted, or were kept out */
  faulted = 0;
  quarantined = 0;

  add(decided: HouseDecided): void {
    this.decided.push(decided);
    this.events += decided.events.length;
  }
  /** The record is durable: everyone who waits for a decision of it hears of it. */
  answer(receipt: Receipt): void {
    for (const { submission, index, decision, count } of this.replies) {
      for (let i = 0; i < count; i++) {
        const decided = this.decided[decision + i];
        submission.answer(index + i, { kind: 'answered', decided, receipt, repeated: false });
      }
    }
  }
  /** The next decision will be that of this command. */
  owe(submission: Submission, index: number): void {
    const decision = this.decided.length;
    const last = this.replies.at(-1);
    const goesOn =
      last?.submission === submission &&
      last.index + last.count === index &&
      last.decision + last.count === decision;
    if (goesOn) last.count++;
    else this.replies.push({ submission, index, decision, count: 1 });
  }
}
