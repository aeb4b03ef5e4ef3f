import { chanceOf } from './chance.js';
import type { DemoOptions } from './options.js';

/** One segregated account of the scenario, as it wants to be. */
export interface Person {
  readonly index: number;
  readonly member: number;
  readonly owner: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly mode: 'isolated' | 'cross';
  readonly leverage: number;
  /** position wanted, in settlement units */
  readonly notional: number;
  /** share of the margin that is brought as each asset; the rest is the settlement asset */
  readonly coin: { readonly symbol: string; readonly share: number } | null;
  /** answers a margin call while it has money */
  readonly answers: boolean;
}
export const MEMBER_COUNT = 20;

/** Who takes part: the same people for the same seed, whatever the partitions. */
export function peopleOf(
  { accounts, seed }: DemoOptions,
  symbols: readonly string[],
): readonly Person[] {
  const chance = chanceOf(seed);
  const people: Person[] = [];
  for (let index = 0; index < accounts; index++) {
    const pair = Math.floor(index / 2);
    const mode = chance() < 0.5 ? 'isolated' : 'cross';
    const coin = mode === 'cross' && chance() < 0.5;
    people.push({
      index,
      member: 1 + (index % MEMBER_COUNT),
      owner: `c${index}`,
      symbol: symbols[pair % symbols.length],
      side: index % 2 === 0 ? 'long' : 'short',
      mode,
      leverage: Math.round(2 + 48 * chance() ** 2),
      notional: 1000 * Math.round(2 + 98 * chance() ** 3),
      coin: coin
        ? { symbol: symbols[Math.floor(chance() * symbols.length)], share: 0.2 + 0.6 * chance() }
        : null,
      answers: chance() < 0.3,
    });
  }
  return people;
}
