import type { Address, CommandId } from '@ringfence/kernel';
import type { FoundAnswer, Gauge, LaneReport, LiveState } from '../hosted-lanes.js';

/** What a gateway asks of a process that owns lanes, and what it answers; never a decision. */
export interface PeerCalls {
  /** how the lanes here stand that decide */
  standings: { readonly asked: object; readonly answer: readonly PeerStanding[] };
  answer: { readonly asked: Address & { readonly id: CommandId }; readonly answer: PeerAnswer };
  live: { readonly asked: Address; readonly answer: LiveState | null };
  digest: { readonly asked: Address; readonly answer: string };
  resume: { readonly asked: Address; readonly answer: LaneReport };
  snapshot: { readonly asked: Pick<Address, 'service'>; readonly answer: null };
  /** a pattern of the service's own, such as that of its simulated chain */
  call: { readonly asked: PatternCall; readonly answer: unknown };
}
export type PeerCall = keyof PeerCalls;

export interface PatternCall {
  readonly pattern: string;
  readonly data: unknown;
}
/** A recorded answer; `unknown`: this process cannot tell; null: it was never decided here. */
export type PeerAnswer = FoundAnswer | 'unknown' | null;

/** How one lane stands that decides. */
export interface PeerStanding extends Address {
  readonly writer: string;
  readonly isIdle: boolean;
  readonly seq: number;
  readonly nextCommands: number;
  readonly inputs: Readonly<Record<string, number>>;
  readonly gauges: readonly Gauge[];
}

export const peerPath = (call: PeerCall): string => `/peer/${call}`;
/** names the header by which peers know each other */
export const PEER_KEY_HEADER = 'ringfence-peer-key';
