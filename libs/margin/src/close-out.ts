import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  ceilTo,
  decimalOf,
  shareUp,
  type DecimalFigure,
  type Ppm,
} from '@ringfence/money';
import { curingSize } from './partial-close-out.js';

const PPM_PLACES = '1000000';

/** What a close-out slice is sized from; every figure of one evaluation, recorded with the plan. */
export interface CloseOutInput {
  /** signed lots of the position, long > 0, not 0 */
  readonly lots: number;
  /** signed smallest units of the settlement asset, gain or loss to the mark included */
  readonly equity: bigint;
  /** smallest units ≥ 0 that the rest of the bucket and add-ons require at the target level */
  readonly otherRequirement: bigint;
  /** ticks: where what is left is margined */
  readonly mark: number;
  /** ticks: where the slice is expected to trade, slippage included; see `executionPrice` */
  readonly price: number;
  /** smallest units of the settlement asset per lot and tick, > 0 */
  readonly unit: bigint;
  /** rate to come back to, of notional: initial */
  readonly targetPpm: Ppm;
  /** on top of the target, so that the next small move does not call for a second slice */
  readonly bufferPpm: Ppm;
  /** close-out fee, of the notional closed at `price` */
  readonly feePpm: Ppm;
}

/** A bucket after a slice, as the sizing sees it. */
export interface AfterCloseOut {
  readonly equity: bigint;
  readonly requirement: bigint;
}

/**
 * Equity and requirement after closing some lots: the proof that a size cures.
 *
 * The fee is taken in full here; what is charged is at most what equity is left (`closeOutFee`).
 *
 * @param closed  lots closed, 0 to |lots|
 * @throws InvariantViolation when more is closed than there is
 */
export function afterCloseOut(input: CloseOutInput, closed: number): AfterCloseOut {
  const { lots, equity, otherRequirement, mark, price, unit, targetPpm, bufferPpm } = input;
  const held = lots < 0 ? -lots : lots;
  invariant(closed >= 0 && closed <= held, 'no more is closed than there is');
  const slipTicks = BigInt(lots > 0 ? mark - price : price - mark);
  const notional = BigInt(closed) * BigInt(price) * unit;
  const left = BigInt(held - closed) * BigInt(mark) * unit;
  return {
    equity: equity - BigInt(closed) * slipTicks * unit - shareUp(notional, input.feePpm),
    requirement: otherRequirement + shareUp(left, targetPpm + bufferPpm),
  };
}

/**
 * How many lots to close so that what is left meets target and buffer again: `curingSize`, rounded
 * up to a lot, with the fee and the requirement rounded as they will be.
 *
 * A closed lot frees its requirement and costs slippage and fee; the shortage over that difference
 * is the size. When closing costs as much as it frees, nothing but the whole position will do. One
 * lot less would not cure.
 *
 * @returns lots to close, 1 to |lots|; 0 when the target is met as it is
 * @throws InvariantViolation when there is no position or a rate is negative
 * @source rules/partial-liquidation, partial-liquidation-size (it rounds down, we up to a lot)
 */
export function closeOutLots(input: CloseOutInput): number {
  const { lots, mark, targetPpm, bufferPpm, feePpm } = input;
  invariant(lots !== 0, 'only a position is closed out');
  invariant(targetPpm >= 0 && bufferPpm >= 0 && feePpm >= 0, 'rates are not negative');
  const held = lots < 0 ? -lots : lots;
  const cures = (closed: number): boolean => {
    const after = afterCloseOut(input, closed);
    return after.equity >= after.requirement;
  };
  if (cures(0)) return 0;
  const needed = rateOf(targetPpm + bufferPpm).times(
    decimalOf(BigInt(held) * BigInt(mark) * input.unit),
  );
  const shortage = needed.plus(decimalOf(input.otherRequirement - input.equity));
  const size = sizeFor(input, shortage);
  // Fee and requirement round up, together by less than two units; as all is whole, one unit more
  // than the shortage always cures. A size is cut at its ninth place, hence a lot more.
  const most = sizeFor(input, shortage.plus(DECIMAL_ONE));
  if (size === 'whole-position' || most === 'whole-position' || !cures(held)) return held;
  const least = Math.max(1, lotsAbove(size));
  return firstCure(cures, least, Math.min(held, lotsAbove(most) + 1));
}

/** The exact size; prices and fees of a lot in ticks, so that nothing is divided by the mark. */
function sizeFor(
  { lots, mark, price, unit, targetPpm, bufferPpm, feePpm }: CloseOutInput,
  shortage: DecimalFigure,
): DecimalFigure | 'whole-position' {
  return curingSize({
    shortage,
    price: decimalOf(unit),
    quotePrice: DECIMAL_ONE,
    marginRatio: rateOf(targetPpm + bufferPpm).times(decimalOf(BigInt(mark))),
    liquidatorFee: decimalOf(BigInt(lots > 0 ? mark - price : price - mark)),
    insuranceFee: rateOf(feePpm).times(decimalOf(BigInt(price))),
  });
}

const rateOf = (ppm: Ppm): DecimalFigure => decimalOf(BigInt(ppm)).div(PPM_PLACES);
const lotsAbove = (size: DecimalFigure): number => Number(ceilTo(size, 0).toFixed());

/** A size that cures while one lot less does not; `most` cures and `least` − 1 does not. */
function firstCure(cures: (closed: number) => boolean, least: number, most: number): number {
  if (cures(least)) return least;
  let fails = least;
  let works = most;
  while (works - fails > 1) {
    const middle = fails + Math.floor((works - fails) / 2);
    if (cures(middle)) works = middle;
    else fails = middle;
  }
  return works;
}

/**
 * The fee that is really taken, and so the fee that is really credited: never more than is there.
 *
 * @param requested  smallest units ≥ 0
 * @param available  signed smallest units
 * @returns smallest units, 0 to `requested`
 * @throws InvariantViolation when a negative fee is requested
 * @source rules/guards, fee-credited-is-charged
 */
export function chargedFee(requested: bigint, available: bigint): bigint {
  invariant(requested >= 0n, 'a fee is not negative');
  if (available <= 0n) return 0n;
  return requested < available ? requested : available;
}

/**
 * Fee of a close-out slice: at most the equity left at the slice's mark, since the house never
 * comes before the gainers.
 *
 * @param notional    of the lots filled at their price, smallest units ≥ 0
 * @param equityLeft  after the slice and before the fee, signed smallest units
 * @returns smallest units ≥ 0
 * @source DESIGN 6.5; rules/guards, fee-credited-is-charged
 */
export const closeOutFee = (fill: {
  readonly notional: bigint;
  readonly feePpm: Ppm;
  readonly equityLeft: bigint;
}): bigint => chargedFee(shareUp(fill.notional, fill.feePpm), fill.equityLeft);
