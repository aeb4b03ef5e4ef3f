import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  ceilTo,
  clampTo,
  floorTo,
  positivePart,
  type DecimalFigure,
} from '@ringfence/money';

/** Places that a loss per unit of open interest is rounded up to, as published. */
const PER_UNIT_PLACES = 9;

/**
 * Loss that every unit of open interest bears, long and short alike.
 *
 * @param loss   quote ≥ 0
 * @param long   base units ≥ 0 of all longs
 * @param short  base units ≥ 0 of all shorts
 * @returns quote per unit, rounded up; or that nobody is there to bear it
 * @throws InvariantViolation when a side is negative
 * @source rules/loss-allocation, bankruptcy-socialisation, perUnit
 */
export function lossPerUnit(
  loss: DecimalFigure,
  sides: { readonly long: DecimalFigure; readonly short: DecimalFigure },
): DecimalFigure | 'no-open-interest' {
  const { long, short } = sides;
  invariant(long.gte(DECIMAL_ZERO) && short.gte(DECIMAL_ZERO), 'both sides as sizes');
  const openInterest = long.plus(short);
  if (openInterest.eq(DECIMAL_ZERO)) return 'no-open-interest';
  return ceilTo(loss.div(openInterest), PER_UNIT_PLACES);
}

/**
 * Loss of a lending pool as a cut of the index that every deposit is counted in.
 *
 * @returns `delta` from 0, and the `factor` 1 − delta that deposits are worth; 0 and 1 without any
 * @source rules/loss-allocation, bankruptcy-socialisation, depositIndex
 */
export function depositIndexLoss(
  loss: DecimalFigure,
  deposits: DecimalFigure,
): { readonly delta: DecimalFigure; readonly factor: DecimalFigure } {
  const delta = deposits.eq(DECIMAL_ZERO) ? DECIMAL_ZERO : loss.div(deposits);
  return { delta, factor: DECIMAL_ONE.minus(delta) };
}

/** What a vault holds and owes, in quote; capital and insurance come before profit. */
export interface ProfitVault {
  readonly vault: DecimalFigure;
  readonly capital: DecimalFigure;
  /** a claim here: it must not be counted as an asset as well */
  readonly insurance: DecimalFigure;
  /** sum of all positive profits, ≥ 0 */
  readonly positivePnl: DecimalFigure;
}

/**
 * Part of every profit that may be withdrawn when the vault does not hold all of it: capital is
 * senior, what is left over is shared pro rata.
 *
 * @returns 0 to 1, 40 places; 1 when nobody has a profit
 * @throws InvariantViolation when profits are negative
 * @source rules/loss-allocation, profit-haircut-ratio
 */
export function profitRatio(vault: ProfitVault): DecimalFigure {
  invariant(vault.positivePnl.gte(DECIMAL_ZERO), 'a sum of profits');
  if (vault.positivePnl.eq(DECIMAL_ZERO)) return DECIMAL_ONE;
  return backedProfit(vault).div(vault.positivePnl);
}

/** What of all profits the vault holds, 0 to their sum. */
const backedProfit = ({ vault, capital, insurance, positivePnl }: ProfitVault): DecimalFigure =>
  clampTo(vault.minus(capital).minus(insurance), DECIMAL_ZERO, positivePnl);

/**
 * What an account may withdraw of its profit; losers are never cut.
 *
 * @param pnl  signed
 * @returns whole quote units ≥ 0, cut down from the exact share
 * @source rules/loss-allocation, profit-haircut-ratio
 */
export function withdrawableProfit(vault: ProfitVault, pnl: DecimalFigure): DecimalFigure {
  const profit = positivePart(pnl);
  if (vault.positivePnl.eq(DECIMAL_ZERO)) return floorTo(profit, 0);
  return floorTo(profit.times(backedProfit(vault)).div(vault.positivePnl), 0);
}
