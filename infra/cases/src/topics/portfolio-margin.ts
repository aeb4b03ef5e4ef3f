import {
  futuresSpreadContingency,
  futureScenario,
  gridMargin,
  netShortContingency,
  netToGrossRatio,
  rangeMultiple,
  scanningRisk,
  scheduleMargin,
  scheduleTradeMargin,
  standardOptionMargin,
  type GridExpiry,
  type GridParameters,
  type GridPortfolio,
  type StandardExpiry,
} from '@ringfence/margin';
import { DECIMAL_ZERO } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

export const isCall = (option: Input): boolean =>
  option.choose('type', { C: 'call', P: 'put' } as const) === 'call';

/** Parameters that are single numbers, each under the name of its constant. */
const GRID_NUMBERS = [
  'volRangeUp',
  'volRangeDown',
  'shortTermPower',
  'longTermPower',
  'dteFloorSeconds',
  'baseStaticDiscount',
  'rateMultScale',
  'rateAddScale',
  'basisUp',
  'basisDown',
  'basisAdd',
  'basisMult',
  'nakedShortPct',
  'perpPct',
  'basePct',
  'imFactor',
  'pegThreshold',
  'pegFactor',
  'confThreshold',
  'confMargin',
] as const;

function gridParameters(input: Input): GridParameters {
  const volShocks = input.list('volShocks').map((shock) => {
    if (shock === 'up' || shock === 'none' || shock === 'down') return shock;
    return input.wrong('volShocks', 'up, none or down');
  });
  const spotShocks = input.reals('spotShocks');
  return { ...input.realsOf(GRID_NUMBERS), spotShocks, volShocks };
}

function gridExpiries(input: Input): GridExpiry[] {
  const options = input.has('options') ? input.rows('options') : [];
  const feeds = input.has('feeds') ? input.rows('feeds') : [];
  for (const option of options) {
    if (!feeds.some((feed) => sameExpiry(feed, option))) {
      option.wrong('secondsToExpiry', 'has no feed');
    }
  }
  return feeds.map((feed) => ({
    secondsToExpiry: feed.real('secondsToExpiry'),
    forwardVariable: feed.real('forwardVariable'),
    forwardFixed: feed.realOr('forwardFixed', 0),
    rate: feed.real('rate'),
    forwardConfidence: feed.realOr('forwardConfidence', 1),
    rateConfidence: feed.realOr('rateConfidence', 1),
    options: options
      .filter((option) => sameExpiry(feed, option))
      .map((option) => ({
        strike: option.real('strike'),
        call: isCall(option),
        amount: option.real('amount'),
        volatility: option.real('vol'),
        confidence: option.realOr('volConfidence', 1),
      })),
  }));
}
export const sameExpiry = (feed: Input, option: Input): boolean =>
  feed.figure('secondsToExpiry').eq(option.figure('secondsToExpiry'));

function grid(input: Input): Outputs {
  const portfolio: GridPortfolio = {
    spot: input.real('spot'),
    stable: input.realOr('stable', 1),
    cash: input.realOr('cash', 0),
    perps: input.realOr('perps', 0),
    base: input.realOr('base', 0),
    perpPrice: input.realOr('perpPrice', 0),
    spotConfidence: input.realOr('spotConf', 1),
    perpConfidence: input.realOr('perpConf', 1),
    unrealisedPerp: input.realOr('unrealisedPerp', 0),
    unrealisedFunding: input.realOr('unrealisedFunding', 0),
    expiries: gridExpiries(input),
  };
  const { maintenance, initial, ...lines } = gridMargin(portfolio, gridParameters(input));
  const { staticContingency, markToMarket } = lines;
  return { mm: maintenance, im: initial, ...lines, static: staticContingency, mtm: markToMarket };
}

const STANDARD_NUMBERS = [
  'maxSpotRequirement',
  'minSpotRequirement',
  'mmCallSpot',
  'mmPutSpot',
  'mmPutMtM',
  'unpairedIM',
  'unpairedMM',
  'mmOffset',
] as const;

function standard(input: Input): Outputs {
  const parameters = input.realsOf(STANDARD_NUMBERS);
  const expiries = new Map<string, StandardExpiry & { options: StandardExpiry['options'][0][] }>();
  for (const option of input.rows('options')) {
    const key = option.figure('secondsToExpiry').toFixed();
    const forward = option.real('forward');
    const expiry = expiries.get(key) ?? { secondsToExpiry: Number(key), forward, options: [] };
    if (expiry.forward !== forward) option.wrong('forward', 'one per expiry');
    expiries.set(key, expiry);
    expiry.options.push({
      strike: option.real('strike'),
      call: isCall(option),
      amount: option.real('amount'),
      volatility: option.real('vol'),
    });
  }
  const all = [...expiries.values()];
  const margin = standardOptionMargin(input.real('spot'), all, parameters);
  return { mm: margin.maintenance, im: margin.initial };
}

type Lines = { readonly [calc: string]: (input: Input) => Outputs };
const SMALL: Lines = {
  volRange: (input) => {
    const multiple = rangeMultiple(input.real('daysToExpiry'), input.real('power'));
    return { volRange: input.real('baseVolRange') * multiple };
  },
  netShortContingency: (input) => ({
    contingency: netShortContingency(
      input.figure('netShortContracts'),
      input.figure('ratePerContract'),
    ),
  }),
  futuresSpreadContingency: (input) => ({
    contingency: futuresSpreadContingency(
      input.figure('longFutures'),
      input.figure('shortFutures'),
      input.figure('rate'),
    ),
  }),
};

function futures(input: Input): Outputs {
  const { forward, profit, contingency } = futureScenario({
    index: input.real('index'),
    annualBasisRate: input.real('annualBasisRate'),
    days: input.real('days'),
    quantity: input.real('quantity'),
    shock: input.realOr('shock', 0),
    contingencyRate: input.realOr('contingencyRate', 0),
  });
  return { forward, pnl: profit, contingency };
}

function schedule(input: Input): Outputs {
  if (input.has('notional')) {
    return { margin: scheduleTradeMargin(input.figure('notional'), input.figure('rate')) };
  }
  const ratio =
    input.optional('netToGrossRatio') ??
    netToGrossRatio(
      input.figure('netReplacementCost'),
      input.figureOr('grossReplacementCost', DECIMAL_ZERO),
    );
  if (!input.has('grossMargin')) return { netToGrossRatio: ratio };
  return { netToGrossRatio: ratio, margin: scheduleMargin(input.figure('grossMargin'), ratio) };
}

/** Rules of the topic `portfolio-margin`. */
export const portfolioRules: Rules = {
  'portfolio-margin-single-base': (input) => grid(input),
  'standard-option-margin': (input) => standard(input),
  'option-margin-small-formulas': (input) => input.choose('calc', SMALL)(input),
  'futures-scenario-basis': (input) => futures(input),
  'span-arrays': (input) => ({
    requirement: scanningRisk(
      input
        .rows('legs')
        .map((leg) => ({ quantity: leg.figure('quantity'), array: leg.figures('array') })),
    ).requirement,
  }),
  'im-schedule': schedule,
};
