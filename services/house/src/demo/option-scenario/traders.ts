import { DOMAIN } from '../founding.js';
import { MEMBER_COUNT } from '../people.js';
import { mirrored, type Holding, type Portfolio } from './portfolios.js';
import { COINS, type Coin } from './terms.js';

/** How a client's positions are walled off from each other: the kinds of margin buckets. */
export const PRACTICES = ['isolated', 'cross', 'portfolio'] as const;
export type Practice = (typeof PRACTICES)[number];

/** One account of the scenario: a portfolio under one practice. */
export interface Trader extends Portfolio {
  readonly practice: Practice;
  /** the same in the trader on the other side of all its trades */
  readonly pair: string;
  readonly side: 'one' | 'other';
  readonly member: number;
  readonly owner: string;
}

/**
 * Everyone: each portfolio and the one that mirrors it, under every practice. Those of one pair
 * trade with each other and with nobody else, so that practices can be compared.
 */
export function tradersOf(portfolios: readonly Portfolio[]): Trader[] {
  const traders: Trader[] = [];
  for (const practice of PRACTICES) {
    for (const portfolio of portfolios) {
      for (const side of ['one', 'other'] as const) {
        const pair = `${practice}-${portfolio.index}`;
        traders.push({
          ...(side === 'one' ? portfolio : mirrored(portfolio)),
          practice,
          pair,
          side,
          member: 1 + (traders.length % MEMBER_COUNT),
          owner: `${pair}-${side}`,
        });
      }
    }
  }
  return traders;
}

/** The bucket in which a practice holds something. */
export const bucketOf = (practice: Practice, symbol: string): string =>
  practice === 'isolated' ? `isolated:${symbol}` : `${practice}:${DOMAIN}`;

/** Every bucket of a trader with what it holds there. */
export function bucketsOf({ practice, holdings }: Trader): ReadonlyMap<string, readonly Holding[]> {
  return Map.groupBy(holdings, ({ symbol }) => bucketOf(practice, symbol));
}

/** How finely each coin is traded: the step of size, as text and in decimals. */
export const LOTS: Readonly<Record<Coin, { readonly step: string; readonly decimals: number }>> = {
  BTC: { step: '0.01', decimals: 2 },
  ETH: { step: '0.1', decimals: 1 },
};
/** Lots without sign as a decimal text. */
export function lotsText(symbol: string, lots: number): string {
  const coin = COINS.find((each) => symbol.startsWith(each)) ?? 'ETH';
  const { decimals } = LOTS[coin];
  return (Math.abs(lots) / 10 ** decimals).toFixed(decimals);
}
