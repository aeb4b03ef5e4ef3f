import { catalogue, type Command } from '@ringfence/contracts';
import { addressText, present, type CommandId } from '@ringfence/kernel';
import { decodeHead, hash, type Receipt } from '@ringfence/journal';
import type { Answer, Submission, Submitted } from './batch.js';
import type { LaneCore } from './core.js';
import { IdsDamaged } from './id-generation.js';
import { UNSURE } from './id-table.js';
import type { LoadOptions } from './load.js';
import { decodeRecord, logStream, type HouseDecided, type LogRecord } from './log-tail.js';
import { hashOfPlain } from './plain-hash.js';

/**
 * A command whose id may be known; `seqs` are the records that may hold its first answer, `UNSURE`
 * among them when a damaged file leaves it open.
 */
export interface Repeat {
  readonly submission: Submission;
  readonly index: number;
  readonly seqs: readonly number[];
}

/** A recorded decision and where it stands. */
export interface Found {
  readonly decided: HouseDecided;
  readonly receipt: Receipt;
}

/** Finds first answers in a lane's own log. */
export class Answers<State> {
  constructor(
    public core: LaneCore<State>,
    readonly options: LoadOptions<State>,
  ) {}

  /**
   * @returns the decision with that id among records up to `durable`, or undefined
   * @throws IdsDamaged when it cannot be told until a damaged file is made anew
   */
  async find(
    id: CommandId,
    durable: number,
    seqs = this.core.ids.find(id),
  ): Promise<Found | undefined> {
    for (const seq of seqs) {
      if (seq > durable || seq === UNSURE) continue;
      const { decided, hash: of, offset } = await this.#read(seq);
      const first = decided.find(({ origin }) => origin.kind === 'client' && origin.id === id);
      if (first) return { decided: first, receipt: { seq, hash: of, offset } };
    }
    if (seqs.includes(UNSURE)) throw new IdsDamaged('whether the id is known is being read again');
    return undefined;
  }

  /** The answer to a command that came again; undefined when its id only shares a print. */
  async again(command: Submitted, seqs: readonly number[]): Promise<Answer | undefined> {
    const found = await this.find(command.id, Infinity, seqs);
    if (!found) return undefined;
    const { origin } = found.decided;
    const sameMember = origin.kind === 'client' && origin.by.member === command.by.member;
    if (!sameMember || !isSame(found.decided, command)) {
      return { kind: 'conflict' };
    }
    return { kind: 'answered', ...found, repeated: true };
  }

  async #read(seq: number): Promise<LogRecord> {
    const { journal, definition, partition, cache } = this.options;
    const offset = this.core.offsetOf(seq);
    const [entry] = await journal.read(logStream(definition.service, partition), offset, 1);
    const { bytes } = present(entry, `record ${seq} of ${addressText(this.core.address)}`);
    const { head, bodyStart, format } = decodeHead(bytes);
    const body = bytes.subarray(bodyStart);
    return decodeRecord({ offset, hash: hash(bytes), format, head, body, bytes }, cache);
  }
}

function isSame({ command: first, outcome }: HouseDecided, again: Submitted): boolean {
  if (again.command === null) {
    return outcome.kind === 'quarantined' && outcome.hash === again.hash;
  }
  if (first !== null) return sameBytes(first, again.command);
  return outcome.kind === 'quarantined' && outcome.hash === hashOfPlain(again.command);
}
function sameBytes(a: Command, b: Command): boolean {
  const one = catalogue.encodeMessages([a]);
  const other = catalogue.encodeMessages([b]);
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
