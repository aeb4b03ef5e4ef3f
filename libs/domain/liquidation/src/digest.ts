import { digestOf, type DomainId, type InstrumentId } from '@ringfence/kernel';
import type { LiquidationState } from './state.js';

/** Remembers that an own aggregate changed, so that only such are digested again. */
export const touchCloseOut = ({ prints }: LiquidationState, key: number): void => {
  prints.changed.add(`close-out:${key}`);
};
export const touchClearing = ({ prints }: LiquidationState, domain: DomainId): void => {
  prints.changed.add(`clearing:${domain}`);
};
export const touchCounters = ({ prints }: LiquidationState): void => {
  prints.changed.add('counters:0');
};

export const touchRamp = ({ prints }: LiquidationState, key: number): void => {
  prints.changed.add(`ramp:${key}`);
};
export const touchPortfolio = ({ prints }: LiquidationState, key: number): void => {
  prints.changed.add(`portfolio:${key}`);
};
export const touchAuction = ({ prints }: LiquidationState, key: number): void => {
  prints.changed.add(`auction:${key}`);
};
export const touchAuctions = ({ prints }: LiquidationState): void => {
  prints.changed.add('auctions:0');
};
export const touchUsed = ({ prints }: LiquidationState, instrument: InstrumentId): void => {
  prints.changed.add(`used:${instrument}`);
};

/**
 * Sum of the digests of close-outs, clearings, counters, paces, portfolios and auctions, modulo
 * 2^64.
 *
 * It keeps what it computed in `prints`, which is no aggregate itself; the cost is that of the
 * aggregates changed since the last call.
 */
export function liquidationDigest(state: LiquidationState): bigint {
  const { prints } = state;
  for (const name of prints.changed) {
    const aggregate = aggregateOf(state, name);
    const digest = aggregate === undefined ? 0n : digestOf([name, aggregate]);
    prints.sum = BigInt.asUintN(64, prints.sum - (prints.of.get(name) ?? 0n) + digest);
    if (aggregate === undefined) prints.of.delete(name);
    else prints.of.set(name, digest);
  }
  prints.changed.clear();
  return prints.sum;
}

function aggregateOf(state: LiquidationState, name: string): unknown {
  const [kind, number] = name.split(':');
  if (kind === 'close-out') return state.closeOuts.get(Number(number));
  if (kind === 'clearing') return state.clearings.get(Number(number) as DomainId);
  if (kind === 'portfolio') return state.portfolios.get(Number(number));
  if (kind === 'auction') return state.auctions.of.get(Number(number));
  if (kind === 'auctions') return state.auctions.last;
  if (kind === 'ramp') return state.paces.ramps.get(Number(number));
  if (kind === 'used') return state.paces.used.get(Number(number) as InstrumentId);
  return state.counters;
}
