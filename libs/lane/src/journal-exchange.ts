import { catalogue, DecodeError, topicOf, type Command } from '@ringfence/contracts';
import { addressNumber, SERVICES, type Address, type Service } from '@ringfence/kernel';
import type { Journal, Stream } from '@ringfence/journal';
import type { Exchange, Packet } from './channels.js';
import { splitHeadLine, withHeadLine } from './head-line.js';
import { StreamReader } from './stream-reader.js';

const VERSION = 1;
/** Packets that wait for one receiver, at most; older ones are dropped: they are sent again. */
const WAITING_MAX = 1024;

/** Packets on their way to a lane: the partition is the receiver's. */
export const channelStream = ({ service, partition }: Address): Stream => ({
  topic: topicOf('chan', service),
  partition,
});

export function packPacket({ from, first, messages, ack, reference }: Packet): Uint8Array {
  const head = { v: VERSION, from: [from.service, from.partition], first, ack, reference };
  return withHeadLine(head, catalogue.encodeMessages(messages));
}

/** @returns undefined for anything else: a packet that is lost is sent again */
export function unpackPacket(bytes: Uint8Array): Packet | undefined {
  const split = splitHeadLine(bytes);
  if (split?.head['v'] !== VERSION) return undefined;
  const { from, first, ack, reference } = split.head as {
    readonly from: readonly [Service, number];
    readonly first: number;
    readonly ack: number;
    readonly reference: number;
  };
  const isFit = Array.isArray(from) && SERVICES.includes(from[0]) && first >= 1;
  if (!isFit || !(ack >= 0) || !(reference >= 0)) return undefined;
  try {
    const messages = catalogue.decodeMessages(split.body) as Command[];
    const sender: Address = { service: from[0], partition: from[1] };
    return { from: sender, first, messages, ack, reference };
  } catch (fault) {
    if (fault instanceof DecodeError) return undefined;
    throw fault;
  }
}

export interface JournalExchangeOptions {
  /** hears of what could not be carried; it will be sent again */
  readonly onLost?: (stream: Stream, reason: string) => void;
}

/**
 * Carries packets between lanes of different processes, through a journal. A receiver hears what
 * comes after it joined; what it missed its peers send again.
 */
export class JournalExchange implements Exchange {
  readonly #boxes = new Map<number, Outbox>();

  constructor(
    readonly journal: Journal,
    readonly options: JournalExchangeOptions = {},
  ) {}

  join(address: Address, receive: (packet: Packet) => void): () => void {
    const reader = new StreamReader({
      journal: this.journal,
      stream: channelStream(address),
      lookBack: 0,
      onEntry: (bytes) => {
        const packet = unpackPacket(bytes);
        if (packet) receive(packet);
      },
    });
    void reader.start();
    return () => reader.close();
  }

  send(to: Address, packet: Packet): void {
    const number = addressNumber(to);
    let box = this.#boxes.get(number);
    if (!box) {
      box = new Outbox(this.journal, channelStream(to), this.options);
      this.#boxes.set(number, box);
    }
    box.add(packPacket(packet));
  }

  /** Nothing that was sent is still on its way into the journal. */
  get idle(): boolean {
    return [...this.#boxes.values()].every((box) => box.idle);
  }
}

/** Packets to one receiver, appended one after another so that they keep their order. */
class Outbox {
  #waiting: Uint8Array[] = [];
  #sending = false;

  constructor(
    readonly journal: Journal,
    readonly stream: Stream,
    readonly options: JournalExchangeOptions,
  ) {}

  get idle(): boolean {
    return !this.#sending && this.#waiting.length === 0;
  }
  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    if (this.#waiting.length > WAITING_MAX) {
      this.#waiting.shift();
      this.options.onLost?.(this.stream, 'too many packets wait');
    }
    if (!this.#sending) void this.#send();
  }
  async #send(): Promise<void> {
    this.#sending = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        const answer = await this.journal.append(this.stream, next);
        if (answer.kind === 'unknown') this.options.onLost?.(this.stream, answer.reason);
      } catch (fault) {
        this.options.onLost?.(this.stream, String(fault));
      }
    }
    this.#sending = false;
  }
}
