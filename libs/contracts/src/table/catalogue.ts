import { InvariantViolation, type AssetId, type InstrumentId } from '@ringfence/kernel';

import type { Decided, Definition, Kind, Plain } from './message.js';

/** Anything that JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A decimal number: `units` / 10^`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}
/** What the API edge knows about names: the listed assets and instruments. */
export interface Names {
  /** by CAIP-19 id or symbol */
  asset(text: string): { readonly id: AssetId; readonly scale: number } | undefined;
  /** by symbol; `tick` and `lot` are the smallest steps of its price and of its size */
  instrument(
    text: string,
  ): { readonly id: InstrumentId; readonly tick: Decimal; readonly lot: Decimal } | undefined;
}
/** One thing that is wrong with a request. */
export interface Problem {
  /** path of the field, like `legs[2].amount`; empty for the whole */
  readonly field: string;
  /** what the field must be, for a person */
  readonly rule: string;
  /** stable, kebab-case */
  readonly code: string;
}
export type Parsed<C> =
  | { readonly ok: true; readonly value: C }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Every message of the house, compiled from the field tables. */
export interface Catalogue<C extends Plain = Plain, E extends Plain = Plain> {
  /** Packs decisions as the body of a record. @param size  bytes to expect; only a hint */
  encode(decisions: readonly Decided<C, E>[], size?: number): Uint8Array;
  /** @throws DecodeError for anything but what `encode` writes */
  decode(body: Uint8Array): Decided<C, E>[];
  /** Plain JSON without loss, for auditors, golden files and the audit stream. */
  toJson(decided: Decided<C, E>): JsonValue;
  /** @throws DecodeError for anything but what `toJson` writes */
  fromJson(value: unknown): Decided<C, E>;
  /** Packs messages without decisions: command streams, outboxes, snapshots. */
  encodeMessages(messages: readonly Plain[]): Uint8Array;
  /** @throws DecodeError for anything but what `encodeMessages` writes */
  decodeMessages(bytes: Uint8Array): (C | E)[];
  /** Checks and builds the command `name` from a request; every problem names its field and the rule. */
  parse(name: string, json: unknown, names: Names): Parsed<C>;
  /** JSON Schema 2020-12 of what `parse` takes. */
  schema(name: string): { readonly [key: string]: JsonValue };
  /** the tag of the newest version */
  tag(type: string): number;
  /** 16 hexadecimal digits over all tables: any change shows */
  readonly fingerprint: string;
  typesOf(kind: Kind): string[];
}

export function compile<C extends Plain = Plain, E extends Plain = Plain>(
  definitions: readonly Definition[],
): Catalogue<C, E> {
  throw new InvariantViolation(`not yet: ${definitions.length}`);
}
