import { readFileSync } from 'node:fs';
import { HouseRefused, type Api, type Item } from '../api.js';
import { assetOf, DOMAIN, foundMembers, parametersOf } from '../founding.js';
import type { OptionData } from './option-data.js';
import { COINS, perpetualOf, type Coin } from './terms.js';
import { LOTS } from './traders.js';

const TICK = '0.01';
const SCALES: Readonly<Record<Coin, number>> = { BTC: 8, ETH: 18 };
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
/** How options and portfolios are margined: the published scenarios, see the data's notice. */
const PORTFOLIO = JSON.parse(
  readFileSync(new URL('../../../data/portfolio-parameters.json', import.meta.url), 'utf8'),
) as Item;

/** Everything before the first account: perpetuals, dated futures and options of both coins. */
export async function foundOptions(
  operator: Api,
  id: () => string,
  data: OptionData,
  effective: number,
): Promise<void> {
  const all = async (path: string, items: readonly Item[]): Promise<void> => {
    const results = await operator.post(
      path,
      items.map((item) => ({ id: id(), ...item })),
    );
    const refused = results.find(({ problem }) => problem);
    if (refused) throw new HouseRefused(`${path}: ${JSON.stringify(refused.problem)}`);
  };
  await foundMembers(operator, id);
  const terms = (coin: Coin): Item => ({
    domain: DOMAIN,
    tick: TICK,
    lot: LOTS[coin].step,
    multiplier: 1,
  });
  const perpetuals = COINS.map((coin) => ({ symbol: perpetualOf(coin), coin }));
  await all(
    '/v1/assets',
    perpetuals.map(({ symbol: instrument, coin }, i) =>
      assetOf({ coin, scale: SCALES[coin], instrument }, i + 1),
    ),
  );
  await all(
    '/v1/instruments',
    perpetuals.map(({ symbol, coin }) => ({ symbol, ...terms(coin) })),
  );
  await all(
    '/v1/futures',
    data.futures.map(({ symbol, coin, expiry }) => ({
      symbol,
      underlying: perpetualOf(coin),
      expiry,
      ...terms(coin),
    })),
  );
  await all(
    '/v1/options',
    data.options.map(({ symbol, coin, underlying, expiry, strike, right }) => ({
      symbol,
      underlying,
      expiry,
      strike: String(strike),
      right,
      ...terms(coin),
    })),
  );
  const listed = [...perpetuals, ...data.futures, ...data.options];
  await all(
    '/v1/instrument-parameters',
    listed.map(({ symbol, coin }) => ({ instrument: symbol, parameters: parametersOf(coin) })),
  );
  await all('/v1/house-parameters', [{ parameters: HOUSE }]);
  await all('/v1/portfolio-parameters', [{ domain: DOMAIN, effective, parameters: PORTFOLIO }]);
}
