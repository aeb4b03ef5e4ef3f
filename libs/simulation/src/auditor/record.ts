import type { Command, Decided, Event, EventOf } from '@ringfence/contracts';
import type { Service } from '@ringfence/kernel';

/** What a record read of one input, as its head says. */
export interface AuditedRange {
  /** `log.<service>`, `chan.<service>` or `ack.<service>` */
  readonly topic: string;
  readonly p: number;
  readonly from: number;
  readonly to: number;
  readonly hash?: string;
}
/** What the auditor reads of a record's head. */
export interface AuditedHead {
  readonly seq: number;
  readonly ts: number;
  readonly prev: string;
  readonly in: readonly AuditedRange[];
}
export type HouseDecision = Decided<Command, Event>;
/** One durable record of a lane. */
export interface AuditedRecord {
  readonly service: Service;
  readonly partition: number;
  readonly head: AuditedHead;
  readonly hash: string;
  readonly decided: readonly HouseDecision[];
}

/** Where an event stands, and the decision that it is part of. */
export interface Place {
  readonly service: Service;
  readonly partition: number;
  readonly seq: number;
  /** place among the events of its record */
  readonly ordinal: number;
  readonly decision: HouseDecision;
}
export const placeText = (at: Place): string => `${at.service}/${at.partition}#${at.seq}`;

/** Called with each event of its kind, before the event is folded into the books. */
export type Handlers = {
  readonly [Name in Event['type']]?: (event: EventOf<Name>, at: Place) => void;
};
/** One part of the auditor. */
export interface Check {
  readonly on: Handlers;
}

/** Equal as plain data: values, lists and groups. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) =>
    same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
/** Plain data as text, for details of violations. */
export const text = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}` : one)) ?? '';
