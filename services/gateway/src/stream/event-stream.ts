import type { ServerResponse } from 'node:http';
import type { Feed } from '../feed/feed.js';
import { isBehind, placesText, type Place } from './places.js';

/** Bytes that wait for a client besides what it missed and asked for: then it is too slow. */
export const WAITING_MAX_BYTES = 1024 * 1024;
/** A client that was told that its stream ends has so long to read it. */
const LAST_WORDS_MS = 5_000;

export const logName = ({ service, partition }: Feed): string => `${service}/${partition}`;

/** A notice, rendered once for all who hear it. */
export interface Told {
  readonly name: string;
  /** one line of JSON */
  readonly text: string;
}

/** Why a stream ends before its client lets go. */
export type End = 'slow' | 'key-revoked' | 'house-stops';

/** One open stream: what its client hears, and up to where it heard each of its logs. */
export class EventStream {
  /** up to where each log was told when the stream began */
  readonly #began = new Map<Feed, Place>();
  #waitingMax = WAITING_MAX_BYTES;
  #ended = false;

  constructor(
    readonly to: ServerResponse,
    readonly topics: ReadonlySet<string>,
    readonly feeds: readonly Feed[],
  ) {
    // a connection that breaks is closed next, and that is heard
    to.on('error', () => undefined);
  }

  get hasEnded(): boolean {
    return this.#ended;
  }
  /** What it misses at its beginning does not make a client slow. */
  missed(write: () => void): void {
    this.#waitingMax = Infinity;
    write();
    this.#waitingMax = WAITING_MAX_BYTES + this.to.writableLength;
  }
  beginAt(feed: Feed, place: Place): void {
    this.#began.set(feed, place);
  }
  /** Where the stream stands now. */
  places(): string {
    return placesText(this.feeds.map((feed) => [logName(feed), this.#placeOf(feed)]));
  }

  /** Tells an event of a log, unless the client has heard it. */
  tell(feed: Feed, at: Required<Place>, { name, text }: Told): void {
    if (!isBehind(this.#began.get(feed) ?? { seq: 0 }, at)) return;
    const id = placesText(
      this.feeds.map((each) => [logName(each), each === feed ? at : this.#placeOf(each)]),
    );
    this.#write(`id: ${id}\nevent: ${name}\ndata: ${text}\n\n`);
  }
  /** Something about the stream itself. */
  say(name: 'open' | 'reset', data: object): void {
    this.#write(`id: ${this.places()}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
  beat(): void {
    this.#write(': beat\n\n');
  }
  end(reason: End): void {
    if (this.#ended) return;
    this.#ended = true;
    this.to.end(`event: closed\ndata: ${JSON.stringify({ reason })}\n\n`);
    const timer = setTimeout(() => this.to.destroy(), LAST_WORDS_MS);
    timer.unref();
    this.to.once('close', () => clearTimeout(timer));
  }

  /** While it is told what it missed of one log, it stands where it began in the others. */
  #placeOf(feed: Feed): Place {
    const began = this.#began.get(feed) ?? { seq: 0 };
    return this.#waitingMax !== Infinity && feed.seq > began.seq ? { seq: feed.seq } : began;
  }
  #write(text: string): void {
    if (this.#ended || this.to.destroyed) return;
    this.to.write(text);
    if (this.to.writableLength > this.#waitingMax) this.end('slow');
  }
}
