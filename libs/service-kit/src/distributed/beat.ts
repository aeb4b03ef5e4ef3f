import { topicOf } from '@ringfence/contracts';
import type { Address, Service } from '@ringfence/kernel';
import type { Stream } from '@ringfence/journal';
import type { Gauge, HostedStatus, LaneReport } from '../hosted-lanes.js';
import { fromWire, wireText } from './wire.js';

const VERSION = 1;

/** Signs of life of the lanes of a service, kept for minutes only; nothing of it is truth. */
export const beatStream = ({ service, partition }: Address): Stream => ({
  topic: topicOf('beat', service),
  partition,
});

/** What a process says of a lane that it owns, or stands by for. */
export interface Beat extends Omit<LaneReport, 'status'> {
  readonly kind: 'beat';
  readonly status: HostedStatus;
  /** names the process in the records that it writes */
  readonly writer: string;
  /** where its peers ask it */
  readonly url: string;
  /** by its own clock, ms UTC: only a hint */
  readonly at: number;
  readonly gauges: readonly Gauge[];
}

/** One order that came again: where it stood in the command stream, and where its answer is. */
export interface RepeatItem {
  readonly offset: number;
  readonly index: number;
  /** the record that holds the first answer; undefined: the same id has other content there */
  readonly found?: { readonly seq: number; readonly at: number };
}
/** Orders whose answers are no new decisions, so that the log does not tell of them again. */
export interface Repeats {
  readonly kind: 'repeats';
  readonly service: Service;
  readonly partition: number;
  readonly items: readonly RepeatItem[];
}

/** A position of a lane's log that somebody besides the logs has seen: a witness at takeovers. */
export interface Seen {
  readonly kind: 'seen';
  readonly service: Service;
  readonly partition: number;
  readonly seq: number;
  readonly hash: string;
  readonly who: string;
}

export type Sign = Beat | Repeats | Seen;
const KINDS: ReadonlySet<string> = new Set<Sign['kind']>(['beat', 'repeats', 'seen']);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const packSign = (sign: Sign): Uint8Array =>
  encoder.encode(wireText({ v: VERSION, ...sign }));

/** @returns undefined for anything else: nothing depends on a sign */
export function unpackSign(bytes: Uint8Array): Sign | undefined {
  try {
    const sign = fromWire(decoder.decode(bytes)) as Sign & { readonly v: number };
    return sign.v === VERSION && KINDS.has(sign.kind) ? sign : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process that says so of a lane is, or may become by itself, its owner. */
export const isOwners = ({ status }: Pick<Beat, 'status'>): boolean =>
  status !== 'standby' && status !== 'stood-down' && status !== 'closed' && status !== 'fenced';
