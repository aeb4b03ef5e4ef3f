import {
  portfolioMargin,
  type Portfolio,
  type PortfolioExpiry,
  type PortfolioParameters,
  type Scenario,
} from '@ringfence/margin';
import type { Outputs } from '../compare.js';
import { Input } from '../input.js';
import type { Rules } from '../run.js';
import { isCall, sameExpiry } from './portfolio-margin.js';

function parametersOf(input: Input, tables: Input): PortfolioParameters {
  const overrides = input.has('parameterOverrides') ? input.part('parameterOverrides').fields : {};
  const defaults = tables.part('parameterDefaults');
  for (const name of Object.keys(overrides)) {
    if (!defaults.has(name)) input.wrong('parameterOverrides', `unknown parameter ${name}`);
  }
  const all = new Input({ ...defaults.fields, ...overrides }, 'parameters');
  const margin = (name: string) => all.real(`Margin.${name}`);
  const vol = (name: string) => all.real(`VolShock.${name}`);
  const skew = (name: string) => all.real(`SkewShock.${name}`);
  const basis = (name: string) => all.real(`BasisContingency.${name}`);
  const other = (name: string) => all.real(`OtherContingency.${name}`);
  return {
    volRangeUp: vol('VOLRANGEUP'),
    volRangeDown: vol('VOLRANGEDOWN'),
    shortTermPower: vol('SHORTTERMPOWER'),
    longTermPower: vol('LONGTERMPOWER'),
    dteFloorDays: vol('DTE_FLOOR'),
    minShockedVol: vol('MIN_VOL_EVAL_SHOCKED'),
    linearSkew: { capBase: skew('LINEAR_CBASE'), capScale: skew('LINEAR_SCALE_CAP') },
    absSkew: { capBase: skew('ABS_CBASE'), capScale: skew('ABS_SCALE_CAP') },
    minKStar: skew('MIN_K_STAR'),
    minWidthScale: skew('MIN_WIDTH_SCALE'),
    volParamStatic: skew('VOL_PARAM_STATIC'),
    volParamScale: skew('VOL_PARAM_SCALE'),
    baseStaticDiscount: margin('BASE_STATIC_DISCOUNT'),
    baseStaticDiscountNegative: margin('BASE_STATIC_DISCOUNT_NEG'),
    longRateMultScale: margin('LONG_RATE_MULTSCALE'),
    longRateAddScale: margin('LONG_RATE_ADDSCALE'),
    shortRateMultScale: margin('SHORT_RATE_MULTSCALE'),
    shortRateAddScale: margin('SHORT_RATE_ADDSCALE'),
    basisSpotUp: basis('SCENARIO_SPOT_UP'),
    basisSpotDown: basis('SCENARIO_SPOT_DOWN'),
    basisAddFactor: basis('BASIS_CONT_ADD_FACTOR'),
    basisMultFactor: basis('BASIS_CONT_MULT_FACTOR'),
    maintenanceLossFactor: margin('MM_LOSS_FACTOR'),
    initialLossFactor: margin('IM_LOSS_FACTOR'),
    pegLossThreshold: other('PEG_LOSS_THRESHOLD'),
    pegLossFactor: other('PEG_LOSS_FACTOR'),
    confThreshold: other('CONF_THRESHOLD'),
    confMargin: other('CONF_MARGIN'),
    maintenancePerpPercent: other('MM_PERP_PERCENT'),
    initialPerpPercent: other('IM_PERP_PERCENT'),
    maintenanceOptionPercent: other('MM_OPTION_PERCENT'),
    initialOptionPercent: other('IM_OPTION_PERCENT'),
  };
}

function scenariosOf(input: Input, tables: Input): Scenario[] {
  const rows = tables.part('scenarioSets').rows(input.text('scenarioSet'));
  const shocks = { Up: 'Up', Down: 'Down', None: 'None', LINEAR: 'LINEAR', ABS: 'ABS' } as const;
  const kinds = { regular: 'regular', tail: 'tail', skew: 'skew' } as const;
  return rows.map((row) => ({
    spotShock: row.real('spotShock'),
    volShock: row.choose('volShock', shocks),
    dampening: row.real('dampening'),
    kind: row.choose('kind', kinds),
  }));
}

function portfolioOf(input: Input, tables: Input): Portfolio {
  const of = tables.part('portfolios').part(input.text('portfolio'));
  return {
    cash: of.real('cash'),
    spot: of.real('spot'),
    spotConfidence: of.real('spotConf'),
    perps: of.real('perps'),
    perpPrice: of.real('perpPrice'),
    perpConfidence: of.real('perpConf'),
    perpPnl: of.real('perpPnl'),
    funding: of.real('funding'),
    stable: of.real('stable'),
    collateral: of.rows('collateral').map((each) => ({
      amount: each.real('amount'),
      price: each.real('price'),
      confidence: each.real('confidence'),
      riskCancelling: each.flag('riskCancelling'),
      maintenanceHaircut: each.real('mmHaircut'),
      initialHaircut: each.real('imHaircut'),
    })),
    expiries: expiriesOf(of),
  };
}

function expiriesOf(portfolio: Input): PortfolioExpiry[] {
  const options = portfolio.rows('options');
  const feeds = portfolio.rows('feeds');
  for (const option of options) {
    if (!feeds.some((feed) => sameExpiry(feed, option))) {
      option.wrong('secondsToExpiry', 'has no feed');
    }
  }
  return feeds.map((feed) => ({
    secondsToExpiry: feed.real('secondsToExpiry'),
    forward: feed.real('forward'),
    rate: feed.real('rate'),
    forwardConfidence: feed.real('forwardConf'),
    rateConfidence: feed.real('rateConf'),
    volConfidence: feed.real('volConf'),
    options: options
      .filter((option) => sameExpiry(feed, option))
      .map((option) => ({
        strike: option.real('strike'),
        call: isCall(option),
        amount: option.real('amount'),
        volatility: option.real('vol'),
      })),
  }));
}

function answer(input: Input, tables: Input): Outputs {
  const { maintenance, initial, ...lines } = portfolioMargin(
    portfolioOf(input, tables),
    scenariosOf(input, tables),
    parametersOf(input, tables),
  );
  return { mm: maintenance, im: initial, ...lines };
}

/** Rules of the topic `portfolio-margin-multi-collateral`. */
export const multiCollateralRules: Rules = {
  'portfolio-margin-multi-collateral': (input, tables) => answer(input, tables),
};
