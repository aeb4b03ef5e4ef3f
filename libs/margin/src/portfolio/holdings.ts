import type {
  Portfolio,
  PortfolioExpiry,
  PortfolioFuture,
  PortfolioOption,
} from './multi-collateral-types.js';

/** Lots of an instrument in a bucket; pending legs are counted, not netted. */
export interface HeldLots {
  /** signed, safe integer */
  readonly lots: number;
  /** ≥ 0 lots of legs that may still be applied */
  readonly buys: number;
  readonly sells: number;
}
/** A price as the house holds it. */
export interface HousePrice {
  /** ticks > 0 */
  readonly mark: number;
  /** smallest settlement units per tick of one whole base unit, > 0 */
  readonly tickUnits: bigint;
  /** 0 to 1_000_000 */
  readonly confidencePpm: number;
}
/** A perpetual or a dated future; what it is held for has its own price. */
export interface LinearHolding extends HeldLots, HousePrice {
  /** smallest settlement units per lot and tick, > 0 */
  readonly unit: bigint;
}
export interface FutureHolding extends LinearHolding {
  /** ms UTC, not before the time of the evaluation */
  readonly expiry: number;
}
export interface OptionHolding extends HeldLots {
  readonly call: boolean;
  /** ticks of its forward, > 0 */
  readonly strike: number;
  /** per year, parts per million, > 0 */
  readonly volatilityPpm: number;
  /** ms UTC, not before the time of the evaluation */
  readonly expiry: number;
  /** what it is an option on: its price is the forward; the same object for options on the same */
  readonly forward: HousePrice;
  /** of the option itself: model value in ticks ≥ 0 */
  readonly mark: number;
  readonly unit: bigint;
  readonly tickUnits: bigint;
}
/** Everything of a bucket that hangs on one perpetual. */
export interface UnderlyingHoldings {
  /** the perpetual: spot of the model */
  readonly spot: HousePrice;
  readonly perpetual: LinearHolding | null;
  readonly futures: readonly FutureHolding[];
  readonly options: readonly OptionHolding[];
  /** smallest settlement units after haircut of collateral priced by it */
  readonly collateral: bigint;
}

const PPM = 1_000_000;
const MS_PER_SECOND = 1_000;

/** Price of a base unit in smallest settlement units. */
export const priceOf = ({ mark, tickUnits }: Pick<HousePrice, 'mark' | 'tickUnits'>): number =>
  mark * Number(tickUnits);
/** Base units of so many lots. */
const amountOf = (
  lots: number,
  { unit, tickUnits }: { readonly unit: bigint; readonly tickUnits: bigint },
): number => (lots * Number(unit)) / Number(tickUnits);

/** The signed value of an option holding at its model price; smallest settlement units, exact. */
export const optionValueOf = ({ lots, mark, unit }: OptionHolding): bigint =>
  BigInt(lots) * BigInt(mark) * unit;

const pendingOf = (
  held: HeldLots & { readonly unit: bigint; readonly tickUnits: bigint },
): { readonly buys: number; readonly sells: number } => ({
  buys: amountOf(held.buys, held),
  sells: amountOf(held.sells, held),
});

/**
 * The portfolio of the scenario model: prices in smallest settlement units per base unit, sizes in
 * base units. Cash, and the haircut of collateral, are counted elsewhere, exactly.
 *
 * @param time           ms UTC
 * @param settlementPpm  price of the settlement asset in what it is pegged to
 */
export function portfolioOf(
  held: UnderlyingHoldings,
  time: number,
  settlementPpm: number,
): Portfolio {
  const { spot, perpetual, collateral } = held;
  const haircuts = { maintenanceHaircut: 0, initialHaircut: 0 };
  const confidence = spot.confidencePpm / PPM;
  const stable = settlementPpm / PPM;
  return {
    cash: 0,
    spot: priceOf(spot),
    spotConfidence: confidence,
    perps: perpetual ? amountOf(perpetual.lots, perpetual) : 0,
    perpPrice: priceOf(perpetual ?? spot),
    perpConfidence: (perpetual ?? spot).confidencePpm / PPM,
    perpPending: perpetual ? pendingOf(perpetual) : {},
    futures: held.futures.map(futureOf),
    perpPnl: 0,
    funding: 0,
    stable,
    // its value is in the settlement asset already, whatever that is worth
    collateral:
      collateral === 0n
        ? []
        : [
            {
              amount: Number(collateral),
              price: stable,
              confidence,
              riskCancelling: true,
              ...haircuts,
            },
          ],
    expiries: expiriesOf(held.options, time),
  };
}

const futureOf = (future: FutureHolding): PortfolioFuture => ({
  amount: amountOf(future.lots, future),
  price: priceOf(future),
  ...pendingOf(future),
});

/** Options by expiry and forward, in the order in which they come. */
function expiriesOf(options: readonly OptionHolding[], time: number): PortfolioExpiry[] {
  const groups: { readonly first: OptionHolding; readonly options: PortfolioOption[] }[] = [];
  for (const option of options) {
    const { expiry, forward } = option;
    let group = groups.find(({ first }) => first.expiry === expiry && first.forward === forward);
    if (!group) groups.push((group = { first: option, options: [] }));
    group.options.push({
      call: option.call,
      strike: option.strike * Number(forward.tickUnits),
      amount: amountOf(option.lots, option),
      volatility: option.volatilityPpm / PPM,
      ...pendingOf(option),
    });
  }
  return groups.map(({ first: { expiry, forward }, options: held }) => ({
    secondsToExpiry: (expiry - time) / MS_PER_SECOND,
    forward: priceOf(forward),
    rate: 0,
    forwardConfidence: forward.confidencePpm / PPM,
    rateConfidence: 1,
    volConfidence: 1,
    options: held,
  }));
}
