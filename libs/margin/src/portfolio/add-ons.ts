/**
 * How much more a position may lose than in the margin period because it takes longer to close:
 * losses grow with the root of time.
 *
 * @param size           what is to be closed, ≥ 0; any unit
 * @param dailyCapacity  what closes in a day without moving the price, same unit; 0: anything
 * @param periodDays     margin period of risk, > 0
 * @returns ≥ 0: 0 as long as it closes within the period, 1 when it takes four of them
 * @source DESIGN 6.4, liquidity; the rule of the root of time
 */
export function liquidityFactor(size: number, dailyCapacity: number, periodDays: number): number {
  if (dailyCapacity === 0) return 0;
  const periods = size / dailyCapacity / periodDays;
  return periods > 1 ? Math.sqrt(periods) - 1 : 0;
}

/**
 * What of the collateral falls together with the positions: its haircut was made for itself alone.
 *
 * @param collateral  value that moves with the underlying, ≥ 0
 * @param delta       of the positions without it, signed: gain when the underlying rises by 100 %
 * @returns ≥ 0, at most the collateral; 0 when the positions gain by its fall
 * @source DESIGN 6.4, wrong way
 */
export const wrongWayValue = (collateral: number, delta: number): number =>
  delta > 0 ? Math.min(collateral, delta) : 0;

/** Rate on what a size is beyond the first so many. */
export const sizeCharge = (size: number, from: number, rate: number): number =>
  size > from ? (size - from) * rate : 0;
