import { DECIMAL_ZERO, leastOf, type DecimalFigure } from '@ringfence/money';

/** Balances of a pool along one journal; `accepted` when none is below 0, else nothing moves. */
export interface PoolPath {
  /** before, after the credit, after the outflow */
  readonly balances: readonly DecimalFigure[];
  readonly accepted: boolean;
}

/**
 * Credits a pool before it pays out, as one journal: the order in which no balance has to go below
 * 0 on the way.
 *
 * @param balance  of the isolated pool before
 * @param credit   insurance owed to it
 * @param outflow  what leaves it
 * @source rules/bankruptcy-adl, isolated-pool-ordering
 */
export function creditThenPay(pool: {
  readonly balance: DecimalFigure;
  readonly credit: DecimalFigure;
  readonly outflow: DecimalFigure;
}): PoolPath {
  const credited = pool.balance.plus(pool.credit);
  const balances = [pool.balance, credited, credited.minus(pool.outflow)];
  return { balances, accepted: leastOf(balances).gte(DECIMAL_ZERO) };
}
