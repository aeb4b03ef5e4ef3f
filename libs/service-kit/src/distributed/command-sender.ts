import { JournalBroken, type Journal, type Receipt } from '@ringfence/journal';
import { addressText, type Address, type CommandId } from '@ringfence/kernel';
import {
  commandStream,
  packCommands,
  type Answer,
  type ClientCommand,
  type HouseDecided,
  type LogRecord,
} from '@ringfence/lane';
import { AppendWatch } from '../append-watch.js';
import type { BatchAnswer } from '../command-bus.js';
import type { Log } from '../logs/log.js';
import type { RepeatItem } from './beat.js';

/** Orders without an answer, at most; more are refused as busy. */
const WAITING_MAX = 20_000;
/** Orders of one entry of a command stream, at most: what one record decides. */
const ENTRY_MAX = 1000;
/** Who waits longer is told to ask by id. */
const ANSWER_MS = 10_000;
const WAIT_FIRST_MS = 5;
const WAIT_MAX_MS = 1000;

/** One order on its way. */
interface Waiting {
  readonly sheaf: Sheaf;
  readonly index: number;
  /** of the entry that carried it; undefined until the stream holds it */
  offset: number | undefined;
}
/** Orders that came together and are answered together. */
interface Sheaf {
  readonly commands: readonly ClientCommand[];
  readonly waiting: Waiting[];
  readonly answers: (Answer | undefined)[];
  missing: number;
  readonly end: (answer: BatchAnswer) => void;
  timer: NodeJS.Timeout | undefined;
}

export interface CommandSenderOptions {
  readonly journal: Journal;
  readonly address: Address;
  /** names this process */
  readonly sender: string;
  readonly say: Log;
  readonly answerMs?: number;
}

/**
 * Sends orders to one lane through its command stream, in the order in which they came, and hears
 * their answers from the lane's log. It never guesses: what it cannot know is pending.
 */
export class CommandSender {
  readonly #appends = new AppendWatch();
  readonly #queue: Waiting[] = [];
  /** by id, in the order in which they were sent */
  readonly #waiting = new Map<CommandId, Waiting[]>();
  /** by the offset of the entry that carried them; until all of them are answered */
  readonly #entries = new Map<number, { readonly waiting: readonly Waiting[]; open: number }>();
  #count = 0;
  #inFlight: Promise<unknown> = Promise.resolve();
  #sending = false;
  #closed = false;

  constructor(readonly options: CommandSenderOptions) {}

  get isIdle(): boolean {
    return this.#count === 0;
  }
  /** why the stream takes nothing now; empty while it does */
  get stall(): string {
    return this.#appends.isStalled ? this.#appends.reason : '';
  }

  send(commands: readonly ClientCommand[]): Promise<BatchAnswer> {
    if (commands.length === 0) return Promise.resolve({ kind: 'answers', answers: [] });
    if (this.#appends.isStalled && !this.#appends.holdsAny(commands)) {
      const lane = addressText(this.options.address);
      return Promise.resolve({ kind: 'stalled', reason: `${lane}: ${this.#appends.reason}` });
    }
    if (this.#count + commands.length > WAITING_MAX) return Promise.resolve({ kind: 'busy' });
    return new Promise((resolve) => {
      const end = this.#appends.begin(commands, resolve);
      const sheaf: Sheaf = {
        commands,
        waiting: [],
        answers: Array.from({ length: commands.length }),
        missing: commands.length,
        end,
        timer: undefined,
      };
      sheaf.timer = setTimeout(() => this.#expire(sheaf), this.options.answerMs ?? ANSWER_MS);
      sheaf.timer.unref();
      this.#count += commands.length;
      for (let index = 0; index < commands.length; index++) this.#add(sheaf, index);
      if (!this.#sending) void this.#sendOn();
    });
  }

  #add(sheaf: Sheaf, index: number): void {
    const waiting: Waiting = { sheaf, index, offset: undefined };
    sheaf.waiting.push(waiting);
    this.#queue.push(waiting);
    const { id } = sheaf.commands[index];
    const same = this.#waiting.get(id);
    if (same) same.push(waiting);
    else this.#waiting.set(id, [waiting]);
  }

  async #sendOn(): Promise<void> {
    this.#sending = true;
    // orders that come within one turn travel together
    await Promise.resolve();
    while (this.#queue.length > 0 && !this.#closed) {
      const entry = this.#queue.splice(0, ENTRY_MAX);
      const commands = entry.map(({ sheaf, index }) => sheaf.commands[index]);
      const sent = this.#send(entry, packCommands(this.options.sender, commands));
      this.#inFlight = sent;
      if (!(await sent)) break;
    }
    this.#sending = false;
  }
  async #send(entry: readonly Waiting[], bytes: Uint8Array): Promise<boolean> {
    const offset = await this.#append(bytes);
    if (offset !== undefined) this.#noteSent(entry, offset);
    return offset !== undefined;
  }
  /** Resolves when the entry in flight is noted: its lane may tell of it before the broker does. */
  async noted(): Promise<void> {
    await this.#inFlight;
  }

  #noteSent(waiting: readonly Waiting[], offset: number): void {
    let open = 0;
    for (const each of waiting) {
      each.offset = offset;
      if (!each.sheaf.answers[each.index]) open++;
    }
    if (open > 0) this.#entries.set(offset, { waiting, open });
  }

  /** The same bytes again until they are in the stream; its lane knows the ids. */
  async #append(bytes: Uint8Array): Promise<number | undefined> {
    const { journal, address, say } = this.options;
    const stream = commandStream(address.service, address.partition);
    const lane = addressText(address);
    for (let attempt = 1; !this.#closed; attempt++) {
      let reason: string;
      try {
        const answer = await journal.append(stream, bytes);
        if (answer.kind === 'appended') {
          const ms = this.#appends.noteWritten();
          if (ms !== undefined) say(`orders to ${lane} flow again, after ${ms} ms`, { lane });
          return answer.offset;
        }
        ({ reason } = answer);
      } catch (fault) {
        if (fault instanceof JournalBroken) return undefined;
        reason = String(fault);
      }
      if (this.#appends.noteFailed(attempt, reason)) {
        say(`orders to ${lane} cannot be sent: ${reason}`, { level: 'error', lane });
      }
      const ms = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** Math.min(attempt, 10));
      await new Promise((resume) => setTimeout(resume, ms));
    }
    return undefined;
  }

  /** A record of the lane's log: it answers whoever waits for a decision of it. */
  hear({ decided, head, hash, offset }: LogRecord): void {
    if (this.#waiting.size === 0) return;
    const receipt: Receipt = { seq: head.seq, hash, offset };
    for (const each of decided) {
      if (each.origin.kind !== 'client') continue;
      const waiting = this.#waiting.get(each.origin.id)?.[0];
      if (waiting) this.#settle(waiting, answerTo(waiting, each, receipt));
    }
  }

  /** The order that somebody waits for at that place of an entry. */
  awaited({ offset, index }: RepeatItem): ClientCommand | undefined {
    const found = this.#entries.get(offset)?.waiting.at(index);
    return found && !found.sheaf.answers[found.index]
      ? found.sheaf.commands[found.index]
      : undefined;
  }
  /** An order came again: its first answer, or a conflict with it. */
  hearRepeat({ offset, index }: RepeatItem, answer: Answer): void {
    const found = this.#entries.get(offset)?.waiting.at(index);
    if (found) this.#settle(found, answer);
  }

  close(): void {
    this.#closed = true;
    for (const [first] of this.#waiting.values()) this.#expire(first.sheaf);
  }

  #settle(waiting: Waiting, answer: Answer): void {
    const { sheaf, index, offset } = waiting;
    if (sheaf.answers[index]) return;
    sheaf.answers[index] = answer;
    this.#count--;
    const { id } = sheaf.commands[index];
    const rest = this.#waiting.get(id)?.filter((each) => each !== waiting) ?? [];
    if (rest.length > 0) this.#waiting.set(id, rest);
    else this.#waiting.delete(id);
    const entry = offset === undefined ? undefined : this.#entries.get(offset);
    if (entry && --entry.open === 0) this.#entries.delete(offset as number);
    if (--sheaf.missing === 0) {
      clearTimeout(sheaf.timer);
      sheaf.end({ kind: 'answers', answers: sheaf.answers as Answer[] });
    }
  }

  #expire({ waiting }: Sheaf): void {
    const pending: Answer = { kind: 'pending', reason: 'not known to be recorded yet' };
    for (const each of waiting) this.#settle(each, pending);
  }
}

function answerTo({ sheaf, index }: Waiting, decided: HouseDecided, receipt: Receipt): Answer {
  const { command, by } = sheaf.commands[index];
  const isOwn = decided.origin.kind === 'client' && decided.origin.by.member === by.member;
  const isSame = decided.command === null || same(decided.command, command);
  if (!isOwn || !isSame) return { kind: 'conflict' };
  return { kind: 'answered', decided, receipt, repeated: false };
}

/** Whether two commands say the same: plain data, where nothing and absent are one. */
function same(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [one, other] = [a, b] as Record<string, unknown>[];
  return (
    Object.keys(one).every((key) => same(one[key], other[key])) &&
    Object.keys(other).every((key) => key in one || isNothing(other[key]))
  );
}
const isNothing = (value: unknown): boolean => value === undefined || value === null;
