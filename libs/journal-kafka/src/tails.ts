import { type Entry, type Stream, streamText } from '@ringfence/journal';
import { OFFSET_OUT_OF_RANGE, protocolErrorIn } from './client.js';
import { pause, within } from './deadline.js';
import { StreamMissing } from './faults.js';
import { type Fetched, Link } from './link.js';
import type { Session } from './session.js';
import { Window } from './window.js';

/** What followers of one stream read without asking a broker, at most. */
const KEPT_BYTES_MAX = 512 * 1024;
/** What one poll brings of one stream, apart from a first record that is larger. */
const POLL_BYTES = 512 * 1024;
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 1_000;

/** A stream that somebody watches. */
interface Followed {
  readonly stream: Stream;
  readonly wakes: Set<() => void>;
  /** the newest entries; undefined until a broker said where the stream ends */
  newest: Window | undefined;
  /** when its broker last answered a poll; before that, nothing here is up to date */
  heardAt: number;
}

/**
 * Follows the ends of all watched streams with one open request per broker, a long poll. What it
 * brings wakes the watchers and is kept for them. Any error, and any answer that does not come,
 * ends the connection; the next one goes on where this one was.
 */
export class Tails {
  readonly #followed = new Map<string, Followed>();
  #running: Promise<void> | undefined;
  #link: Link | undefined;
  /** what is followed changed, so the open polls ask for the wrong streams */
  #isChanged = false;

  constructor(private readonly session: Session) {}

  watch(stream: Stream, wake: () => void): () => void {
    const name = streamText(stream);
    const own = (): void => wake(); // the same function may be watching twice
    const known = this.#followed.get(name);
    if (known) known.wakes.add(own);
    else
      this.#follow(name, { stream, wakes: new Set([own]), newest: undefined, heardAt: -Infinity });
    return () => {
      const followed = this.#followed.get(name);
      if (!followed?.wakes.delete(own) || followed.wakes.size > 0) return;
      this.#followed.delete(name);
      this.#change();
    };
  }

  /**
   * @returns empty when the stream ended there a moment ago; undefined when a broker must be asked
   */
  read(stream: Stream, from: number, limitBytes: number): readonly Entry[] | undefined {
    const { pollMs } = this.session.settings;
    const followed = this.#followed.get(streamText(stream));
    const entries = followed?.newest?.from(from, limitBytes);
    if (!followed || !entries || entries.length > 0) return entries;
    const isFresh = performance.now() - followed.heardAt < 2 * pollMs;
    return isFresh && from >= this.session.seen(stream) ? entries : undefined;
  }

  async close(): Promise<void> {
    this.#followed.clear();
    this.#link?.close();
    await this.#running;
  }

  #follow(name: string, followed: Followed): void {
    this.#followed.set(name, followed);
    this.#change();
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Several changes at once end the open polls once. */
  #change(): void {
    if (this.#isChanged) return;
    this.#isChanged = true;
    const link = this.#link;
    setImmediate(() => link?.close());
  }

  async #run(): Promise<void> {
    const { closing, settings } = this.session;
    let failures = 0;
    const settle = (): Promise<void> =>
      pause(Math.min(PAUSE_MS * 2 ** failures, PAUSE_MS_MAX), closing);
    while (this.#followed.size > 0 && !this.session.isClosed) {
      const began = performance.now();
      try {
        await this.#round(settle);
      } catch (fault) {
        if (!this.#isChanged) this.session.dropped(fault);
        failures = performance.now() - began > 2 * settings.pollMs ? 0 : failures + 1;
      }
    }
  }

  /** Polls every leader at once until one of them fails or the set of streams changes. */
  async #round(settle: () => Promise<void>): Promise<void> {
    this.#isChanged = false;
    // before a failure ends the round, the other brokers are heard for a while
    const unhurried = <T>(call: Promise<T>): Promise<T> =>
      call.catch(async (fault: unknown) => {
        if (!this.#isChanged) await settle();
        throw fault;
      });
    const link = await unhurried(Link.open(this.session.settings));
    this.#link = link;
    try {
      const { byLeader, isMissing } = await unhurried(this.#locateAll(link));
      const polls = [...byLeader].map(([leader, of]) =>
        unhurried(this.#pollLeader(link, leader, of)),
      );
      if (isMissing) {
        polls.push(pause(PAUSE_MS_MAX, this.session.closing).then(() => this.#change()));
      }
      await Promise.all(polls);
    } finally {
      link.close();
      this.#link = undefined;
    }
  }

  async #locateAll(link: Link) {
    this.#isChanged = false; // what is followed by now is polled
    const byLeader = new Map<string, Followed[]>();
    let isMissing = false;
    for (const followed of this.#followed.values()) {
      const leader = await this.#locate(link, followed);
      if (leader === undefined) isMissing = true;
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), followed]);
    }
    return { byLeader, isMissing };
  }

  /** @returns the leader's id; undefined when the stream is not there yet */
  async #locate(link: Link, followed: Followed): Promise<string | undefined> {
    const { stream } = followed;
    const { stallMs } = this.session.settings;
    const name = streamText(stream);
    try {
      const leader = await within(stallMs, `leader of ${name}`, link.leader(stream));
      if (followed.newest) return leader;
      const end = await within(stallMs, `end of ${name}`, link.offset(stream, 'end'));
      followed.newest = new Window(end, KEPT_BYTES_MAX);
      this.#wake(followed); // what came between the watch and this poll, nobody else tells
      return leader;
    } catch (fault) {
      if (fault instanceof StreamMissing) return undefined;
      throw fault;
    }
  }

  async #pollLeader(link: Link, leader: string, followed: readonly Followed[]): Promise<void> {
    const { pollMs, stallMs } = this.session.settings;
    while (!this.#isChanged && !this.session.isClosed) {
      const wanted = followed.map(({ stream, newest }) => ({
        stream,
        from: newest?.end ?? 0,
        limitBytes: POLL_BYTES,
      }));
      try {
        const poll = link.fetch(leader, wanted, pollMs);
        const answers = await within(pollMs + stallMs, `poll of broker ${leader}`, poll);
        this.session.fetched(answers);
        for (const [at, answer] of answers.entries()) this.#take(followed[at], answer);
      } catch (fault) {
        // a stream that lost its end is positioned anew; its readers find out what is missing
        if (protocolErrorIn(fault) === OFFSET_OUT_OF_RANGE) this.#forget(followed);
        throw fault;
      }
      for (const one of followed) one.heardAt = performance.now();
    }
  }

  #forget(followed: readonly Followed[]): void {
    for (const one of followed) one.newest = undefined;
  }

  #take(followed: Followed | undefined, { entries, next, hole }: Fetched): void {
    if (!followed) return;
    if (hole) {
      followed.newest = new Window(hole.found, KEPT_BYTES_MAX); // who reads there meets the hole
    } else if (entries.length > 0 || next > (followed.newest?.end ?? 0)) {
      followed.newest?.push(entries, next);
    } else {
      return;
    }
    this.#wake(followed);
  }

  #wake({ wakes }: Followed): void {
    for (const wake of wakes) queueMicrotask(() => wakes.has(wake) && wake());
  }
}
