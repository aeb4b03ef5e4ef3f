import {
  amount,
  asset,
  command,
  domain,
  event,
  group,
  instrument,
  int,
  list,
  oneOf,
  text,
  uint,
} from './table/index.js';

/**
 * Instruments that end: dated futures and European options, their prices by implied volatility,
 * and the price at which they end.
 */

/** What an option gives its holder the right to at expiry: to buy, or to sell, at the strike. */
export const OPTION_RIGHTS = ['call', 'put'] as const;
export type OptionRight = (typeof OPTION_RIGHTS)[number];
const rightField = () => oneOf(...OPTION_RIGHTS);

// ---- commands of operators and of the price source
/**
 * A linear future that settles in cash at `expiry` (ms UTC). `underlying`: a perpetual of the same
 * domain, whose settlement price ends it. The rest as in `ListInstrument`.
 */
export const ListFuture = command(170, 'ListFuture', 1, {
  symbol: text(32),
  domain: domain(),
  underlying: instrument(),
  expiry: uint(),
  tick: text(32),
  lot: text(32),
  multiplier: uint(),
});
/**
 * A European option, settled in cash at `expiry` (ms UTC). The price of `underlying` is the forward
 * of Black-76: a perpetual of the same domain, or its future of the same expiry. `strike` is
 * decimal text, a whole number of the underlying's ticks; `tick` prices the premium per base unit.
 */
export const ListOption = command(171, 'ListOption', 1, {
  symbol: text(32),
  domain: domain(),
  underlying: instrument(),
  expiry: uint(),
  strike: text(40),
  right: rightField(),
  tick: text(32),
  lot: text(32),
  multiplier: uint(),
});
/**
 * New prices and implied volatilities, all of one instant; as `PublishFrame`, with options by
 * volatility per year in parts per million, more than 0 and at most 20,000,000 (2000 percent).
 */
export const PublishVolatilityFrame = command(172, 'PublishVolatilityFrame', 1, {
  time: uint(),
  validUntil: uint(),
  source: text(64),
  prices: list(group({ instrument: instrument(), price: text(40) })),
  volatilities: list(group({ instrument: instrument(), volatilityPpm: uint() })),
});
/**
 * The price of a perpetual at which everything of that `expiry` (ms UTC, not later than log time)
 * ends; decimal text, a whole number of its ticks.
 */
export const FixSettlementPrice = command(173, 'FixSettlementPrice', 1, {
  underlying: instrument(),
  expiry: uint(),
  price: text(40),
});

/** One scenario of portfolio margin; 1,000,000 parts are the unmoved price and the whole loss. */
const scenario = {
  /** factor on the underlying's price */
  spotPpm: uint(),
  volatility: oneOf('up', 'down', 'none', 'linear', 'absolute'),
  /** part of the result that counts */
  dampeningPpm: uint(),
  kind: oneOf('regular', 'tail', 'skew'),
};
/**
 * Parameters of portfolio margin and of the standard margin of options, versioned and
 * effective-dated. Fractions, factors and volatilities per year in parts per million.
 */
export const portfolioParameters = {
  scenarios: list(group(scenario)),
  volRangeUpPpm: uint(),
  volRangeDownPpm: uint(),
  shortTermPowerPpm: uint(),
  longTermPowerPpm: uint(),
  /** shorter terms are shocked no harder than this one */
  termFloorMs: uint(),
  minShockedVolatilityPpm: uint(),
  /**
   * skew: largest relative change of volatility along strikes is base × √years + scale; reached at
   * a log moneyness of √years × width scale × (volatility + √years × its slope), at least the
   * least width
   */
  linearSkewBasePpm: int(),
  linearSkewScalePpm: int(),
  absoluteSkewBasePpm: int(),
  absoluteSkewScalePpm: int(),
  skewWidthMinPpm: uint(),
  skewWidthScalePpm: uint(),
  skewVolatilityPpm: uint(),
  skewVolatilitySlopePpm: int(),
  /** part of an option's value that counts in a scenario, long and short */
  longDiscountPpm: uint(),
  shortDiscountPpm: uint(),
  /** moves of the forward against the index, and how they count: fixed and per year */
  basisUpPpm: uint(),
  basisDownPpm: uint(),
  basisAddPpm: uint(),
  basisMultPpm: uint(),
  /** worst loss times this is the requirement of that level */
  maintenanceLossPpm: uint(),
  initialLossPpm: uint(),
  /** contingencies, of the underlying's notional */
  maintenancePerpetualPpm: uint(),
  initialPerpetualPpm: uint(),
  maintenanceOptionPpm: uint(),
  initialOptionPpm: uint(),
  futuresBasisPpm: uint(),
  /** of the notional in which long and short dated futures offset each other */
  futuresSpreadPpm: uint(),
  /** standard option margin, of the underlying's price; the last two are factors */
  standardMaxPpm: uint(),
  standardMinPpm: uint(),
  standardCallPpm: uint(),
  standardPutPpm: uint(),
  unpairedInitialPpm: uint(),
  unpairedMaintenancePpm: uint(),
  standardPutValuePpm: uint(),
  standardOffsetPpm: uint(),
  /** call level between maintenance and initial, and release above initial */
  callSharePpm: uint(),
  releasePpm: uint(),
  /** what the scenarios were calibrated to: coverage over a margin period of risk, buffer on top */
  confidencePpm: uint(),
  marginPeriodMs: uint(),
  /** per year: what the widest regular price shocks must cover at that confidence and period */
  volatilityPpm: uint(),
  bufferPpm: uint(),
  /** notional in whole settlement units from which size counts, and the rate of what is beyond */
  sizeFrom: uint(),
  sizePpm: uint(),
  /**
   * delta in whole settlement units that can be closed in a day: a longer close-out than the margin
   * period multiplies the loss by the root of their ratio; 0: no such charge
   */
  dailyCapacity: uint(),
  /** prices less sure than the threshold: what part of notional each missing part costs */
  oracleThresholdPpm: uint(),
  oracleMarginPpm: uint(),
  /** extra on collateral that moves with the position */
  wrongWayPpm: uint(),
  /** settlement asset below its peg: threshold and factor */
  pegThresholdPpm: uint(),
  pegFactorPpm: uint(),
  /** away from model value, of the underlying's price, at which a close-out trades */
  closeOutSpreadPpm: uint(),
};
/** From `effective` (ms UTC) on; until then the parameters before it are in force. */
export const SetPortfolioParameters = command(174, 'SetPortfolioParameters', 1, {
  domain: domain(),
  effective: uint(),
  parameters: group(portfolioParameters),
});

// ---- events
const sizes = {
  settlement: asset(),
  unit: amount(),
  tickUnits: amount(),
  tickSteps: uint(),
  tickScale: uint(),
  lotSteps: uint(),
  lotScale: uint(),
};
/** Numbered in one sequence with `InstrumentListed`; see there for the sizes. */
export const FutureListed = event(180, 'FutureListed', 1, {
  instrument: instrument(),
  symbol: text(32).like('symbol'),
  domain: domain().like('domain'),
  underlying: instrument().like('underlying'),
  expiry: uint().like('expiry'),
  ...sizes,
});
/** `strike` in ticks of the underlying. */
export const OptionListed = event(181, 'OptionListed', 1, {
  instrument: instrument(),
  symbol: text(32).like('symbol'),
  domain: domain().like('domain'),
  underlying: instrument().like('underlying'),
  expiry: uint().like('expiry'),
  strike: uint(),
  right: rightField().like('right'),
  ...sizes,
});
/**
 * Model values of options in ticks, 0 or more: the one truth for every lane. Follows the
 * `FrameAccepted` of the same number in one decision. Options not named keep their last value.
 */
export const OptionsPriced = event(182, 'OptionsPriced', 1, {
  frame: uint(),
  time: uint().like('time'),
  validUntil: uint().like('validUntil'),
  prices: list(group({ instrument: instrument(), price: uint(), volatilityPpm: uint() })),
});
/**
 * The end of a future or option: `settlementPrice` in its own ticks is its mark for ever, and the
 * first round after `round` (the domain's last one opened) settles and closes every position in it.
 * `underlyingPrice` in ticks of the perpetual that was fixed.
 */
export const InstrumentExpired = event(183, 'InstrumentExpired', 1, {
  instrument: instrument(),
  domain: domain(),
  round: uint(),
  expiry: uint().like('expiry'),
  underlyingPrice: uint(),
  settlementPrice: uint(),
});
export const PortfolioParametersSet = event(184, 'PortfolioParametersSet', 1, {
  domain: domain().like('domain'),
  version: uint(),
  effective: uint().like('effective'),
  parameters: group(portfolioParameters).like('parameters'),
});
