import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  clampTo,
  decimal,
  floorTo,
  lesser,
  positivePart,
  type DecimalFigure,
} from '@ringfence/money';

/** Places of a base unit that a size is cut to, as published. */
const SIZE_PLACES = 9;

/** What a close-out size follows from, in quote and base units and fractions; all exact. */
export interface CuringSizeInput {
  /** requirement that is not met, quote ≥ 0 */
  readonly shortage: DecimalFigure;
  /** quote per unit of the position */
  readonly price: DecimalFigure;
  /** value of a quote unit in the currency of the requirement */
  readonly quotePrice: DecimalFigure;
  /** requirement that a unit of notional frees */
  readonly marginRatio: DecimalFigure;
  /** of notional, to who takes over */
  readonly liquidatorFee: DecimalFigure;
  /** of notional, to the fund */
  readonly insuranceFee: DecimalFigure;
}

/**
 * Size that cures a shortage: the shortage over what a closed unit frees beyond its fees, cut down
 * to the ninth place. `closeOutLots` rounds it up to a lot.
 *
 * @returns base units ≥ 0, or `whole-position` when closing costs as much as it frees
 * @source rules/partial-liquidation, partial-liquidation-size
 */
export function curingSize(input: CuringSizeInput): DecimalFigure | 'whole-position' {
  const { shortage, price, quotePrice, marginRatio, liquidatorFee, insuranceFee } = input;
  if (marginRatio.lte(liquidatorFee)) return 'whole-position';
  const freedPerUnit = price
    .times(quotePrice)
    .times(marginRatio.minus(liquidatorFee))
    .minus(price.times(insuranceFee));
  if (price.eq(DECIMAL_ZERO) || freedPerUnit.lte(DECIMAL_ZERO)) return 'whole-position';
  return floorTo(positivePart(shortage).div(freedPerUnit), SIZE_PLACES);
}

/** A bucket with one position that is closed out once; collateral stands apart from its quote. */
export interface PartialCloseOut {
  /** base units, long > 0, not 0 */
  readonly position: DecimalFigure;
  readonly entry: DecimalFigure;
  readonly price: DecimalFigure;
  readonly collateral: DecimalFigure;
  readonly maintenanceRate: DecimalFigure;
  /** on top of maintenance: where a close-out stops */
  readonly buffer: DecimalFigure;
  readonly liquidatorFee: DecimalFigure;
  readonly insuranceFee: DecimalFigure;
  /** closes everything, whatever is short */
  readonly wholePosition: boolean;
}
/** What a close-out leaves; quote balances are changes of cash, not values. */
export interface AfterPartialCloseOut {
  readonly liquidated: DecimalFigure;
  /** signed */
  readonly left: DecimalFigure;
  readonly clientQuote: DecimalFigure;
  readonly liquidatorQuote: DecimalFigure;
  readonly insuranceFee: DecimalFigure;
  /** equity over notional of what is left; `null` when nothing is */
  readonly marginRatioAfter: DecimalFigure | null;
}

/**
 * One close-out from start to end: sized, taken over at the price less fee, insurance paid.
 *
 * @returns quote figures exact; the ratio in 40 places
 * @throws InvariantViolation when there is no position
 * @source rules/partial-liquidation, partial-liquidation-end-to-end
 */
export function closeOutPart(bucket: PartialCloseOut): AfterPartialCloseOut {
  const { position, price, collateral, liquidatorFee } = bucket;
  invariant(!position.eq(DECIMAL_ZERO), 'only a position is closed out');
  const side = position.gt(DECIMAL_ZERO) ? DECIMAL_ONE : DECIMAL_ONE.times('-1');
  const quote = position.times(bucket.entry).times('-1');
  const liquidated = bucket.wholePosition ? position.abs() : sizeOf(bucket, quote);
  const takenAt = price.times(DECIMAL_ONE.minus(side.times(liquidatorFee)));
  const proceeds = side.times(liquidated).times(takenAt);
  const insuranceFee = liquidated.times(price).times(bucket.insuranceFee);
  const left = position.minus(side.times(liquidated));
  const clientQuote = quote.plus(proceeds).minus(insuranceFee);
  const notional = left.abs().times(price);
  const equity = collateral.plus(clientQuote).plus(left.times(price));
  return {
    liquidated,
    left,
    clientQuote,
    liquidatorQuote: proceeds.times('-1'),
    insuranceFee,
    marginRatioAfter: notional.eq(DECIMAL_ZERO) ? null : equity.div(notional),
  };
}

function sizeOf(bucket: PartialCloseOut, quote: DecimalFigure): DecimalFigure {
  const { position, price, collateral, maintenanceRate, buffer } = bucket;
  const marginRatio = maintenanceRate.plus(buffer);
  const needed = position.abs().times(price).times(marginRatio);
  const equity = collateral.plus(quote).plus(position.times(price));
  const { liquidatorFee, insuranceFee } = bucket;
  const rates = { marginRatio, liquidatorFee, insuranceFee, quotePrice: DECIMAL_ONE };
  const size = curingSize({ shortage: needed.minus(equity), price, ...rates });
  return size === 'whole-position' ? position.abs() : lesser(size, position.abs());
}

/** Weights of a loan and of the collateral that repays it. */
export interface SwapTerms {
  readonly shortage: DecimalFigure;
  readonly assetWeight: DecimalFigure;
  /** what the collateral is sold at, of its price: below 1 for who takes it */
  readonly assetMultiplier: DecimalFigure;
  readonly liabilityWeight: DecimalFigure;
  readonly liabilityMultiplier: DecimalFigure;
  readonly liabilityPrice: DecimalFigure;
  readonly insuranceFee: DecimalFigure;
}

/**
 * How much of a loan to repay out of one collateral so that the shortage is cured.
 *
 * @returns units of the liability, 40 places; `everything` when repaying does not help: the
 *          collateral given up weighs as much as the loan that goes away
 * @source rules/partial-liquidation, collateral-swap-liquidation-size, size
 */
export function swapSize(terms: SwapTerms): DecimalFigure | 'everything' {
  const { assetWeight, assetMultiplier, liabilityWeight, liabilityMultiplier } = terms;
  const given = assetWeight.times(assetMultiplier);
  if (given.gte(liabilityWeight.times(liabilityMultiplier))) return 'everything';
  // multiplied by the liability's multiplier, so that there is one quotient, at the end
  const freed = liabilityWeight
    .times(DECIMAL_ONE.minus(terms.insuranceFee))
    .times(liabilityMultiplier)
    .minus(given);
  if (freed.lte(DECIMAL_ZERO)) return 'everything'; // the fund's fee eats what is left
  const shortage = terms.shortage.times(liabilityMultiplier);
  return shortage.div(terms.liabilityPrice.times(freed));
}

/** Prices and multipliers at which collateral is changed into a liability. */
export interface SwapPrices {
  readonly assetPrice: DecimalFigure;
  readonly assetMultiplier: DecimalFigure;
  readonly liabilityPrice: DecimalFigure;
  readonly liabilityMultiplier: DecimalFigure;
}
const ASSET_PLACES = 6;

/** Liability that an amount of collateral repays, cut to nine places; see `swapSize`. */
export const liabilityForAsset = (asset: DecimalFigure, at: SwapPrices): DecimalFigure =>
  floorTo(
    asset
      .times(at.assetPrice)
      .times(at.liabilityMultiplier)
      .div(at.assetMultiplier.times(at.liabilityPrice)),
    SIZE_PLACES,
  );

/** Collateral that repays an amount of liability, cut to six places; see `swapSize`. */
export const assetForLiability = (liability: DecimalFigure, at: SwapPrices): DecimalFigure =>
  floorTo(
    liability
      .times(at.liabilityPrice)
      .times(at.assetMultiplier)
      .div(at.liabilityMultiplier.times(at.assetPrice)),
    ASSET_PLACES,
  );

/** Part of the spare margin that the fund may take; the published constant. */
const CURING_PART = decimal('0.95');

/**
 * The fund's fee that still leaves the bucket cured: most of what the freed margin exceeds the
 * shortage by, no more than its maximum.
 *
 * @returns fraction of notional ≥ 0; 0 when price or size is 0
 * @source rules/partial-liquidation, insurance-fee-that-still-cures
 */
export function curingInsuranceFee(closeOut: {
  readonly shortage: DecimalFigure;
  readonly price: DecimalFigure;
  readonly size: DecimalFigure;
  readonly marginRatio: DecimalFigure;
  readonly liquidatorFee: DecimalFigure;
  readonly maxFee: DecimalFigure;
}): DecimalFigure {
  const { shortage, price, size, marginRatio, liquidatorFee, maxFee } = closeOut;
  const notional = size.times(price);
  if (notional.eq(DECIMAL_ZERO)) return DECIMAL_ZERO;
  const spare = marginRatio.minus(liquidatorFee).minus(shortage.div(notional));
  return positivePart(lesser(maxFee, CURING_PART.times(spare)));
}

/**
 * Fee that grows while nobody takes over: base during the grace period, afterwards as if it had
 * grown from the first slot.
 *
 * @param slotsElapsed  since the close-out began, ≥ 0
 * @returns fraction of notional, at most `max`
 * @throws InvariantViolation when the time is negative
 * @source rules/partial-liquidation, liquidation-fee-ramp
 */
export function rampedFee(ramp: {
  readonly base: DecimalFigure;
  readonly max: DecimalFigure;
  readonly perSlot: DecimalFigure;
  readonly graceSlots: DecimalFigure;
  readonly slotsElapsed: DecimalFigure;
}): DecimalFigure {
  const { base, max, perSlot, graceSlots, slotsElapsed } = ramp;
  invariant(slotsElapsed.gte(DECIMAL_ZERO), 'time passes');
  if (slotsElapsed.lt(graceSlots)) return base;
  return lesser(max, base.plus(perSlot.times(slotsElapsed)));
}

/** A position with a debt, as a lender sees it. */
export interface RepayableDebt {
  readonly collateral: DecimalFigure;
  readonly debt: DecimalFigure;
  /** collateral after weight over debt */
  readonly health: DecimalFigure;
  /** value below which a position is closed whole */
  readonly smallThreshold: DecimalFigure;
  /** part of the debt that one repayment may take, 0 to 1 */
  readonly defaultCloseFactor: DecimalFigure;
  /** at or below this health all may be repaid */
  readonly fullBelowHealth: DecimalFigure;
}

/**
 * Most of a debt that one close-out may repay.
 *
 * @source rules/partial-liquidation, close-factor, maxDebt
 */
export function maxRepayableDebt(position: RepayableDebt): DecimalFigure {
  const { collateral, debt, health, smallThreshold } = position;
  const whole =
    collateral.lt(smallThreshold) ||
    debt.lt(smallThreshold) ||
    health.lte(position.fullBelowHealth);
  const part = clampTo(position.defaultCloseFactor, DECIMAL_ZERO, DECIMAL_ONE);
  return whole ? debt : debt.times(part);
}

/**
 * What a close-out leaves, and whether it may: no crumb that nobody would ever close.
 *
 * @returns `accepted` when a side is used up or both stay above the least
 * @source rules/partial-liquidation, close-factor, leftover
 */
export function leftoverAfter(position: {
  readonly collateral: DecimalFigure;
  readonly debt: DecimalFigure;
  readonly repay: DecimalFigure;
  readonly seize: DecimalFigure;
  readonly minLeftover: DecimalFigure;
}): {
  readonly debt: DecimalFigure;
  readonly collateral: DecimalFigure;
  readonly accepted: boolean;
} {
  const debt = position.debt.minus(position.repay);
  const collateral = position.collateral.minus(position.seize);
  const usedUp = debt.eq(DECIMAL_ZERO) || collateral.eq(DECIMAL_ZERO);
  const enough = debt.gte(position.minLeftover) && collateral.gte(position.minLeftover);
  return { debt, collateral, accepted: usedUp || enough };
}
