import {
  type Entry,
  JournalBroken,
  READ_LIMIT_BYTES,
  type Stream,
  streamText,
} from '@ringfence/journal';
import { OFFSET_OUT_OF_RANGE, protocolErrorIn } from './client.js';
import { pause, within } from './deadline.js';
import {
  KafkaStalled,
  KafkaUnavailable,
  reasonIn,
  StreamHole,
  StreamShrunk,
  StreamTrimmed,
} from './faults.js';
import { type Edge, type Fetched, Link } from './link.js';
import type { Session } from './session.js';
import { ReadAhead, upTo, Window } from './window.js';

/** Whoever reads on from here is given more than asked: round trips, not bytes, cost time. */
const AHEAD_BYTES = 1024 * 1024;
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 500;
/** How long a broker may wait for an entry that is known to be there but not yet shown. */
const KNOWN_WAIT_MS = 100;

/** Answers from the brokers, for readers that are not at a stream's end. */
export class Reader {
  readonly #ahead = new ReadAhead();
  #link: Promise<Link> | undefined;

  constructor(private readonly session: Session) {}

  /** @throws KafkaUnavailable when no broker can be reached */
  async connect(): Promise<void> {
    await this.#patiently('connecting', () => Promise.resolve());
  }

  /**
   * @throws StreamTrimmed, StreamShrunk, StreamHole: asking again cannot help
   * @throws KafkaUnavailable, JournalClosed
   */
  async read(stream: Stream, from: number, limitBytes: number): Promise<readonly Entry[]> {
    const name = streamText(stream);
    const ahead = this.#ahead.take(name, from, limitBytes);
    if (ahead) {
      this.session.counters.readsAhead++;
      return ahead;
    }
    const isSequential = limitBytes >= READ_LIMIT_BYTES;
    const bytes = isSequential ? Math.max(limitBytes, AHEAD_BYTES) : limitBytes;
    const entries = await this.#fetch(stream, from, bytes);
    const given = upTo(entries, 0, limitBytes);
    const rest = entries.slice(given.length);
    const [first, last] = [rest[0], rest.at(-1)];
    if (first && last) {
      const window = new Window(first.offset, Infinity);
      window.push(rest, last.offset + 1);
      this.#ahead.put(name, window);
    }
    return given;
  }

  /**
   * The offset that the next entry gets, or that of the oldest one kept.
   *
   * @throws KafkaUnavailable, JournalClosed
   */
  async edge(stream: Stream, edge: Edge): Promise<number> {
    return this.#patiently(`${edge} of ${streamText(stream)}`, async (link) => {
      const offset = await link.offset(stream, edge);
      if (edge === 'begin') return offset;
      const seen = this.session.seen(stream);
      // a new leader may learn only after a moment how much of its log all replicas have
      if (offset < seen) throw new KafkaUnavailable(`ends at ${offset}, ${seen} was seen before`);
      this.session.saw(stream, offset);
      return offset;
    });
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #fetch(stream: Stream, from: number, limitBytes: number): Promise<readonly Entry[]> {
    let at = from;
    return this.#patiently(`reading ${streamText(stream)} from ${from}`, async (link) => {
      for (;;) {
        const seen = this.session.seen(stream);
        const fetched = await this.#once(link, { stream, from: at, limitBytes }, seen);
        if (!fetched) return [];
        if (fetched.entries.length > 0) return fetched.entries;
        if (fetched.hole) throw new StreamHole(stream, fetched.hole.offset, fetched.hole.found);
        if (fetched.next >= fetched.end && fetched.end >= seen) return [];
        if (fetched.next === at) throw new KafkaUnavailable(`nothing at ${at}, ${seen} was seen`);
        at = fetched.next; // only markers of the brokers there
      }
    });
  }

  /** @returns undefined when the stream ends before that offset and never went further */
  async #once(
    link: Link,
    wanted: { readonly stream: Stream; readonly from: number; readonly limitBytes: number },
    seen: number,
  ): Promise<Fetched | undefined> {
    const { stream, from } = wanted;
    const waitMs = from < seen ? KNOWN_WAIT_MS : 0;
    try {
      const leader = await link.leader(stream);
      const [fetched] = await link.fetch(leader, [wanted], waitMs);
      if (fetched) this.session.fetched([fetched]);
      return fetched;
    } catch (fault) {
      if (protocolErrorIn(fault) !== OFFSET_OUT_OF_RANGE) throw fault;
      const begin = await link.offset(stream, 'begin');
      if (from < begin) throw new StreamTrimmed(stream, from, begin);
      const end = await link.offset(stream, 'end');
      if (from <= end) throw fault; // it grew meanwhile
      if (end < Math.min(from, seen)) throw new StreamShrunk(stream, seen, end);
      return undefined;
    }
  }

  /** Tries again on a fresh connection until the deadline. */
  async #patiently<T>(what: string, call: (link: Link) => Promise<T>): Promise<T> {
    const { settings } = this.session;
    const deadline = performance.now() + settings.readTimeoutMs;
    let why: unknown;
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
      this.session.checkOpen();
      const opening = (this.#link ??= Link.open(settings));
      const left = Math.max(1, Math.ceil(deadline - performance.now()));
      try {
        return await within(Math.min(left, settings.stallMs), what, opening.then(call));
      } catch (fault) {
        if (fault instanceof JournalBroken) throw fault;
        this.session.checkOpen();
        this.#drop(opening, fault);
        // the last attempt may only have run out of our own time
        if (why === undefined || !(fault instanceof KafkaStalled)) why = fault;
        if (performance.now() + pauseMs >= deadline) {
          throw new KafkaUnavailable(`${what}: ${reasonIn(why)}`, { cause: why });
        }
        await pause(pauseMs, this.session.closing);
      }
    }
  }

  /** Others may have dropped it already. */
  #drop(opening: Promise<Link>, why: unknown): void {
    if (this.#link !== opening) return;
    this.#link = undefined;
    this.session.dropped(why);
    opening.then(
      (link) => link.close(),
      () => undefined,
    );
  }
}
