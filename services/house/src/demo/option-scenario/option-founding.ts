import { STARTING_RULES } from '@ringfence/domain-risk';
import { HouseRefused, type Api, type Item } from '../api.js';
import { assetOf, DOMAIN, foundMembers, parametersOf } from '../founding.js';
import type { OptionData } from './option-data.js';
import { COINS, perpetualOf, type Coin } from './terms.js';
import { LOTS } from './traders.js';

const TICK = '0.01';
const SCALES: Readonly<Record<Coin, number>> = { BTC: 8, ETH: 18 };
/**
 * Least rate of a perpetual or future outside portfolios: what ETH may move at 99 % between two
 * snapshots, some six hours apart (70 % a year); rates of volatility by frame come on top.
 */
const FLOOR_PPM = 50_000;
/** ETH is priced at snapshots only, some six hours apart */
export const VALID_MS = 8 * 3_600_000;
const HOUSE = {
  // frames are half an hour apart: no outage
  tickMaxMs: 3_600_000,
  frameValidMs: VALID_MS,
  callWindowMs: 3_600_000,
  saleTicks: 8,
  approvals: 2,
};
type Post = (path: string, items: readonly Item[]) => Promise<void>;
const PERPETUALS = COINS.map((coin) => ({ symbol: perpetualOf(coin), coin }));
const sizes = (coin: Coin): Item => ({
  domain: DOMAIN,
  tick: TICK,
  lot: LOTS[coin].step,
  multiplier: 1,
});

/** Everything before the first account: perpetuals, dated futures and options of both coins. */
export async function foundOptions(
  operator: Api,
  id: () => string,
  data: OptionData,
  effective: number,
): Promise<void> {
  const post: Post = async (path, items) => {
    const named = items.map((item) => ({ id: id(), ...item }));
    const refused = (await operator.post(path, named)).find(({ problem }) => problem);
    if (refused) throw new HouseRefused(`${path}: ${JSON.stringify(refused.problem)}`);
  };
  await foundMembers(operator, id);
  await list(post, data);
  const all = [...PERPETUALS, ...data.futures, ...data.options];
  await post(
    '/v1/instrument-parameters',
    all.map(({ symbol, coin }) => ({
      instrument: symbol,
      parameters: { ...parametersOf(coin), floorPpm: FLOOR_PPM },
    })),
  );
  await post('/v1/house-parameters', [{ parameters: HOUSE }]);
  // the published scenarios that a domain may start with
  await post('/v1/portfolio-parameters', [
    { domain: DOMAIN, effective, parameters: STARTING_RULES },
  ]);
}

async function list(post: Post, { futures, options }: OptionData): Promise<void> {
  await post(
    '/v1/assets',
    PERPETUALS.map(({ symbol: instrument, coin }, i) =>
      assetOf({ coin, scale: SCALES[coin], instrument }, i + 1),
    ),
  );
  await post(
    '/v1/instruments',
    PERPETUALS.map(({ symbol, coin }) => ({ symbol, ...sizes(coin) })),
  );
  await post(
    '/v1/futures',
    futures.map(({ symbol, coin, expiry }) => ({
      symbol,
      underlying: perpetualOf(coin),
      expiry,
      ...sizes(coin),
    })),
  );
  await post(
    '/v1/options',
    options.map(({ symbol, coin, underlying, expiry, strike, right }) => ({
      symbol,
      underlying,
      expiry,
      strike: String(strike),
      right,
      ...sizes(coin),
    })),
  );
}
