import {
  invariant,
  ROLES,
  SERVICES,
  unreachable,
  type Address,
  type By,
  type MemberId,
} from '@ringfence/kernel';

import { Reader, writeId, type Writer } from './bytes.js';
import { TEXT_MAX } from './field.js';
import type { Codec } from './generate-codec.js';
import type { Decided, Origin, Outcome, Plain } from './message.js';

// A body is a number of decisions, then each of them:
//   header       bits 0-1 origin, 2-3 outcome, 4 a command follows, 5 the same sender as the last
//                decision of this origin in the record, 6-7 number of events (3: more follow)
//   origin       client: id, then who; reaction: whose record, then ordinal; channel: who, then no
//   outcome      nothing when accepted
//   command      tag, fields
//   events       number - 3 when the header says 3; each: tag, mask if it has one, fields

/** The tables as a record needs them; each way round finds the codec of a message. */
export interface Codecs {
  /** @throws InvariantViolation for a type that no table declares as a command or a message */
  command(type: string): Cause;
  /** the events of a decision without a command */
  readonly nothing: Cause;
  /** Reads a tag; fails unless it is one of a command or a message. */
  commandByTag(reader: Reader): Cause;
}
/** A command in one version, with the codecs of the events that follow it. */
export interface Cause {
  readonly codec: Codec;
  /** Brings what was read to the newest version. */
  readonly up: ((old: Plain) => Plain) | null;
  event(type: string): Codec;
  eventByTag(reader: Reader): EventCodec;
}
export interface EventCodec {
  readonly codec: Codec;
  readonly up: ((old: Plain) => Plain) | null;
}

const ORIGINS = ['client', 'reaction', 'channel', 'continuation'] as const;
const OUTCOMES = ['accepted', 'rejected', 'faulted', 'quarantined'] as const;
const HAS_COMMAND = 16;
const SAME_SENDER = 32;
/** Number of events that the header holds; from here on the rest follows as a varint. */
const MANY_EVENTS = 3;

const ACCEPTED: Outcome = Object.freeze({ kind: 'accepted' });
const CONTINUATION: Origin = Object.freeze({ kind: 'continuation' });
type Reaction = Extract<Origin, { kind: 'reaction' }>;

/** The senders seen last in a record: repeating one costs a bit. */
class Senders {
  by: By | null = null;
  reaction: Omit<Reaction, 'kind' | 'ordinal'> | null = null;
  from: Address | null = null;

  repeats(origin: Origin): boolean {
    switch (origin.kind) {
      case 'client': {
        const { by } = this;
        if (by === origin.by) return true;
        if (by === null || by.key !== origin.by.key) return false;
        return by.member === origin.by.member && by.role === origin.by.role;
      }
      case 'reaction': {
        const last = this.reaction;
        if (last === null || last.seq !== origin.seq) return false;
        return last.partition === origin.partition && last.service === origin.service;
      }
      case 'channel': {
        const { from } = this;
        if (from === null || from.partition !== origin.from.partition) return false;
        return from.service === origin.from.service;
      }
      case 'continuation':
        return false;
      default:
        return unreachable(origin);
    }
  }
  keep(origin: Origin): void {
    if (origin.kind === 'client') this.by = origin.by;
    if (origin.kind === 'reaction') this.reaction = origin;
    if (origin.kind === 'channel') this.from = origin.from;
  }
}

/** A decision without a command is quarantined, or goes on with what was begun. */
export function mayLackCommand(origin: Origin['kind'], outcome: Outcome['kind']): boolean {
  return outcome === 'quarantined' || origin === 'continuation';
}

/** Writes decisions as the body of a record. */
export function encodeBody(writer: Writer, decisions: readonly Decided[], codecs: Codecs): void {
  const senders = new Senders();
  writer.varint(decisions.length);
  for (const decided of decisions) encodeDecided(writer, decided, codecs, senders);
}

function encodeDecided(w: Writer, decided: Decided, codecs: Codecs, senders: Senders): void {
  const { origin, command, outcome, events } = decided;
  if (command === null) {
    invariant(mayLackCommand(origin.kind, outcome.kind), `${origin.kind} without a command`);
  } else {
    invariant(outcome.kind !== 'quarantined', 'a quarantined command could not be read');
  }
  const many = Math.min(events.length, MANY_EVENTS);
  const same = senders.repeats(origin);
  const bytes = w.room(64);
  bytes[w.at++] =
    indexOf(ORIGINS, origin.kind) |
    (indexOf(OUTCOMES, outcome.kind) << 2) |
    (command === null ? 0 : HAS_COMMAND) |
    (same ? SAME_SENDER : 0) |
    (many << 6);
  encodeOrigin(w, origin, same);
  if (!same) senders.keep(origin);
  if (outcome.kind !== 'accepted') encodeOutcome(w, outcome);

  const id = origin.kind === 'client' ? origin.id : '';
  let cause = codecs.nothing;
  if (command !== null) {
    cause = codecs.command(command.type);
    cause.codec.encode(w, command, null, '');
  }
  if (many === MANY_EVENTS) w.varint(events.length - MANY_EVENTS);
  for (let i = 0; i < events.length; i++) {
    const event = events[i];
    cause.event(event.type).encode(w, event, command, id);
  }
}

function encodeOrigin(w: Writer, origin: Origin, same: boolean): void {
  switch (origin.kind) {
    case 'client':
      w.at = writeId(w.bytes, w.at, origin.id, 'origin.id');
      if (same) return;
      uint(w, origin.by.key, 'origin.by.key');
      uint(w, origin.by.member, 'origin.by.member');
      w.varint(indexOf(ROLES, origin.by.role));
      return;
    case 'reaction':
      if (!same) {
        address(w, origin);
        uint(w, origin.seq, 'origin.seq');
      }
      uint(w, origin.ordinal, 'origin.ordinal');
      return;
    case 'channel':
      if (!same) address(w, origin.from);
      uint(w, origin.no, 'origin.no');
      return;
    case 'continuation':
      return;
    default:
      unreachable(origin);
  }
}

function address(w: Writer, { service, partition }: Address): void {
  w.varint(indexOf(SERVICES, service));
  uint(w, partition, 'origin.partition');
}

function uint(w: Writer, value: number, label: string): void {
  invariant(Number.isSafeInteger(value) && value >= 0, `${label} is not a whole number`);
  w.varint(value);
}

function indexOf(words: readonly string[], word: string): number {
  const index = words.indexOf(word);
  invariant(index >= 0, `unknown: ${word}`);
  return index;
}

function encodeOutcome(w: Writer, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'accepted':
      return;
    case 'rejected': {
      const { code, detail } = outcome.rejection;
      w.text(code, TEXT_MAX, 'rejection.code');
      const keys = Object.keys(detail).sort();
      w.varint(keys.length);
      for (const key of keys) {
        invariant(key !== '__proto__', 'a detail has a plain name');
        w.text(key, TEXT_MAX, 'rejection.detail');
        w.text(detail[key], TEXT_MAX, `rejection.detail.${key}`);
      }
      return;
    }
    case 'faulted':
      w.text(outcome.reason, TEXT_MAX, 'outcome.reason');
      return;
    case 'quarantined':
      w.text(outcome.hash, TEXT_MAX, 'outcome.hash');
      return;
    default:
      unreachable(outcome);
  }
}

/** Reads the body of a record to its end. */
export function decodeBody(bytes: Uint8Array, codecs: Codecs): Decided[] {
  const r = new Reader(bytes);
  const senders = new Senders();
  const decisions: Decided[] = [];
  for (let left = r.count(); left > 0; left--) decisions.push(decodeDecided(r, codecs, senders));
  r.end();
  return decisions;
}

function decodeDecided(r: Reader, codecs: Codecs, senders: Senders): Decided {
  r.tag = 0;
  const header = r.byte();
  const kind = ORIGINS[header & 3];
  const same = (header & SAME_SENDER) !== 0;
  const origin = decodeOrigin(r, kind, same, senders);
  if (!same && senders.repeats(origin)) r.fail('names the same sender again');
  senders.keep(origin);
  const outcome = decodeOutcome(r, OUTCOMES[(header >> 2) & 3]);

  const id = origin.kind === 'client' ? origin.id : '';
  let cause = codecs.nothing;
  let raw: Plain | null = null;
  if (header & HAS_COMMAND) {
    if (outcome.kind === 'quarantined') r.fail('quarantined, and yet with a command');
    cause = codecs.commandByTag(r);
    raw = cause.codec.decode(r, null, '');
  } else if (!mayLackCommand(origin.kind, outcome.kind)) r.fail(`${kind} without a command`);

  let many = header >> 6;
  if (many === MANY_EVENTS) many += r.varint();
  r.need(many);
  const events: Plain[] = [];
  for (let i = 0; i < many; i++) {
    const { codec, up } = cause.eventByTag(r);
    const event = codec.decode(r, raw, id);
    events.push(up === null ? event : up(event));
  }
  const command = raw !== null && cause.up !== null ? cause.up(raw) : raw;
  return { origin, command, outcome, events };
}

function decodeOrigin(r: Reader, kind: Origin['kind'], same: boolean, senders: Senders): Origin {
  switch (kind) {
    case 'client': {
      const id = r.id();
      return { kind, id, by: same ? known(r, senders.by) : decodeBy(r) };
    }
    case 'reaction': {
      const last = same ? known(r, senders.reaction) : null;
      const { service, partition } = last ?? decodeAddress(r);
      return { kind, service, partition, seq: last ? last.seq : r.varint(), ordinal: r.varint() };
    }
    case 'channel': {
      const from = same ? known(r, senders.from) : decodeAddress(r);
      return { kind, from, no: r.varint() };
    }
    case 'continuation':
      if (same) r.fail('a continuation has no sender');
      return CONTINUATION;
    default:
      return unreachable(kind);
  }
}

const known = <T>(r: Reader, last: T | null): T =>
  last ?? r.fail('repeats a sender that never was');

function decodeBy(r: Reader): By {
  const key = r.varint();
  const member = r.varint() as MemberId;
  const role = ROLES[r.varint()] ?? r.fail('unknown role');
  return { key, member, role };
}

function decodeAddress(r: Reader): Address {
  const service = SERVICES[r.varint()] ?? r.fail('unknown service');
  return { service, partition: r.varint() };
}

function decodeOutcome(r: Reader, kind: Outcome['kind']): Outcome {
  switch (kind) {
    case 'accepted':
      return ACCEPTED;
    case 'rejected':
      return { kind, rejection: { code: r.text(TEXT_MAX), detail: decodeDetail(r) } };
    case 'faulted':
      return { kind, reason: r.text(TEXT_MAX) };
    case 'quarantined':
      return { kind, hash: r.text(TEXT_MAX) };
    default:
      return unreachable(kind);
  }
}

function decodeDetail(r: Reader): Record<string, string> {
  const detail: Record<string, string> = {};
  let last: string | null = null;
  for (let left = r.count(); left > 0; left--) {
    const key = r.text(TEXT_MAX);
    if (key === '__proto__' || (last !== null && key <= last)) r.fail('details out of order');
    detail[key] = r.text(TEXT_MAX);
    last = key;
  }
  return detail;
}
