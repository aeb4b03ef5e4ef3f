import { DECIMAL_ZERO, type DecimalFigure } from '@ringfence/money';

/** A client's position until it is closed out. */
export interface InventoryClient {
  /** base units, signed */
  readonly size: DecimalFigure;
  readonly entry: DecimalFigure;
  readonly collateral: DecimalFigure;
}
/** The house's own position, from what it took over; `cost` is what it paid for it, signed. */
export interface HouseInventory {
  readonly size: DecimalFigure;
  /** size × average price: 0 when flat */
  readonly cost: DecimalFigure;
  /** realised on positions taken over, in total */
  readonly realised: DecimalFigure;
  /** quote of the pool that stands behind it */
  readonly pool: DecimalFigure;
}

export const emptyInventory = (pool: DecimalFigure): HouseInventory => ({
  size: DECIMAL_ZERO,
  cost: DECIMAL_ZERO,
  realised: DECIMAL_ZERO,
  pool,
});

/**
 * Takes a position over at a price: what is on the same side is added at its cost, what is opposite
 * realises against the average of what is held. Profit and loss belong to the pool.
 *
 * @param size   base units, signed
 * @param price  quote per unit
 * @source rules/bankruptcy-adl, house-inventory-pnl
 */
export function takeOver(
  inventory: HouseInventory,
  size: DecimalFigure,
  price: DecimalFigure,
): HouseInventory {
  const { size: held, cost } = inventory;
  const total = held.plus(size);
  const opposite = held.times(size).lt(DECIMAL_ZERO);
  if (!opposite) return { ...inventory, size: total, cost: cost.plus(size.times(price)) };
  const turns = size.abs().gt(held.abs());
  // what is closed leaves at its average cost; all of it exactly, a part in 40 places
  const closed = turns ? held : size.times('-1');
  const costOfClosed = closed.eq(held) ? cost : cost.times(closed).div(held);
  const gain = closed.times(price).minus(costOfClosed);
  return {
    size: total,
    cost: turns ? total.times(price) : cost.minus(costOfClosed),
    realised: inventory.realised.plus(gain),
    pool: inventory.pool.plus(gain),
  };
}

/** Gain or loss of what the house holds, at a price. */
export const unrealisedGain = ({ size, cost }: HouseInventory, price: DecimalFigure) =>
  size.times(price).minus(cost);

/** What one mark does to clients and house. */
export interface InventoryMark {
  readonly inventory: HouseInventory;
  /** clients that are left, in id order */
  readonly clients: ReadonlyMap<string, InventoryClient>;
  /** profit and loss of those closed out at this mark */
  readonly realised: ReadonlyMap<string, DecimalFigure>;
}

/**
 * Marks clients without maintenance margin: who is worth nothing or less is closed out, realises
 * the whole loss, and the house takes the position at the mark; the pool pays what collateral does
 * not cover.
 *
 * @param clients  by id; looked at in id order
 * @source rules/bankruptcy-adl, house-inventory-pnl
 */
export function markInventory(
  inventory: HouseInventory,
  clients: ReadonlyMap<string, InventoryClient>,
  mark: DecimalFigure,
): InventoryMark {
  const left = new Map<string, InventoryClient>();
  const realised = new Map<string, DecimalFigure>();
  let after = inventory;
  const inOrder = [...clients].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, client] of inOrder) {
    const gain = client.size.times(mark.minus(client.entry));
    const value = client.collateral.plus(gain);
    if (value.gt(DECIMAL_ZERO)) {
      left.set(id, client);
      continue;
    }
    realised.set(id, gain);
    after = takeOver({ ...after, pool: after.pool.plus(value) }, client.size, mark);
  }
  return { inventory: after, clients: left, realised };
}
