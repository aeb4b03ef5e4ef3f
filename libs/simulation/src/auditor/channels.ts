import type { Command, Event } from '@ringfence/contracts';
import { addressNumber, addressText, partitionOf, type Address } from '@ringfence/kernel';
import type { House } from './house.js';
import { topicOf } from './inputs.js';
import type { Legs } from './legs.js';
import { placeText, same, text, type AuditedRecord, type Place } from './record.js';

/** A message that an event must have sent: what of it is certain. */
type Message = { readonly type: Command['type'] } & Readonly<Record<string, unknown>>;
interface Direction {
  readonly from: Address;
  readonly to: Address;
  readonly sent: Message[];
  taken: number;
  acked: number;
}

/** Close-outs tell their decider what they want in their own words: only numbers are checked. */
const isCounted = (from: Address, to: Address): boolean =>
  !(from.service === 'liquidation' && to.service === 'liquidation');

/**
 * Proves that between two lanes every message arrives exactly once, in the order in which its cause
 * was recorded and with its content: numbers without gap or repeat, message n of the receiver the
 * n-th that the sender's log calls for, nothing acked that was not taken (guarantee 6).
 */
export class Channels {
  readonly #directions = new Map<string, Direction>();

  constructor(
    readonly house: House,
    readonly legs: Legs,
  ) {}

  #direction(from: Address, to: Address): Direction {
    const key = `${addressNumber(from)}>${addressNumber(to)}`;
    const found = this.#directions.get(key);
    if (found) return found;
    const direction: Direction = { from, to, sent: [], taken: 0, acked: 0 };
    this.#directions.set(key, direction);
    return direction;
  }

  /** Whether everything that the record took was sent, and everything acked was taken. */
  mayTake({ service, partition, head }: AuditedRecord): boolean {
    const own = { service, partition };
    return head.in.every((range) => {
      const [kind, from] = topicOf(range);
      const peer = { service: from, partition: range.p };
      if (kind === 'ack') return this.#direction(own, peer).taken >= range.to;
      if (kind !== 'chan' || !isCounted(peer, own)) return true;
      return this.#direction(peer, own).sent.length >= range.to;
    });
  }

  /** Numbers of a record's ranges and decisions. */
  take(record: AuditedRecord): void {
    const { findings } = this.house;
    const own = { service: record.service, partition: record.partition };
    const name = `${addressText(own)}#${record.head.seq}`;
    for (const range of record.head.in) {
      const [kind, service] = topicOf(range);
      if (kind === 'log') continue;
      const peer = { service, partition: range.p };
      const direction = kind === 'ack' ? this.#direction(own, peer) : this.#direction(peer, own);
      const field = kind === 'ack' ? 'acked' : 'taken';
      const joins = range.from === direction[field] + 1 && range.to >= range.from;
      const rule = kind === 'ack' ? 'acks-follow' : 'channel-without-gap';
      findings.expect(joins, 6, rule, () => `${name} ${text(range)} after ${direction[field]}`);
      direction[field] = range.to;
    }
    this.#checkDecisions(record, name);
  }

  #checkDecisions(record: AuditedRecord, name: string): void {
    const { findings } = this.house;
    const own = { service: record.service, partition: record.partition };
    const last = new Map<string, number>();
    for (const { origin, command } of record.decided) {
      if (origin.kind !== 'channel') continue;
      const { from, no } = origin;
      const key = addressText(from);
      const fits = record.head.in.some((range) => {
        const at = range.topic === `chan.${from.service}` && range.p === from.partition;
        return at && no >= range.from && no <= range.to;
      });
      const rises = no > (last.get(key) ?? 0);
      last.set(key, no);
      findings.expect(fits && rises, 6, 'message-taken-once', () => `${name} from ${key} no ${no}`);
      if (!isCounted(from, own)) continue;
      const sent = this.#direction(from, own).sent[no - 1];
      const holds = sent !== undefined && command !== null && agrees(sent, command);
      findings.expect(holds, 6, 'message-as-sent', () => {
        return `${name} from ${key} no ${no}: ${text(command)} for ${text(sent)}`;
      });
    }
  }

  /** Notes what an event sends to other lanes; to the own lane it is delivered with the event. */
  note(event: Event, at: Place): void {
    const own = { service: at.service, partition: at.partition };
    for (const [to, message] of this.#messagesOf(event, at)) {
      if (addressNumber(to) !== addressNumber(own)) this.#direction(own, to).sent.push(message);
    }
  }

  #messagesOf(event: Event, at: Place): (readonly [to: Address, message: Message])[] {
    const { partitions } = this.house;
    const accounts = (partition: number): Address => ({ service: 'accounts', partition });
    const others = Array.from({ length: partitions }, (_, p) => p);
    switch (event.type) {
      case 'TransferReserved': {
        const { reservation, from, to, asset, amount, round, domain } = event;
        const fields = { reservation, from, to, asset, amount, round, domain };
        return [[accounts(partitionOf(to)), { type: 'TransferOffer', ...fields }]];
      }
      case 'TransferAccepted':
      case 'TransferRefused': {
        const accepted = event.type === 'TransferAccepted';
        const { reservation, partition } = event;
        return [[accounts(partition), { type: 'TransferAnswer', reservation, accepted }]];
      }
      case 'RoundJoined': {
        const { domain, round } = event;
        const peers = others.filter((p) => p !== at.partition);
        return peers.map((p) => [accounts(p), { type: 'RoundMarker', domain, round }] as const);
      }
      case 'RoundDecided': {
        const { domain, round } = event;
        return event.lanes.map(
          (lane, p) => [accounts(p), { type: 'RoundDecision', domain, round, ...lane }] as const,
        );
      }
      default:
        return [...this.#legMessages(event, at), ...reportMessages(event, partitions)];
    }
  }

  #legMessages(event: Event, at: Place): (readonly [to: Address, message: Message])[] {
    if (event.type === 'LegRefused') {
      const { partition, offer } = event;
      const answer = { type: 'LegAnswer' as const, reservation: offer, lots: 0 };
      return [[{ service: 'accounts', partition }, answer]];
    }
    const ends = event.type === 'LegApplied' || event.type === 'LegReleased';
    if (!ends && event.type !== 'LegOffered') return [];
    const leg = this.legs.at(at.partition, event.reservation)?.leg;
    if (!leg) return [];
    if (event.type === 'LegOffered') {
      const { reservation, trade, purpose, slice, round, instrument, price, venue } = leg;
      const fields = { reservation, trade, purpose, slice, round, instrument, price, venue };
      const sides = { account: leg.against, bucket: leg.againstBucket, lots: -leg.lots };
      const to: Address = { service: 'accounts', partition: partitionOf(leg.against) };
      return [[to, { type: 'LegOffer', ...fields, ...sides, against: leg.account }]];
    }
    if (leg.offers) return [];
    const to: Address = { service: 'accounts', partition: leg.partition };
    const answer = { type: 'LegAnswer' as const, reservation: leg.offer };
    if (event.type === 'LegReleased') return [[to, { ...answer, lots: 0 }]];
    const { price, tag } = event;
    return [[to, { ...answer, lots: Math.abs(event.lots), price, tag }]];
  }

  /** Nothing is under way between any two lanes. */
  checkQuiet(): void {
    for (const { from, to, sent, taken } of this.#directions.values()) {
      if (!isCounted(from, to)) continue;
      this.house.findings.expect(taken === sent.length, 6, 'message-arrives', () => {
        return `${addressText(from)} sent ${sent.length}, ${addressText(to)} took ${taken}`;
      });
    }
  }
}

function reportMessages(event: Event, partitions: number): (readonly [Address, Message])[] {
  switch (event.type) {
    case 'RoundReported': {
      const to: Address = { service: 'liquidation', partition: event.domain % partitions };
      return [[to, { ...event, type: 'RoundReport' }]];
    }
    case 'RoundApplied': {
      const { domain, round } = event;
      const to: Address = { service: 'liquidation', partition: domain % partitions };
      return [[to, { type: 'RoundDone', domain, round }]];
    }
    case 'RoundAsked': {
      const { domain, round, cause, funding } = event;
      const request = { type: 'RoundRequest' as const, domain, round, cause, funding };
      return [[{ service: 'reference', partition: 0 }, request]];
    }
    case 'VaultTransferSent': {
      const { partition, asset, amount } = event;
      return [
        [
          { service: 'custody', partition },
          { type: 'VaultTransfer', asset, amount },
        ],
      ];
    }
    default:
      return [];
  }
}

const agrees = (sent: Message, command: Command): boolean =>
  Object.keys(sent).every((key) => same(sent[key], (command as unknown as Message)[key]));

export type { Message };
export { placeText };
