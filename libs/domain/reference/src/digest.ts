import { digestOf } from '@ringfence/kernel';
import type { ReferenceState } from './state.js';

/** Kinds of aggregates, each a table of the state; `house` is one aggregate. */
export type AggregateKind =
  | 'members'
  | 'keys'
  | 'assets'
  | 'domains'
  | 'instruments'
  | 'ruled'
  | 'terms'
  | 'portfolios'
  | 'auctions'
  | 'house';

/** Remembers that an aggregate changed, so that only such are digested again. */
export function touch(state: ReferenceState, kind: AggregateKind, number = 0): void {
  state.digests.changed.add(`${kind}:${number}`);
}

/**
 * Sum of the digests of all aggregates, modulo 2^64.
 *
 * It keeps what it computed in the state's own `digests`, which is no aggregate itself; the cost is
 * that of the aggregates changed since the last call.
 */
export function referenceDigest(state: ReferenceState): bigint {
  const { digests } = state;
  for (const name of digests.changed) {
    const [kind = '', number = ''] = name.split(':');
    const digest = digestOf([name, aggregate(state, kind as AggregateKind, Number(number))]);
    digests.sum = BigInt.asUintN(64, digests.sum - (digests.of.get(name) ?? 0n) + digest);
    digests.of.set(name, digest);
  }
  digests.changed.clear();
  return digests.sum;
}

function aggregate(state: ReferenceState, kind: AggregateKind, number: number): unknown {
  if (kind === 'house') return state.house;
  const table: ReadonlyMap<number, unknown> = state[kind];
  return table.get(number);
}
