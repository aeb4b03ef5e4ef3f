import {
  catalogue,
  DecodeError,
  topicOf,
  type Command,
  type Decided,
  type Event,
} from '@ringfence/contracts';
import { InvariantViolation, type Service } from '@ringfence/kernel';
import {
  ChainTail,
  GENESIS,
  JournalBroken,
  LogTruncated,
  MalformedRecord,
  type ChainHead,
  type ChainRecord,
  type Head,
  type Journal,
  type Rule,
  type Stream,
} from '@ringfence/journal';

/** A decision of the house, as every log keeps it. */
export type HouseDecided = Decided<Command, Event>;

/** A record that counts, with its decisions. */
export interface LogRecord {
  readonly head: Head;
  readonly hash: string;
  readonly offset: number;
  readonly decided: readonly HouseDecided[];
}

export const logTopic = (service: Service): string => topicOf('log', service);
/** What the whole house sees in one order: every lane reads it first. */
export const REFERENCE_TOPIC = logTopic('reference');
export const logStream = (service: Service, partition: number): Stream => ({
  topic: logTopic(service),
  partition: service === 'reference' ? 0 : partition,
});

/** Neighbours read within a record or two; what is kept longer the collector copies for nothing. */
const MESSAGES_KEPT = 1_000;

/**
 * Decoded records that several readers of one process share, newest only. The owner of a log puts
 * its records here as it writes them, where there is none the first reader does, so that its
 * neighbours need not decode them; the chain is checked by every reader all the same.
 */
export class DecodeCache {
  readonly #records = new Map<string, readonly HouseDecided[]>();
  #kept = 0;

  put(hash: string, decided: readonly HouseDecided[]): void {
    if (this.#records.has(hash)) return;
    this.#records.set(hash, decided);
    this.#kept += messagesIn(decided);
    for (const [oldest, old] of this.#records) {
      if (this.#kept <= MESSAGES_KEPT || oldest === hash) break;
      this.#records.delete(oldest);
      this.#kept -= messagesIn(old);
    }
  }
  get(hash: string): readonly HouseDecided[] | undefined {
    return this.#records.get(hash);
  }
}

/** Commands and events. */
const messagesIn = (decided: readonly HouseDecided[]): number =>
  decided.reduce((sum, { events }) => sum + events.length, decided.length);

/**
 * @param service  whose log it stands in, for whoever must find it
 * @throws DecodeError naming the record when its body does not read: truth is never skipped
 */
export function decodeRecord(
  record: ChainRecord,
  cache?: DecodeCache,
  service?: Service,
): LogRecord {
  const { head, hash, offset, body, format } = record;
  const known = cache?.get(hash);
  if (known) return { head, hash, offset, decided: known };
  try {
    const read = head.n === 0 ? [] : format === 1 ? catalogue.decode(body) : fromJsonBody(body);
    const decided = read as readonly HouseDecided[];
    cache?.put(hash, decided);
    return { head, hash, offset, decided };
  } catch (cause) {
    throw cause instanceof DecodeError ? unreadable(record, service, cause) : cause;
  }
}

/** Names the record, and says when another build wrote it: then a newer one reads it. */
function unreadable(
  { head, hash }: ChainRecord,
  service: Service | undefined,
  cause: DecodeError,
): DecodeError {
  const log = service === undefined ? `partition ${head.p}` : `${logTopic(service)}/${head.p}`;
  const isOurs = head.contracts === catalogue.fingerprint;
  const build = isOurs
    ? ''
    : `; written with contracts ${head.contracts}, this build has ${catalogue.fingerprint}`;
  const record = `${log}, sequence ${head.seq}, hash ${hash}`;
  return new DecodeError(`${record}: ${cause.message}${build}`, { cause });
}

const fromJsonBody = (body: Uint8Array): HouseDecided[] => {
  const list: unknown = JSON.parse(new TextDecoder().decode(body));
  return (list as unknown[]).map((one) => catalogue.fromJson(one) as HouseDecided);
};

export interface LogTailOptions {
  readonly from?: ChainHead;
  readonly cache?: DecodeCache;
  /** named when the log turns out to be shorter than `from` */
  readonly who?: string;
  /** tests plant a broken one */
  readonly rule?: Rule;
}

/** Reads a log of the house from a position on, decision by decision. */
export class LogTail {
  readonly #chain: ChainTail;
  readonly #cache: DecodeCache | undefined;
  /** the next record counts and cannot be decoded: nothing behind it is given out */
  #stuck: { readonly at: ChainHead; readonly fault: DecodeError } | undefined;

  constructor(
    readonly journal: Journal,
    readonly service: Service,
    readonly stream: Stream,
    options: LogTailOptions = {},
  ) {
    const { from = GENESIS, who = 'a reader', cache, rule } = options;
    this.#chain = new ChainTail(journal, stream, { from, who, rule });
    this.#cache = cache;
  }
  /** the last record given out */
  get head(): ChainHead {
    return this.#stuck?.at ?? this.#chain.head;
  }
  get ignored(): number {
    return this.#chain.ignored;
  }
  /**
   * What counts since the last poll; empty at the end of the log. A read that fails for a moment is
   * tried again. Records before one that cannot be decoded are given out first; then every poll
   * meets it.
   *
   * @param wait  passes the time before attempt 1, 2, …
   * @throws LogTruncated, MalformedRecord, DecodeError, JournalBroken: trying again cannot help
   */
  async poll(wait: Wait): Promise<readonly LogRecord[]> {
    if (this.#stuck) throw this.#stuck.fault;
    return patiently(async () => {
      const { head } = this.#chain;
      return this.#decode(await this.#chain.poll(), head);
    }, wait);
  }

  /** Whether the log ends where this reader stands: a poll may be a moment behind. */
  isAtEnd(wait: Wait): Promise<boolean> {
    return patiently(() => this.#chain.isAtEnd(), wait);
  }
  /** How many entries the log holds now. Patient like `poll`. */
  end(wait: Wait): Promise<number> {
    return patiently(() => this.journal.end(this.stream), wait);
  }

  /** @param before  where this reader stood before these records */
  #decode(records: readonly ChainRecord[], before: ChainHead): LogRecord[] {
    const decoded: LogRecord[] = [];
    let at = before;
    for (const record of records) {
      try {
        decoded.push(decodeRecord(record, this.#cache, this.service));
      } catch (fault) {
        if (!(fault instanceof DecodeError)) throw fault;
        this.#stuck = { at, fault };
        if (decoded.length === 0) throw fault;
        return decoded;
      }
      const { head, hash, offset } = record;
      at = { seq: head.seq, epoch: head.epoch, hash, offset };
    }
    return decoded;
  }
}

async function patiently<T>(read: () => Promise<T>, wait: Wait): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (fault) {
      if (FINAL.some((kind) => fault instanceof kind)) throw fault;
      await wait(attempt);
    }
  }
}

/** Passes the time before attempt 1, 2, … at something that failed for a moment. */
export type Wait = (attempt: number) => Promise<void>;
const FINAL = [
  JournalBroken,
  LogTruncated,
  MalformedRecord,
  DecodeError,
  InvariantViolation,
] as const;
