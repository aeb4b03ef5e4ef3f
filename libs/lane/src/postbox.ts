import { present, type Address } from '@ringfence/kernel';
import type { Channels, Exchange } from './channels.js';

/** Messages of one packet. */
const PACKET_MAX = 512;

/**
 * Sends what is durable, and only that: messages up to the last record in the log, and acks of what
 * that record took. What is decided but
 * not yet in the log must not be heard of.
 */
export class Postbox {
  /** per peer, the last message sent so far */
  readonly #sentUpTo = new Map<number, number>();
  /** per peer, the last of its messages that a durable record took */
  readonly #taken = new Map<number, number>();

  constructor(
    readonly address: Address,
    readonly exchange: Exchange,
    public channels: Channels,
    /** last record of the reference log that this lane has read */
    readonly reference: () => number,
  ) {
    for (const [peer, channel] of channels) this.#taken.set(peer, channel.taken);
  }

  /** messages decided for that peer that this box has not sent */
  unsent(peer: number, sent: number): boolean {
    return sent > (this.#sentUpTo.get(peer) ?? 0);
  }

  /**
   * A record became durable.
   *
   * @param sent  per peer, the last message that the record accounts for
   * @param heard  per peer, the last message that the record took
   */
  durable(sent: ReadonlyMap<number, number>, heard: ReadonlyMap<number, number>): void {
    for (const [peer, taken] of heard) this.#taken.set(peer, taken);
    for (const [peer, to] of sent) this.#send(peer, to);
    for (const peer of heard.keys()) {
      if (!sent.has(peer)) this.#send(peer, this.#sentUpTo.get(peer) ?? 0);
    }
  }

  /** After a takeover: everything in the log that its receiver may not have. */
  sendAll(): void {
    for (const [peer, channel] of this.channels) {
      this.#sentUpTo.set(peer, channel.acked);
      this.#send(peer, channel.sent);
    }
  }
  /** What was sent and not acked. */
  sendAgain(): void {
    for (const [peer, channel] of this.channels) {
      const upTo = this.#sentUpTo.get(peer) ?? 0;
      if (channel.acked >= upTo) continue;
      this.#sentUpTo.set(peer, channel.acked);
      this.#send(peer, upTo);
    }
  }

  /** Sends messages up to number `to`; the ack goes even when there are none. */
  #send(peer: number, to: number): void {
    const channel = present(this.channels.get(peer), 'a channel to send on');
    const ack = this.#taken.get(peer) ?? 0;
    let first = Math.max(this.#sentUpTo.get(peer) ?? 0, channel.acked) + 1;
    this.#sentUpTo.set(peer, Math.max(to, first - 1));
    do {
      const start = first - channel.acked - 1;
      const end = Math.min(start + PACKET_MAX, to - channel.acked);
      const messages = channel.pending.slice(start, Math.max(start, end));
      const reference = this.reference();
      this.exchange.send(channel.peer, { from: this.address, first, messages, ack, reference });
      first += Math.max(messages.length, 1);
    } while (first <= to);
  }
}
