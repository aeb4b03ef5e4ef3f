import { readFileSync } from 'node:fs';
import type { Api, Item } from './api.js';
import type { Market } from './bars.js';
import type { DemoOptions } from './options.js';
import { MEMBER_COUNT } from './people.js';

/** Secrets of the demo's keys: nothing outside this run ever accepts them. */
export const OPERATOR_SECRET = 'demo operator';
export const approverSecret = (n: number): string => `demo approver ${n}`;
export const venueSecret = (member: number): string => `demo venue ${member}`;

export const SETTLEMENT = 'USDT';
export const DOMAIN = 'linear';
const SETTLEMENT_CAIP = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
/** what is known of the coins of the visible data; others get a made-up id and 8 decimals */
const COINS: Readonly<Record<string, { caip: string; scale: number; haircutPpm: number }>> = {
  BTC: { caip: 'bip122:000000000019d6689c085ae165831e93/slip44:0', scale: 8, haircutPpm: 100_000 },
  ETH: { caip: 'eip155:1/slip44:60', scale: 18, haircutPpm: 120_000 },
};
const QUOTES = ['USDT', 'BUSD', 'USDC', 'USD'];

/** One traded symbol of the data: its coin, its perpetual future, its price and quantity steps. */
export interface Listing {
  readonly symbol: string;
  readonly coin: string;
  readonly scale: number;
  readonly instrument: string;
  readonly tick: string;
  readonly lot: string;
  readonly lotDecimals: number;
}

/**
 * @returns how the symbols of the data are listed in the house: tick from their decimals, lot of
 * about a tenth of a unit
 */
export function listingsOf({ symbols, decimals, moments }: Market): readonly Listing[] {
  return symbols.map((symbol) => {
    const clean = symbol.replace(/[^A-Za-z0-9]/g, '');
    const quote = QUOTES.find((each) => clean.endsWith(each) && clean.length > each.length) ?? '';
    const coin = clean.slice(0, clean.length - quote.length).slice(0, 10);
    const first = moments.find(({ bars }) => bars.has(symbol))?.bars.get(symbol);
    const price = Number(first?.open ?? 1);
    const priceDecimals = decimals.get(symbol) ?? 0;
    // unit = tick × lot × 10^6 must be whole: price and lot decimals together at most 6
    const wanted = Math.max(0, Math.min(3, Math.ceil(Math.log10(Math.max(price, 1))) - 1));
    const lotDecimals = Math.min(wanted, 6 - Math.min(6, priceDecimals));
    const step = (places: number): string => (places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`);
    return {
      symbol,
      coin,
      scale: COINS[coin]?.scale ?? 8,
      instrument: `${coin}-PERP`,
      tick: step(priceDecimals),
      lot: step(lotDecimals),
      lotDecimals,
    };
  });
}

/** Hash of a key's secret, as the house stores it. */
async function printOf(secret: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  return Buffer.from(bytes).toString('hex');
}
export const firstKeyPrint = (): Promise<string> => printOf(OPERATOR_SECRET);

/**
 * Cumulative share of one side's notional by basis points from the middle, of books of 22 July
 * 2021: BitMEX XBTUSD (both sides'
 * mean; 53 million USD within 5 percent) and Kraken Futures PI_ETHUSD (4.4 million);
 * `../../data/NOTICE.md` says from where.
 */
const DEPTHS: Readonly<Record<string, { bookNotional: number; cumulative: readonly number[] }>> = {
  BTC: {
    bookNotional: 52_900_000,
    cumulative: [37_350, 62_550, 118_450, 299_700, 446_000, 614_600, 774_400, 1_000_000],
  },
  ETH: {
    bookNotional: 4_378_000,
    cumulative: [4_900, 51_100, 407_300, 621_900, 794_750, 885_200, 943_400, 1_000_000],
  },
};
const DEPTH_BPS = [5, 10, 25, 50, 100, 200, 300, 500];

/** What every instrument of the demo is margined by; `npm run backtest` tests these figures. */
const RISK_PARAMETERS = JSON.parse(
  readFileSync(new URL('../../data/risk-parameters.json', import.meta.url), 'utf8'),
) as Item;

export function parametersOf(coin: string): Item {
  const { bookNotional, cumulative } = DEPTHS[coin] ?? DEPTHS['ETH'];
  return {
    ...RISK_PARAMETERS,
    bookNotional,
    depth: DEPTH_BPS.map((bps, i) => ({ bps, cumulativePpm: cumulative[i] })),
  };
}

/** Approvers, members with a venue each, the settlement asset and its domain. */
export async function foundMembers(operator: Api, id: () => string): Promise<void> {
  const must = (path: string, item: Item): Promise<unknown> =>
    operator.must(path, { id: id(), ...item });
  for (let n = 1; n <= 3; n++) {
    await must('/v1/keys', {
      member: 0,
      role: 'approver',
      print: await printOf(approverSecret(n)),
      label: `approver ${n}`,
    });
  }
  for (let member = 1; member <= MEMBER_COUNT; member++) {
    await must('/v1/members', { name: `member ${member}` });
    await must('/v1/keys', {
      member,
      role: 'venue',
      print: await printOf(venueSecret(member)),
      label: `venue ${member}`,
    });
  }
  await must('/v1/assets', {
    caip: SETTLEMENT_CAIP,
    symbol: SETTLEMENT,
    scale: 6,
    haircutPpm: 0,
    confirmations: 2,
    pricedBy: '',
  });
  await must('/v1/domains', { name: DOMAIN, settlement: SETTLEMENT });
}

/** A coin as collateral; `place` numbers coins that nobody knows. */
export function assetOf(
  { coin, scale, instrument }: Pick<Listing, 'coin' | 'scale' | 'instrument'>,
  place: number,
): Item {
  const { caip, haircutPpm } = COINS[coin] ?? {
    caip: `demo:${place}/slip44:${place}`,
    haircutPpm: 250_000,
  };
  return { caip, symbol: coin, scale, haircutPpm, confirmations: 2, pricedBy: instrument };
}

/** Members, keys, assets, instruments, parameters: everything before the first account. */
export async function found(
  operator: Api,
  id: () => string,
  listings: readonly Listing[],
): Promise<void> {
  const must = (path: string, item: Item): Promise<unknown> =>
    operator.must(path, { id: id(), ...item });
  await foundMembers(operator, id);
  for (const [i, listing] of listings.entries()) {
    const { coin, instrument, tick, lot } = listing;
    await must('/v1/assets', assetOf(listing, i + 1));
    await must('/v1/instruments', { symbol: instrument, domain: DOMAIN, tick, lot, multiplier: 1 });
    await must('/v1/instrument-parameters', { instrument, parameters: parametersOf(coin) });
  }
  await must('/v1/house-parameters', {
    parameters: {
      tickMaxMs: 1_000_000,
      frameValidMs: 7_200_000,
      callWindowMs: 3_600_000,
      saleTicks: 8,
      approvals: 2,
    },
  });
}

/** The house's own walls: liquidity and insurance, one of each per partition. */
export function ownWalls({
  partitions,
  insurance,
  liquidity,
}: DemoOptions): { class: string; partition: number; amount: number }[] {
  const walls = [];
  for (let partition = 0; partition < partitions; partition++) {
    walls.push({ class: 'liquidity', partition, amount: Math.floor(liquidity / partitions) });
    walls.push({ class: 'insurance', partition, amount: Math.floor(insurance / partitions) });
  }
  return walls;
}
