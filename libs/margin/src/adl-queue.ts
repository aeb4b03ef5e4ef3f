import { invariant } from '@ringfence/kernel';
import { DECIMAL_ZERO, lesser, type DecimalFigure } from '@ringfence/money';

/** How a holder stands in a queue of deleveraging. */
export interface QueuedHolder {
  readonly id: string;
  /** gain as a part of what was put up, signed */
  readonly pnlPercent: DecimalFigure;
  /** > 0 */
  readonly effectiveLeverage: DecimalFigure;
}

/**
 * Order of a queue of deleveraging: high profit on high leverage first; among losers, high leverage
 * counts as less of a loss. Ties by id.
 *
 * @throws InvariantViolation when a leverage is not above 0
 * @source rules/bankruptcy-adl, adl-ranking, rank
 */
export function rankForAdl(holders: readonly QueuedHolder[]): string[] {
  return holders
    .map((holder) => ({ id: holder.id, score: scoreOf(holder) }))
    .sort((a, b) => b.score.cmp(a.score) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

function scoreOf({ pnlPercent, effectiveLeverage }: QueuedHolder): DecimalFigure {
  invariant(effectiveLeverage.gt(DECIMAL_ZERO), 'a leverage is above 0');
  return pnlPercent.gt(DECIMAL_ZERO)
    ? pnlPercent.times(effectiveLeverage)
    : pnlPercent.div(effectiveLeverage);
}

/** What one holder gives up: `quantity` + `left` is what it held. */
export interface QueueFill {
  readonly id: string;
  readonly quantity: DecimalFigure;
  readonly left: DecimalFigure;
}

/**
 * Takes a quantity from a queue in order, each holder in full before the next.
 *
 * @returns fills above 0, and what nobody could take
 * @throws InvariantViolation when a quantity is negative
 * @source rules/bankruptcy-adl, adl-ranking, fill
 */
export function fillFromQueue(
  quantity: DecimalFigure,
  queue: readonly { readonly id: string; readonly quantity: DecimalFigure }[],
): { readonly fills: readonly QueueFill[]; readonly unfilled: DecimalFigure } {
  invariant(quantity.gte(DECIMAL_ZERO), 'a quantity is not negative');
  let unfilled = quantity;
  const fills: QueueFill[] = [];
  for (const holder of queue) {
    invariant(holder.quantity.gte(DECIMAL_ZERO), 'a holding is not negative');
    const taken = lesser(unfilled, holder.quantity);
    if (taken.eq(DECIMAL_ZERO)) continue;
    unfilled = unfilled.minus(taken);
    fills.push({ id: holder.id, quantity: taken, left: holder.quantity.minus(taken) });
  }
  return { fills, unfilled };
}
