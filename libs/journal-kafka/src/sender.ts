import { type AppendResult, type Stream, streamText } from '@ringfence/journal';
import { CompressionTypes, openProducer, type Opened, type Producer } from './client.js';
import { within } from './deadline.js';
import { reasonIn } from './faults.js';
import type { Session } from './session.js';

/** All in-sync replicas have it, not only the leader. */
const ALL_REPLICAS = -1;

/**
 * Appends to one stream, one record in flight. It never sends anything twice: whoever asked hears
 * that the outcome is unknown and decides. After any error its connection is dropped, so that
 * nothing of the old attempt can still be written by us once it was answered.
 */
export class Sender {
  #last: Promise<unknown> = Promise.resolve();
  #opening: Promise<Opened<Producer>> | undefined;
  /** the newest append may still arrive: only the broker knows the end of the stream */
  isUnsure = false;

  constructor(
    private readonly session: Session,
    readonly stream: Stream,
  ) {}

  /** @throws JournalClosed */
  append(bytes: Uint8Array): Promise<AppendResult> {
    const turn = this.#last.then(() => this.#send(bytes));
    this.#last = turn.catch(() => undefined); // its caller hears of it
    return turn;
  }

  /** Lets the one in flight be answered; it has a deadline. */
  async close(): Promise<void> {
    await this.#last;
    this.#drop();
  }

  async #send(bytes: Uint8Array): Promise<AppendResult> {
    this.session.checkOpen();
    const { counters, settings } = this.session;
    try {
      const attempt = this.#attempt(bytes);
      const offset = await within(settings.appendTimeoutMs, 'append', attempt);
      counters.appends++;
      counters.appendedBytes += bytes.length;
      this.isUnsure = false;
      this.session.saw(this.stream, offset + 1);
      return { kind: 'appended', offset };
    } catch (fault) {
      counters.unknowns++;
      this.isUnsure = true;
      this.#drop();
      this.session.dropped(fault);
      return { kind: 'unknown', reason: `${streamText(this.stream)}: ${reasonIn(fault)}` };
    }
  }

  async #attempt(bytes: Uint8Array): Promise<number> {
    const opening = (this.#opening ??= openProducer(this.session.settings));
    const { client } = await opening;
    if (this.#opening !== opening) throw new Error('answered as unknown before it was connected');
    const { partition } = this.stream;
    const [answer] = await client.send({
      topic: `${this.session.settings.topicPrefix}${this.stream.topic}`,
      acks: ALL_REPLICAS,
      timeout: this.session.settings.appendTimeoutMs,
      compression: CompressionTypes.None,
      messages: [{ partition, key: null, value: asBuffer(bytes) }],
    });
    const offset = Number(answer?.baseOffset ?? -1);
    if (answer?.errorCode === 0 && answer.partition === partition && offset >= 0) return offset;
    throw new Error(`an acknowledgement without an offset: ${JSON.stringify(answer)}`);
  }

  #drop(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.then(
      ({ client, sockets }) => {
        sockets.destroy();
        client.disconnect().catch(() => undefined); // its connections are gone already
      },
      () => undefined,
    );
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
