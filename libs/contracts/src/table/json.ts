import {
  accountText,
  bucketText,
  commandIdText,
  parseAccount,
  parseBucket,
  parseCommandId,
  ROLES,
  SERVICES,
  unreachable,
  type AccountId,
  type Address,
  type BucketId,
  type By,
  type CommandId,
  type MemberId,
} from '@ringfence/kernel';

import { DecodeError, isText } from './bytes.js';
import type { Fields, ScalarSpec, Spec } from './field.js';
import { AMOUNT_LIMIT, rangeOf } from './limits.js';
import type { Decided, Origin, Outcome, Plain } from './message.js';
import { mayLackCommand } from './record.js';
import type { Registry } from './registry.js';

/** Anything that JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

// --- writing -------------------------------------------------------------------------------------

/** Plain JSON without loss; keys stand in the order of the tables. */
export function decidedToJson(registry: Registry, decided: Decided): JsonValue {
  const { command } = decided;
  return {
    origin: originToJson(decided.origin),
    command: command === null ? null : messageToJson(registry, command),
    outcome: outcomeToJson(decided.outcome),
    events: decided.events.map((event) => messageToJson(registry, event)),
  };
}

/** From its second version on a message names it: what was written can be read for ever. */
function messageToJson(registry: Registry, message: Plain): JsonValue {
  const { name, version, fields } = registry.newest(message.type).definition;
  const values = membersToJson(fields, message);
  return version > 1 ? { type: name, v: version, ...values } : { type: name, ...values };
}

function membersToJson(fields: Fields, values: object): { [key: string]: JsonValue } {
  const json: { [key: string]: JsonValue } = {};
  for (const [name, { spec }] of Object.entries(fields)) {
    json[name] = toJson(spec, Reflect.get(values, name));
  }
  return json;
}

function toJson(spec: Spec, value: unknown): JsonValue {
  switch (spec.kind) {
    case 'group':
      return membersToJson(spec.fields, value as object);
    case 'list':
      return (value as readonly unknown[]).map((item) => toJson(spec.item, item));
    case 'optional':
      return value === null ? null : toJson(spec.item, value);
    case 'amount':
      return String(value as bigint);
    case 'print':
      return (value as bigint).toString(16).padStart(16, '0');
    case 'account':
      return accountText(value as AccountId);
    case 'bucket':
      return bucketText(value as BucketId);
    case 'commandId':
      return commandIdText(value as CommandId);
    default:
      return value === 0 ? 0 : (value as number | string | boolean);
  }
}

function originToJson(origin: Origin): JsonValue {
  switch (origin.kind) {
    case 'client': {
      const { key, member, role } = origin.by;
      return { kind: origin.kind, id: commandIdText(origin.id), by: { key, member, role } };
    }
    case 'reaction': {
      const { kind, service, partition, seq, ordinal } = origin;
      return { kind, service, partition, seq, ordinal };
    }
    case 'channel': {
      const { service, partition } = origin.from;
      return { kind: origin.kind, from: { service, partition }, no: origin.no };
    }
    case 'continuation':
      return { kind: origin.kind };
    default:
      return unreachable(origin);
  }
}

function outcomeToJson(outcome: Outcome): JsonValue {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: outcome.kind };
    case 'rejected': {
      const { code, detail } = outcome.rejection;
      const sorted = Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1));
      return { kind: outcome.kind, rejection: { code, detail: Object.fromEntries(sorted) } };
    }
    case 'faulted':
      return { kind: outcome.kind, reason: outcome.reason };
    case 'quarantined':
      return { kind: outcome.kind, hash: outcome.hash };
    default:
      return unreachable(outcome);
  }
}

// --- reading -------------------------------------------------------------------------------------

/** @throws DecodeError for anything but what {@link decidedToJson} writes */
export function decidedFromJson(registry: Registry, value: unknown): Decided {
  const json = members(value, ['origin', 'command', 'outcome', 'events'], 'decision');
  const origin = originFromJson(json.origin);
  const outcome = outcomeFromJson(json.outcome);
  const command =
    json.command === null ? null : messageFromJson(registry, json.command, ['command', 'message']);
  const fits = command === null ? mayLackCommand(origin.kind, outcome.kind) : !isLost(outcome);
  if (!fits) wrong('command', 'fits neither origin nor outcome');
  const events = array(json.events, 'events').map((event) =>
    messageFromJson(registry, event, ['event']),
  );
  return { origin, command, outcome, events };
}

const isLost = (outcome: Outcome): boolean => outcome.kind === 'quarantined';

function wrong(path: string, rule: string): never {
  throw new DecodeError(`${path}: ${rule}`);
}

/** Exactly these members, in any order. */
function members(
  value: unknown,
  names: readonly string[],
  path: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong(path, 'not an object');
  }
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) wrong(path, `unknown field ${name}`);
  }
  for (const name of names) if (!Object.hasOwn(value, name)) wrong(path, `lacks ${name}`);
  return value as Record<string, unknown>;
}
const array = (value: unknown, path: string): readonly unknown[] =>
  Array.isArray(value) ? value : wrong(path, 'not a list');
function word<T extends string>(words: readonly T[], value: unknown, path: string): T {
  return words.find((it) => it === value) ?? wrong(path, 'not one of its words');
}

function messageFromJson(registry: Registry, value: unknown, kinds: readonly string[]): Plain {
  const named = typeof value === 'object' && value !== null ? value : {};
  const type: unknown = Reflect.get(named, 'type');
  const versions = typeof type === 'string' ? registry.versions.get(type) : undefined;
  if (versions === undefined) return wrong(String(type), 'no such type');
  const version: unknown = Object.hasOwn(named, 'v') ? Reflect.get(named, 'v') : 1;
  const entry = versions.find(({ definition }) => definition.version === version);
  if (entry === undefined) return wrong(String(type), `no version ${String(version)}`);
  const { kind, name, fields } = entry.definition;
  if (!kinds.includes(kind)) wrong(name, `${kind} where it cannot stand`);
  const head = version === 1 ? ['type'] : ['type', 'v'];
  const json = members(named, [...head, ...Object.keys(fields)], name);
  const message = { type: name, ...membersFromJson(fields, json, name) };
  return entry.up === null ? message : entry.up(message);
}

function membersFromJson(
  fields: Fields,
  json: Readonly<Record<string, unknown>>,
  path: string,
): object {
  const entries = Object.entries(fields).map(
    ([name, { spec }]) => [name, fromJson(spec, json[name], `${path}.${name}`)] as const,
  );
  return Object.fromEntries(entries);
}

function fromJson(spec: Spec, json: unknown, path: string): unknown {
  switch (spec.kind) {
    case 'group':
      return membersFromJson(spec.fields, members(json, Object.keys(spec.fields), path), path);
    case 'list':
      return array(json, path).map((item, i) => fromJson(spec.item, item, `${path}[${i}]`));
    case 'optional':
      return json === null ? null : fromJson(spec.item, json, path);
    default:
      return scalarFromJson(spec, json) ?? wrong(path, `not a value of ${spec.kind}`);
  }
}

/** @returns undefined for what no value of the field is written as */
function scalarFromJson(spec: ScalarSpec, json: unknown): unknown {
  const text = typeof json === 'string' ? json : '';
  switch (spec.kind) {
    case 'amount':
      return amountFromJson(spec.sign, text);
    case 'print':
      return /^[0-9a-f]{16}$/.test(text) ? BigInt(`0x${text}`) : undefined;
    case 'account':
      return parseAccount(text);
    case 'bucket':
      return parseBucket(text);
    case 'commandId':
      return /^[0-9a-f]{32}$/.test(text) ? parseCommandId(text) : undefined;
    case 'text':
      return isText(json, spec.max) ? json : undefined;
    case 'flag':
      return typeof json === 'boolean' ? json : undefined;
    case 'oneOf':
      return spec.values.find((value) => value === json);
    default: {
      if (!Number.isSafeInteger(json) || Object.is(json, -0)) return undefined;
      const range = rangeOf(spec);
      const value = json as number;
      return !range || (value >= range.min && value <= range.max) ? value : undefined;
    }
  }
}

function amountFromJson(sign: string, text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,38})$/.test(text)) return undefined;
  const value = BigInt(text);
  if (value >= AMOUNT_LIMIT || value <= -AMOUNT_LIMIT) return undefined;
  if (value < 0n && sign !== 'any') return undefined;
  return value === 0n && sign === 'positive' ? undefined : value;
}

function originFromJson(value: unknown): Origin {
  const kind: unknown = Reflect.get(Object(value) as object, 'kind');
  switch (kind) {
    case 'client': {
      const json = members(value, ['kind', 'id', 'by'], 'origin');
      const id = fromJson({ kind: 'commandId' }, json.id, 'origin.id') as CommandId;
      return { kind, id, by: byFromJson(json.by) };
    }
    case 'reaction': {
      const json = members(value, ['kind', 'service', 'partition', 'seq', 'ordinal'], 'origin');
      const { service, partition } = addressFromJson(json);
      return { kind, service, partition, seq: uint(json, 'seq'), ordinal: uint(json, 'ordinal') };
    }
    case 'channel': {
      const json = members(value, ['kind', 'from', 'no'], 'origin');
      const from = addressFromJson(members(json.from, ['service', 'partition'], 'origin.from'));
      return { kind, from, no: uint(json, 'no') };
    }
    case 'continuation':
      members(value, ['kind'], 'origin');
      return { kind };
    default:
      return wrong('origin.kind', 'not one of its words');
  }
}

const uint = (json: Readonly<Record<string, unknown>>, name: string): number =>
  fromJson({ kind: 'uint' }, json[name], `origin.${name}`) as number;
const addressFromJson = (json: Readonly<Record<string, unknown>>): Address => ({
  service: word(SERVICES, json.service, 'origin.service'),
  partition: uint(json, 'partition'),
});
function byFromJson(value: unknown): By {
  const json = members(value, ['key', 'member', 'role'], 'origin.by');
  const role = word(ROLES, json.role, 'origin.by.role');
  return { key: uint(json, 'key'), member: uint(json, 'member') as MemberId, role };
}

function outcomeFromJson(value: unknown): Outcome {
  const kind: unknown = Reflect.get(Object(value) as object, 'kind');
  const text = (it: unknown, path: string): string =>
    isText(it, 65_536) ? (it as string) : wrong(path, 'not a text');
  switch (kind) {
    case 'accepted':
      members(value, ['kind'], 'outcome');
      return { kind };
    case 'rejected': {
      const json = members(value, ['kind', 'rejection'], 'outcome');
      const { code, detail } = members(json.rejection, ['code', 'detail'], 'rejection');
      const named = members(detail, Object.keys(Object(detail) as object), 'detail');
      const texts: Record<string, string> = {};
      for (const [key, it] of Object.entries(named)) {
        if (key === '__proto__') wrong('detail', 'not a plain name');
        texts[text(key, 'detail')] = text(it, `detail.${key}`);
      }
      return { kind, rejection: { code: text(code, 'rejection.code'), detail: texts } };
    }
    case 'faulted':
      return { kind, reason: text(members(value, ['kind', 'reason'], 'outcome').reason, kind) };
    case 'quarantined':
      return { kind, hash: text(members(value, ['kind', 'hash'], 'outcome').hash, kind) };
    default:
      return wrong('outcome.kind', 'not one of its words');
  }
}
