import { invariant } from '@ringfence/kernel';
import {
  PPM,
  ceilDiv,
  decimalOf,
  floorDiv,
  floorTo,
  greater,
  lesser,
  ppmBig,
  type DecimalFigure,
  type Ppm,
} from '@ringfence/money';

/** A rate in whole parts per billion: funding of one interval is finer than a ppm. Signed. */
export type Ppb = number;
/** The whole, in parts per billion. */
export const PPB = 1_000_000_000;
const PPB_BIG = 1_000_000_000n;

/**
 * What each lot pays in a round: whole units, the same figure for both sides, so that funding sums
 * to zero however it was rounded.
 *
 * @param ratePpb  of notional, signed; > 0: longs pay
 * @param mark     ticks ≥ 0
 * @param unit     smallest units of the settlement asset per lot and tick, > 0
 * @returns signed smallest units per long lot, cut towards 0: no one pays more than the rate
 * @throws InvariantViolation when the rate is not a safe integer
 * @source DESIGN 6.3: funding in whole units per lot
 */
export function fundingPerLot(input: {
  readonly ratePpb: Ppb;
  readonly mark: number;
  readonly unit: bigint;
}): bigint {
  invariant(Number.isSafeInteger(input.ratePpb), 'a rate in whole parts per billion');
  return (BigInt(input.mark) * input.unit * BigInt(input.ratePpb)) / PPB_BIG;
}

/**
 * What a position receives when the funding index moves: a long pays when it rises.
 *
 * @param size  signed lots, or any base quantum
 * @returns signed, exact, in index units × size units
 * @source rules/funding, funding-index-settlement
 */
export const fundingSettlement = (position: {
  readonly size: bigint;
  readonly indexNow: bigint;
  readonly indexBefore: bigint;
}): bigint => -position.size * (position.indexNow - position.indexBefore);

/**
 * What a unit of long position pays for an interval: the premium of the contract over its
 * underlying, pulled towards interest within clamps.
 *
 * @param contractTwap    time-weighted price of the contract, quote
 * @param underlyingTwap  time-weighted price of the underlying, quote
 * @param interest        rate of the interval: years × yearly rate
 * @param lower           least correction as a fraction of the underlying
 * @param upper           most correction; wins where the two cross
 * @returns quote, signed, exact; > 0: longs pay
 * @source rules/funding, funding-clamped, payment
 */
export function fundingPayment(input: {
  readonly contractTwap: DecimalFigure;
  readonly underlyingTwap: DecimalFigure;
  readonly interest: DecimalFigure;
  readonly lower: DecimalFigure;
  readonly upper: DecimalFigure;
}): DecimalFigure {
  const { contractTwap, underlyingTwap, interest, lower, upper } = input;
  const premium = contractTwap.minus(underlyingTwap);
  const pull = interest.times(underlyingTwap).minus(premium);
  const atLeast = greater(lower.times(underlyingTwap), pull);
  return premium.plus(lesser(upper.times(underlyingTwap), atLeast));
}

/**
 * Funding rate of an interval: the payment of `fundingPayment` as a part of the underlying's price.
 *
 * @param contractTwap    time-weighted price of the contract, ticks ≥ 0
 * @param underlyingTwap  time-weighted price of the underlying, ticks > 0
 * @param interestPpb     interest for the interval
 * @param lowerPpb        least correction, ≤ upperPpb
 * @returns parts per billion, rounded down
 * @throws InvariantViolation when the clamps are out of order or the underlying has no price
 * @source rules/funding, funding-clamped, payment divided by the underlying's price
 */
export function fundingRate(input: {
  readonly contractTwap: number;
  readonly underlyingTwap: number;
  readonly interestPpb: Ppb;
  readonly lowerPpb: Ppb;
  readonly upperPpb: Ppb;
}): Ppb {
  const { contractTwap, underlyingTwap, interestPpb, lowerPpb, upperPpb } = input;
  invariant(underlyingTwap > 0 && contractTwap >= 0, 'prices to compare');
  invariant(lowerPpb <= upperPpb, 'lower clamp ≤ upper clamp');
  const underlying = whole(underlyingTwap);
  const payment = fundingPayment({
    // prices in billionths of a tick, so that rates in parts per billion are whole
    contractTwap: whole(contractTwap).times(BILLION),
    underlyingTwap: underlying.times(BILLION),
    interest: whole(interestPpb).div(BILLION),
    lower: whole(lowerPpb).div(BILLION),
    upper: whole(upperPpb).div(BILLION),
  });
  return Number(floorTo(payment.div(underlying), 0).toFixed());
}
const BILLION = decimalOf(PPB_BIG);
const whole = (figure: number): DecimalFigure => decimalOf(BigInt(figure));

/**
 * Largest funding rate either way: a multiple of what stands between initial and maintenance.
 *
 * @returns parts per billion ≥ 0, rounded down
 * @throws InvariantViolation when maintenance exceeds initial
 * @source rules/funding, funding-rate-clamp
 */
export function fundingCap(rates: {
  readonly clampFactorPpm: Ppm;
  readonly initialPpm: Ppm;
  readonly maintenancePpm: Ppm;
}): Ppb {
  const between = rates.initialPpm - rates.maintenancePpm;
  invariant(between >= 0 && rates.clampFactorPpm >= 0, 'maintenance ≤ initial');
  const perBillion = BigInt(PPB / PPM);
  return Number(floorDiv(ppmBig(rates.clampFactorPpm) * ppmBig(between) * perBillion, BigInt(PPM)));
}

/**
 * A funding rate within the cap.
 *
 * @param ratePpb  signed
 * @param capPpb   ≥ 0; see `fundingCap`
 * @source rules/funding, funding-rate-clamp
 */
export const clampFunding = (ratePpb: Ppb, capPpb: Ppb): Ppb =>
  Math.max(-capPpb, Math.min(capPpb, ratePpb));

/**
 * Margin for funding to come: only the side that will pay is charged.
 *
 * @param perLot     signed smallest units per long lot; see `fundingPerLot`
 * @param lots       signed lots
 * @param factorPpm  part of the payment that is margined
 * @returns smallest units ≥ 0, rounded up
 * @source rules/funding, funding-clamped, addOn
 */
export function fundingAddOn(position: {
  readonly perLot: bigint;
  readonly lots: number;
  readonly factorPpm: Ppm;
}): bigint {
  const payment = position.perLot * BigInt(position.lots);
  return payment > 0n ? ceilDiv(payment * ppmBig(position.factorPpm), BigInt(PPM)) : 0n;
}
