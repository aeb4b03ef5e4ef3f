import {
  bandFor,
  bearClosedLegs,
  bucketStanding,
  chargedFee,
  guardedCollateralPrice,
  isolatedOutcome,
  maxMovable,
  paidClaims,
  withinBankruptcyPrices,
} from '@ringfence/margin';
import { decimalOf, tenTo, type DecimalFigure } from '@ringfence/money';
import type { Output, Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

/** Places of a quote unit, so that published amounts are whole units of the house. */
const PLACES = 18;
const amount = (units: bigint): DecimalFigure => decimalOf(units).div(tenTo(PLACES));
const byName = (entries: Iterable<readonly [string, Output]>): Outputs =>
  Object.fromEntries(entries);

function band(input: Input, tables: Input): Outputs {
  const bands = tables.rows('bands').map((row) => ({
    horizonMinutes: row.figure('horizonMinutes'),
    movePercent: row.figure('movePercent'),
    auctionMinutes: row.figure('auctionMinutes'),
  }));
  const setting = {
    horizonMinutes: input.figure('horizonMinutes'),
    movePercent: input.figure('movePercent'),
  };
  return { auctionMinutes: bandFor(bands, setting)?.auctionMinutes ?? null };
}

const REGRESSIONS: { readonly [scenario: string]: (input: Input) => Outputs } = {
  'move-out-checks-source': (input) => {
    const equity = input.units('sourceEquity', PLACES);
    const most = maxMovable(equity, input.units('sourceInitialRequirement', PLACES));
    return { maxMovable: amount(most), accepted: input.units('amount', PLACES) <= most };
  },
  'loss-keeps-its-origin': (input) => {
    const funds = input.part('insurance');
    const borne = bearClosedLegs(
      input.figure('collateral'),
      new Map(funds.names().map((domain) => [domain, funds.figure(domain)])),
      input.rows('closed').map((leg) => ({ domain: leg.text('domain'), pnl: leg.figure('pnl') })),
    );
    return {
      insuranceUsed: byName(borne.insuranceUsed),
      uncovered: byName(borne.uncovered),
      collateralLeft: borne.collateralLeft,
    };
  },
  'status-per-bucket': (input) => ({
    status: byName(
      input
        .rows('buckets')
        .map((row) => [
          row.text('id'),
          bucketStanding(row.figure('equity'), row.figure('maintenance')),
        ]),
    ),
  }),
  'no-shelter': (input) => ({
    buckets: byName(
      input.rows('buckets').map((row) => {
        const { status, deficit } = isolatedOutcome(row.figure('margin'), row.figure('pnl'));
        return [row.text('id'), { status, deficit }];
      }),
    ),
  }),
  'fee-credited-is-charged': (input) => {
    const requested = input.units('requestedFee', PLACES);
    const charged = amount(chargedFee(requested, input.units('available', PLACES)));
    return { charged, credited: charged };
  },
  'haircut-stays-in-market': (input) => {
    const markets = input.part('markets');
    const paid = markets.names().map((name) => {
      const market = markets.part(name);
      const payments = paidClaims(market.whole('collected'), market.wholes('gains'));
      return [name, payments] as const;
    });
    return { paid: byName(paid) };
  },
  'adl-price-bound': (input) => ({
    accepted: withinBankruptcyPrices(input.figure('price'), {
      long: input.figure('longBankruptcyPrice'),
      short: input.figure('shortBankruptcyPrice'),
    }),
  }),
  'collateral-price-guard': (input) => {
    const { price, frozen } = guardedCollateralPrice({
      ownVenue: input.figure('ownVenue'),
      otherVenues: input.has('otherVenues') ? input.figures('otherVenues') : [],
      redemptionValue: input.optional('redemptionValue'),
      deviationLimit: input.figure('deviationLimit'),
    });
    return { price, frozen, liquidationForThisCauseAllowed: !frozen };
  },
};

/** Rules of the topic `guards`. */
export const guardRules: Rules = {
  'price-bands': band,
  'segregation-regressions': (input) => input.choose('scenario', REGRESSIONS)(input),
  'stress-anchors': 'facts',
};
