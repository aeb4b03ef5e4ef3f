import type { Command } from '@ringfence/contracts';
import { addressNumber, invariant, type Address } from '@ringfence/kernel';

/**
 * What travels between two lanes: messages from number `first`, and the sender's cumulative ack of
 * what it took. `reference`: the last record of the reference log that the sender had read; the
 * receiver reads that far before it takes the packet.
 */
export interface Packet {
  readonly from: Address;
  readonly first: number;
  readonly messages: readonly Command[];
  readonly ack: number;
  readonly reference: number;
}

/**
 * Carries packets between lanes. It may lose, repeat, delay and reorder them: numbers and acks make
 * up for it, and what is not acked is
 * sent again. Nothing of it is truth.
 */
export interface Exchange {
  /** @returns leaves */
  join(address: Address, receive: (packet: Packet) => void): () => void;
  send(to: Address, packet: Packet): void;
}

/** Within one process. */
export class LocalExchange implements Exchange {
  readonly #lanes = new Map<number, (packet: Packet) => void>();

  join(address: Address, receive: (packet: Packet) => void): () => void {
    const number = addressNumber(address);
    this.#lanes.set(number, receive);
    return () => {
      if (this.#lanes.get(number) === receive) this.#lanes.delete(number);
    };
  }
  send(to: Address, packet: Packet): void {
    this.#lanes.get(addressNumber(to))?.(packet);
  }
}

/**
 * One direction each way with one peer. Plain data: part of the lane's state and of its snapshot.
 */
export interface Channel {
  readonly peer: Address;
  /** number of the last message sent to the peer, and of the last one it is known to have taken */
  sent: number;
  acked: number;
  /** messages `acked + 1` to `sent` */
  pending: Command[];
  /** number of the last message taken from the peer */
  taken: number;
}
/** Peers by address number. */
export type Channels = Map<number, Channel>;

export function channelTo(channels: Channels, peer: Address): Channel {
  const number = addressNumber(peer);
  let channel = channels.get(number);
  if (!channel) {
    channel = { peer, sent: 0, acked: 0, pending: [], taken: 0 };
    channels.set(number, channel);
  }
  return channel;
}

export function post(channels: Channels, to: Address, message: Command): void {
  const channel = channelTo(channels, to);
  channel.sent++;
  channel.pending.push(message);
}

/** @returns whether the ack told anything new */
export function acknowledge(channel: Channel, ack: number): boolean {
  invariant(ack <= channel.sent, 'a peer acks only what was sent');
  if (ack <= channel.acked) return false;
  channel.pending.splice(0, ack - channel.acked);
  channel.acked = ack;
  return true;
}
