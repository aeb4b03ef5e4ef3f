import {
  bufferPercent,
  bufferedMargin,
  cappedWeight,
  crossHealth,
  expectedShortfallFactors,
  flooredMargin,
  fullyCollateralisedMargin,
  isolatedFillMargin,
  isolatedOrderMargin,
  isolatedPositionMargin,
  linearMaintenance,
  maintenanceOfInitial,
  marginLevels,
  marginSwings,
  mayIsolate,
  openInterestRate,
  requirement,
  scaledMargin,
  sizeWeight,
  stressWeightedMargin,
  wholeMargin,
  type CappedOrder,
} from '@ringfence/margin';
import {
  DECIMAL_ZERO,
  formatRate,
  placesOf,
  wholeUnits,
  type DecimalFigure,
} from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';
import { healthAccount } from './cross-health.js';

function linear(input: Input): Outputs {
  const maintenance = wholeMargin(
    linearMaintenance({
      mark: input.figureOr('mark', DECIMAL_ZERO),
      position: input.figureOr('position', DECIMAL_ZERO),
      openOrders: input.figureOr('openOrders', DECIMAL_ZERO),
      riskFactor: input.figureOr('riskFactor', DECIMAL_ZERO),
      slippageFactor: input.figureOr('slippageFactor', DECIMAL_ZERO),
      exitPrice: input.optional('exitPriceFromBook'),
      fundingPayment: input.figureOr('fundingPayment', DECIMAL_ZERO),
      fundingFactor: input.figureOr('fundingFactor', DECIMAL_ZERO),
    }),
  );
  const scaling = input.optional('initialScaling');
  return scaling ? { maintenance, initial: scaledMargin(maintenance, scaling) } : { maintenance };
}

function levels(input: Input): Outputs {
  const scalings = {
    callPpm: input.rate('search'),
    initialPpm: input.rate('initial'),
    releasePpm: input.rate('release'),
  };
  const { call, initial, release } = marginLevels(input.whole('maintenance'), scalings, 'floor');
  return { search: call, initial, release };
}

const positionMargin = (input: Input) =>
  isolatedPositionMargin({
    entry: input.figure('entry'),
    position: input.figure('position'),
    factor: input.figure('factor'),
  });

const ISOLATED: { readonly [calc: string]: (input: Input) => Outputs } = {
  position: (input) => ({ positionMargin: positionMargin(input) }),
  order: (input) => ({
    orderMargin: isolatedOrderMargin({
      limit: input.figure('limit'),
      size: input.figure('size'),
      offsets: input.figureOr('offsets', DECIMAL_ZERO),
      factor: input.figure('factor'),
    }),
  }),
  fill: (input) => {
    const { before, movedToPosition, left } = isolatedFillMargin({
      limit: input.figure('limit'),
      size: input.figure('size'),
      filled: input.figure('filled'),
      factor: input.figure('factor'),
    });
    return { orderMarginBefore: before, movedToPosition, orderMarginLeft: left };
  },
  switch: (input) => {
    const margin = positionMargin(input);
    const accepted = mayIsolate({
      positionMargin: margin,
      crossInitialMargin: input.figure('crossInitialMargin'),
      available: input.figure('available'),
    });
    return { positionMargin: margin, accepted };
  },
};

function fullyCollateralised(input: Input): Outputs {
  const orders = (name: string): CappedOrder[] =>
    input.has(name)
      ? input.rows(name).map((row) => ({ size: row.figure('size'), price: row.figure('price') }))
      : [];
  const margin = fullyCollateralisedMargin({
    maxPrice: input.figure('maxPrice'),
    position: input.figureOr('position', DECIMAL_ZERO),
    entry: input.figureOr('entry', DECIMAL_ZERO),
    buyOrders: orders('buyOrders'),
    sellOrders: orders('sellOrders'),
  });
  return {
    positionMargin: margin.position,
    orderMargin: margin.orders,
    margin: margin.position.plus(margin.orders),
  };
}

function ppm(input: Input): Outputs {
  const notional = input.whole('notional');
  const basePpm = input.count('imPpm');
  const initialPpm = input.has('openInterest')
    ? openInterestRate({
        basePpm,
        openInterest: input.whole('openInterest'),
        lowerCap: input.whole('lowerCap'),
        upperCap: input.whole('upperCap'),
      })
    : basePpm;
  return {
    initial: requirement(notional, initialPpm),
    maintenance: maintenanceOfInitial(notional, {
      basePpm,
      fractionPpm: input.count('mmFractionPpm'),
    }),
  };
}

function cap(input: Input): Outputs {
  const value = input.figure('deposits').times(input.figure('price'));
  const cap = input.figure('cap');
  const places = Math.max(placesOf(value), placesOf(cap));
  const weightPpm = cappedWeight({
    weightPpm: input.rate('weight'),
    cap: wholeUnits(cap, places),
    value: wholeUnits(value, places),
  });
  return { weight: formatRate(weightPpm) };
}

const PROCYCLICALITY: { readonly [calc: string]: (input: Input) => Outputs } = {
  stressWeight: (input) => ({
    margin: stressWeightedMargin({
      calculated: input.figure('calculated'),
      stressed: input.figure('stressed'),
      weight: input.figure('weight'),
    }),
  }),
  tenYearFloor: (input) => ({
    margin: flooredMargin(input.figure('calculated'), input.figure('tenYearMargin')),
  }),
  buffer: (input) => {
    const release = input.list('release');
    const bases = input.figures('base');
    if (release.length !== bases.length) input.wrong('release', 'as many days as base has');
    const charged: DecimalFigure[] = [];
    bases.forEach((base, day) => {
      const today = { base, release: release[day] === true };
      charged.push(bufferedMargin(input.figure('buffer'), charged[day - 1] ?? null, today));
    });
    return {
      charged,
      bufferPercentOfBase: bases.map((base, day) => bufferPercent(charged[day] ?? base, base)),
      largestStepCharged: marginSwings(charged).largestStep,
      largestStepBase: marginSwings(bases).largestStep,
    };
  },
};

/** Rules of the topic `margin`. */
export const marginRules: Rules = {
  'maintenance-margin-linear': linear,
  'margin-levels': levels,
  'isolated-margin': (input) => input.choose('calc', ISOLATED)(input),
  'fully-collateralised': fullyCollateralised,
  'margin-ppm': ppm,
  'lognormal-es-risk-factors': (input) => {
    const { long, short } = expectedShortfallFactors({
      lambda: input.real('lambda'),
      tauYears: input.real('tauYears'),
      mu: input.real('mu'),
      sigma: input.real('sigma'),
    });
    return { long, short, longPublished: long, shortPublished: short };
  },
  'concentration-imf': (input) => ({
    weight: sizeWeight({
      kind: input.choose('kind', { asset: 'asset', liability: 'liability' } as const),
      weight: input.figure('weight'),
      imf: input.figure('imf'),
      size: input.figure('size'),
    }),
  }),
  'collateral-cap-scaling': cap,
  'cross-health-multi-asset': (input) => ({ initHealth: crossHealth(healthAccount(input)) }),
  'anti-procyclicality': (input) => input.choose('calc', PROCYCLICALITY)(input),
};
