import {
  clampFunding,
  fundingAddOn,
  fundingCap,
  fundingPayment,
  fundingSettlement,
  PPB,
} from '@ringfence/margin';
import { Decimal, decimal, decimalOf, floorTo, tenTo, type DecimalFigure } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

/** Places in which a margin of the house's whole units is written here. */
const PLACES = 15;

const CLAMPED: { readonly [calc: string]: (input: Input) => Outputs } = {
  payment: (input) => ({
    payment: fundingPayment({
      contractTwap: input.figure('fTwap'),
      underlyingTwap: input.figure('sTwap'),
      interest: input.figure('dt').times(input.figure('rate')),
      lower: input.figure('lower'),
      upper: input.figure('upper'),
    }),
  }),
  addOn: (input) => {
    const payment = input.figure('payment').times(input.figure('position')).times(tenTo(PLACES));
    const addOn = fundingAddOn({
      perLot: BigInt(floorTo(payment, 0).toFixed()),
      lots: 1,
      factorPpm: input.rate('factor'),
    });
    return { margin: input.figure('maintenance').plus(decimalOf(addOn).div(tenTo(PLACES))) };
  },
};

function rateClamp(input: Input): Outputs {
  const capPpb = fundingCap({
    clampFactorPpm: input.rate('clampFactor'),
    initialPpm: input.rate('initial'),
    maintenancePpm: input.rate('maintenance'),
  });
  const cap = fraction(capPpb);
  if (!input.has('rate')) return { cap };
  const applied = clampFunding(Number(input.units('rate', 9)), capPpb);
  return { cap, applied: fraction(applied) };
}
const fraction = (ppb: number): DecimalFigure => new Decimal(String(ppb)).div(decimal(String(PPB)));

/** Rules of the topic `funding`. */
export const fundingRules: Rules = {
  'funding-clamped': (input) => input.choose('calc', CLAMPED)(input),
  'funding-index-settlement': (input) => ({
    settlement: fundingSettlement({
      size: input.whole('size'),
      indexNow: input.whole('indexNow'),
      indexBefore: input.whole('indexBefore'),
    }),
  }),
  'funding-rate-clamp': rateClamp,
};
