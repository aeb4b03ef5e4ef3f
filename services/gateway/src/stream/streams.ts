import type { ServerResponse } from 'node:http';
import { problem } from '@ringfence/service-kit';
import type { AccountId, By } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import { Refused } from '../api/callers.js';
import type { ReferenceNames } from '../api/names.js';
import type { Feed } from '../feed/feed.js';
import { EventStream, logName, type End } from './event-stream.js';
import { noticesOf } from './notices.js';
import { parsePlaces, type LogName, type Place } from './places.js';
import { topicText, type Topic } from './topics.js';

/** Open streams of one API key. */
export const STREAMS_PER_KEY = 16;
const BEAT_MS = 15_000;
/** A key that holds no slot may ask for one again after so long. */
const RETRY_AFTER_SECONDS = 5;

export interface StreamsOptions {
  readonly reference: Feed & { readonly names: ReferenceNames };
  readonly feedsOf: (topic: Topic) => readonly Feed[];
}
export interface StreamRequest {
  readonly by: By;
  readonly topics: readonly Topic[];
  /** the header `Last-Event-ID`; undefined for a new stream */
  readonly lastEventId: string | undefined;
}

interface Open {
  readonly stream: EventStream;
  readonly by: By;
  readonly accounts: readonly AccountId[];
}

/**
 * Tells the facts of the logs to those who listen. Every gateway follows the logs itself, so any of
 * them serves any client, and what a client missed comes from the log's newest records or is
 * admitted with `reset`.
 */
export class Streams {
  readonly #open = new Set<Open>();
  readonly #byTopic = new Map<string, Set<EventStream>>();
  /** accounts that somebody listens to, and how many do */
  readonly #accounts = new Map<AccountId, number>();
  readonly #byKey = new Map<number, number>();
  /** logs that somebody listens to: how many do, and how to let go */
  readonly #feeds = new Map<Feed, { count: number; readonly stop: () => void }>();
  readonly #beat: NodeJS.Timeout;
  readonly #unlisten: () => void;

  constructor(readonly options: StreamsOptions) {
    this.#unlisten = options.reference.listen((record) => this.#endRevoked(record));
    this.#beat = setInterval(() => {
      for (const { stream } of this.#open) stream.beat();
    }, BEAT_MS);
    this.#beat.unref();
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * @param begin  called when nothing can be refused any more: begins the answer
   * @throws Refused `too-many-streams`; `not-caught-up` when a log cannot be read now
   */
  async open(request: StreamRequest, begin: () => ServerResponse): Promise<void> {
    const { by, topics, lastEventId } = request;
    const feeds = [...new Set(topics.flatMap((topic) => this.options.feedsOf(topic)))];
    this.#take(by);
    let to: ServerResponse;
    try {
      await awake(feeds);
      to = begin();
    } catch (fault) {
      this.#release(by);
      throw fault;
    }
    const stream = new EventStream(to, new Set(topics.map(topicText)), feeds);
    this.#join(stream, request);
    this.#begin(stream, lastEventId);
  }
  close(): void {
    clearInterval(this.#beat);
    this.#unlisten();
    this.#endAll('house-stops', () => true);
  }

  #take({ key }: By): void {
    const count = this.#byKey.get(key) ?? 0;
    if (count >= STREAMS_PER_KEY) {
      const facts = { most: String(STREAMS_PER_KEY) };
      throw new Refused(problem('too-many-streams', { facts }), RETRY_AFTER_SECONDS);
    }
    this.#byKey.set(key, count + 1);
  }
  #release({ key }: By): void {
    const count = (this.#byKey.get(key) ?? 1) - 1;
    if (count === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, count);
  }

  #join(stream: EventStream, { by, topics }: StreamRequest): void {
    const accounts = topics.flatMap((each) => (each.kind === 'account' ? [each.account] : []));
    const open = { stream, by, accounts };
    this.#open.add(open);
    for (const topic of stream.topics) {
      const streams = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, streams.add(stream));
    }
    for (const account of accounts) {
      this.#accounts.set(account, (this.#accounts.get(account) ?? 0) + 1);
    }
    for (const feed of stream.feeds) {
      const heard = this.#feeds.get(feed);
      if (heard) heard.count++;
      else {
        const stop = feed.listen((record) => this.#hear(feed, record));
        this.#feeds.set(feed, { count: 1, stop });
      }
    }
    stream.to.once('close', () => this.#leave(open));
    // it may have gone while the logs were read
    if (stream.to.destroyed) this.#leave(open);
  }
  #leave(open: Open): void {
    const { stream, by, accounts } = open;
    if (!this.#open.delete(open)) return;
    this.#release(by);
    for (const topic of stream.topics) {
      const streams = this.#byTopic.get(topic);
      streams?.delete(stream);
      if (streams?.size === 0) this.#byTopic.delete(topic);
    }
    for (const account of accounts) {
      const count = (this.#accounts.get(account) ?? 1) - 1;
      if (count === 0) this.#accounts.delete(account);
      else this.#accounts.set(account, count);
    }
    for (const feed of stream.feeds) {
      const heard = this.#feeds.get(feed);
      if (!heard || --heard.count > 0) continue;
      heard.stop();
      this.#feeds.delete(feed);
    }
  }

  /** Tells what was missed, then goes on from there, in one turn: nothing is in between. */
  #begin(stream: EventStream, lastEventId: string | undefined): void {
    const places = parsePlaces(lastEventId ?? '');
    const reason = lastEventId === undefined ? undefined : whyNot(stream.feeds, places);
    const from = reason === undefined ? places : undefined;
    for (const feed of stream.feeds) {
      stream.beginAt(feed, from?.get(logName(feed)) ?? { seq: feed.seq });
    }
    stream.say('open', { topics: [...stream.topics] });
    if (reason !== undefined) stream.say('reset', { reason });
    stream.missed(() => {
      for (const feed of stream.feeds) {
        const place = from?.get(logName(feed));
        const missed = place && feed.recent.since(wholeUpTo(place));
        for (const record of missed ?? []) this.#tellOf(feed, record, stream);
        stream.beginAt(feed, { seq: feed.seq });
      }
    });
  }

  #hear(feed: Feed, record: LogRecord): void {
    this.#tellOf(feed, record, undefined);
  }
  /** @param only  the stream that missed it; undefined for all */
  #tellOf(feed: Feed, { head, decided }: LogRecord, only: EventStream | undefined): void {
    const { names } = this.options.reference;
    const hasAccount = (account: AccountId): boolean => this.#accounts.has(account);
    let ordinal = 0;
    for (const { events } of decided) {
      for (const event of events) {
        const at = { seq: head.seq, ordinal: ordinal++ };
        for (const { topic, name, data } of noticesOf(event, feed, names, hasAccount)) {
          const streams = this.#byTopic.get(topic);
          if (!streams || (only && !streams.has(only))) continue;
          const told = { name, text: JSON.stringify(data) };
          if (only) only.tell(feed, at, told);
          else for (const stream of streams) stream.tell(feed, at, told);
        }
      }
    }
  }

  #endRevoked({ decided }: LogRecord): void {
    for (const { events } of decided) {
      for (const event of events) {
        if (event.type === 'KeyRevoked') {
          this.#endAll('key-revoked', ({ by }) => by.key === event.key);
        }
      }
    }
  }
  #endAll(reason: End, of: (open: Open) => boolean): void {
    for (const open of this.#open) if (of(open)) open.stream.end(reason);
  }
}

/** @throws Refused `not-caught-up` naming a log that cannot be read now */
async function awake(feeds: readonly Feed[]): Promise<void> {
  await Promise.all(feeds.map((feed) => feed.use()));
  const asleep = feeds.find((feed) => !feed.isAwake);
  if (!asleep) return;
  const detail = `${logName(asleep)} cannot be read now`;
  throw new Refused(problem('not-caught-up', { detail }), RETRY_AFTER_SECONDS);
}

/** The last record of which nothing is left to tell. */
const wholeUpTo = ({ seq, ordinal }: Place): number => (ordinal === undefined ? seq : seq - 1);

/** Why a stream cannot go on where it was; undefined when it can. */
function whyNot(
  feeds: readonly Feed[],
  places: ReadonlyMap<LogName, Place> | undefined,
): string | undefined {
  if (!places) return 'the last event id is none of ours';
  for (const feed of feeds) {
    const place = places.get(logName(feed));
    if (!place) continue;
    if (place.seq > feed.seq) return `${logName(feed)} has not come so far`;
    if (wholeUpTo(place) < feed.recent.floor) return `${logName(feed)} has gone on too far`;
  }
  return undefined;
}
