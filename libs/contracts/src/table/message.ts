import type { Address, By, CommandId, Rejection, Service } from '@ringfence/kernel';
import { invariant } from '@ringfence/kernel';

import { checkName, type Fields, type Values } from './field.js';

/** Any message in memory: a plain object, `type` first, then the fields in table order. */
export interface Plain {
  readonly type: string;
}
/** `command`: an order; `event`: a past fact; `message`: what crosses a partition, as a command. */
export type Kind = 'command' | 'event' | 'message';

/** One version of one message, as its field table declares it. */
export interface Definition<
  K extends Kind = Kind,
  N extends string = string,
  F extends Fields = Fields,
> {
  readonly kind: K;
  /** names (name, version) in the log for ever */
  readonly tag: number;
  readonly name: N;
  readonly version: number;
  readonly fields: F;
  /** from this version to the next; null for the newest */
  readonly up: ((old: never) => Plain) | null;
}

type Flat<T> = { readonly [K in keyof T]: T[K] };
/** The type of a message in memory. */
export type Of<D extends Definition> = Flat<{ readonly type: D['name'] } & Values<D['fields']>>;

interface Evolution<N extends string, F extends Fields> {
  /** Makes a message of the next version; pure, and the same for ever. */
  readonly up: (old: Flat<{ readonly type: N } & Values<F>>) => Plain;
}
type Define<K extends Kind> = <const N extends string, F extends Fields>(
  tag: number,
  name: N,
  version: number,
  fields: F,
  evolution?: Evolution<N, F>,
) => Definition<K, N, F>;

/** Bits of a mask that one varint and one bitwise operation hold. */
const LIKE_MAX = 30;
/** A tag is one or two bytes. */
const TAG_MAX = 2 ** 14 - 1;

const define =
  <K extends Kind>(kind: K): Define<K> =>
  (tag, name, version, fields, evolution) => {
    invariant(
      Number.isInteger(tag) && tag > 0 && tag <= TAG_MAX,
      `${name}: tag from 1 to ${TAG_MAX}`,
    );
    invariant(/^[A-Z][A-Za-z0-9]*$/.test(name), `a message's name is in Pascal case: ${name}`);
    invariant(Number.isInteger(version) && version > 0, `${name}: version from 1`);
    let alike = 0;
    for (const [field, { alike: like }] of Object.entries(fields)) {
      checkName(field);
      if (like === null) continue;
      invariant(kind === 'event', `${name}.${field}: only events repeat their command`);
      alike++;
    }
    invariant(alike <= LIKE_MAX, `${name}: at most ${LIKE_MAX} fields with like()`);
    return { kind, tag, name, version, fields, up: evolution?.up ?? null };
  };

/**
 * Declares an order.
 *
 * @param tag  unique and permanent for this name and version; never used again
 */
export const command = define('command');
/** Declares a past fact; its fields may repeat those of the command with `like`. */
export const event = define('event');
/** Declares a message of a channel between partitions; a decision may have it as its command. */
export const message = define('message');

/** What made a lane decide. */
export type Origin =
  | { readonly kind: 'client'; readonly id: CommandId; readonly by: By }
  /** the event of another log: its record, and its place in it */
  | {
      readonly kind: 'reaction';
      readonly service: Service;
      readonly partition: number;
      readonly seq: number;
      readonly ordinal: number;
    }
  | { readonly kind: 'channel'; readonly from: Address; readonly no: number }
  | { readonly kind: 'continuation' };

/**
 * How a decision ended. `quarantined`: the bytes could not be read as a command; their hash stands
 * for them.
 */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'faulted'; readonly reason: string }
  | { readonly kind: 'quarantined'; readonly hash: string };

/** One decision as the log keeps it: why, what was asked, how it ended, and the facts. */
export interface Decided<C extends Plain = Plain, E extends Plain = Plain> {
  readonly origin: Origin;
  /** null for `quarantined`, and for a continuation that no command names */
  readonly command: C | null;
  readonly outcome: Outcome;
  readonly events: readonly E[];
}
