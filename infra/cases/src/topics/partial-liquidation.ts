import {
  assetForLiability,
  closeOutPart,
  curingInsuranceFee,
  curingSize,
  disposalSlice,
  disposalSlices,
  leftoverAfter,
  liabilityForAsset,
  limitLeft,
  maxRepayableDebt,
  rampAllowance,
  rampedFee,
  rampFraction,
  sliceLimits,
  swapSize,
} from '@ringfence/margin';
import { DECIMAL_ONE, DECIMAL_ZERO, decimalOf, tenTo, type DecimalFigure } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

type Lines = { readonly [calc: string]: (input: Input) => Outputs };
/** Places of a quote unit, so that published amounts are whole units of the house. */
const PLACES = 18;

function size(input: Input): Outputs {
  const size = curingSize({
    shortage: input.figure('shortage'),
    price: input.figure('price'),
    quotePrice: input.figureOr('quotePrice', DECIMAL_ONE),
    marginRatio: input.figure('marginRatio'),
    liquidatorFee: input.figureOr('liquidatorFee', DECIMAL_ZERO),
    insuranceFee: input.figureOr('insuranceFee', DECIMAL_ZERO),
  });
  return { size };
}

const swapPrices = (input: Input) => ({
  assetPrice: input.figure('assetPrice'),
  assetMultiplier: input.figure('assetMultiplier'),
  liabilityPrice: input.figure('liabilityPrice'),
  liabilityMultiplier: input.figure('liabilityMultiplier'),
});
const SWAP: Lines = {
  size: (input) => ({
    liability: swapSize({
      shortage: input.figure('shortage'),
      assetWeight: input.figure('assetWeight'),
      assetMultiplier: input.figure('assetMultiplier'),
      liabilityWeight: input.figure('liabilityWeight'),
      liabilityMultiplier: input.figure('liabilityMultiplier'),
      liabilityPrice: input.figure('liabilityPrice'),
      insuranceFee: input.figureOr('insuranceFee', DECIMAL_ZERO),
    }),
  }),
  liabilityForAsset: (input) => ({
    liability: liabilityForAsset(input.figure('asset'), swapPrices(input)),
  }),
  assetForLiability: (input) => ({
    asset: assetForLiability(input.figure('liability'), swapPrices(input)),
  }),
};

function ramp(input: Input): Outputs {
  const shortage = input.figure('shortage');
  const freedSoFar = input.figureOr('freedSoFar', DECIMAL_ZERO);
  const small = shortage.lt(input.figure('smallShortage'));
  const time = {
    initial: input.figure('initialFraction'),
    elapsed: input.figure('elapsed'),
    duration: input.figure('duration'),
  };
  return {
    fraction: rampFraction(time, small),
    allowed: rampAllowance({ ...time, small }, { shortage, freedSoFar }),
  };
}

function endToEnd(input: Input): Outputs {
  const { marginRatioAfter, ...after } = closeOutPart({
    position: input.figure('position'),
    entry: input.figure('entry'),
    price: input.figure('price'),
    collateral: input.figure('collateral'),
    maintenanceRate: input.figure('maintenanceRate'),
    buffer: input.figure('buffer'),
    liquidatorFee: input.figureOr('liquidatorFee', DECIMAL_ZERO),
    insuranceFee: input.figureOr('insuranceFee', DECIMAL_ZERO),
    wholePosition: input.has('wholePosition') && input.flag('wholePosition'),
  });
  return { ...after, marginRatioAfter };
}

function disposal(input: Input): Outputs {
  const position = input.whole('position');
  const plan = {
    remaining: position < 0n ? -position : position,
    fraction: input.figure('fraction'),
    fullDisposalSize: input.whole('fullDisposalSize'),
    book: input.has('bookVolume')
      ? {
          volume: input.figure('bookVolume'),
          maxFraction: input.figureOr('maxFractionConsumed', DECIMAL_ONE),
        }
      : null,
  };
  return { slices: disposalSlices(plan), firstSlice: disposalSlice(plan) };
}

const amount = (units: bigint): DecimalFigure => decimalOf(units).div(tenTo(PLACES));
const LIMITS: Lines = {
  block: (input) => ({
    max: amount(
      limitLeft({
        max: input.units('maxNotionalPerBlock', PLACES),
        used: input.units('alreadyLiquidated', PLACES),
      }),
    ),
  }),
  position: (input) => {
    const { min, max } = sliceLimits({
      positionNotional: input.units('positionNotional', PLACES),
      minNotional: input.units('minNotional', PLACES),
      maxPortionPpm: input.rate('maxPositionPortion'),
    });
    return { min: amount(min), max: amount(max) };
  },
};

const CLOSE_FACTOR: Lines = {
  maxDebt: (input) => ({
    maxDebt: maxRepayableDebt({
      collateral: input.figure('collateral'),
      debt: input.figure('debt'),
      health: input.figure('health'),
      smallThreshold: input.figure('smallThreshold'),
      defaultCloseFactor: input.figure('defaultCloseFactor'),
      fullBelowHealth: input.figure('fullBelowHealth'),
    }),
  }),
  leftover: (input) => {
    const left = leftoverAfter({
      collateral: input.figure('collateral'),
      debt: input.figure('debt'),
      repay: input.figure('repay'),
      seize: input.figure('seize'),
      minLeftover: input.figure('minLeftover'),
    });
    return {
      leftoverDebt: left.debt,
      leftoverCollateral: left.collateral,
      accepted: left.accepted,
    };
  },
};

/** Rules of the topic `partial-liquidation`. */
export const partialLiquidationRules: Rules = {
  'partial-liquidation-size': size,
  'collateral-swap-liquidation-size': (input) => input.choose('calc', SWAP)(input),
  'insurance-fee-that-still-cures': (input) => ({
    fee: curingInsuranceFee({
      shortage: input.figure('shortage'),
      price: input.figure('price'),
      size: input.figure('size'),
      marginRatio: input.figure('marginRatio'),
      liquidatorFee: input.figure('liquidatorFee'),
      maxFee: input.figure('maxFee'),
    }),
  }),
  'liquidation-fee-ramp': (input) => ({
    fee: rampedFee({
      base: input.figure('base'),
      max: input.figure('max'),
      perSlot: input.figure('perSlot'),
      graceSlots: input.figure('graceSlots'),
      slotsElapsed: input.figure('slotsElapsed'),
    }),
  }),
  'time-ramped-fraction': ramp,
  'partial-liquidation-end-to-end': endToEnd,
  'liquidation-disposal': disposal,
  'liquidation-limits': (input) => input.choose('calc', LIMITS)(input),
  'close-factor': (input) => input.choose('calc', CLOSE_FACTOR)(input),
};
