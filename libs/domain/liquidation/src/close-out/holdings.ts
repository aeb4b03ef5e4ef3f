import type { EventOf } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import type { FutureHolding, HousePrice, OptionHolding } from '@ringfence/margin';
import type { LinearHolding, UnderlyingHoldings } from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import type { LiquidationState } from '../state.js';
import type { TermsView } from '../views/dated.js';
import type { InstrumentView } from '../views/reference.js';

export type PortfolioEvaluation = EventOf<'PortfolioEvaluated'>;

/** What is held of an instrument, pending legs beside it; lots signed, legs ≥ 0. */
export interface Held {
  readonly instrument: InstrumentId;
  readonly lots: number;
  readonly buys: number;
  readonly sells: number;
}
/** An instrument that can be closed out now, with the perpetual behind it. */
export interface Living {
  readonly view: InstrumentView;
  /** null for a perpetual */
  readonly terms: TermsView | null;
  readonly perpetual: InstrumentId;
}
interface Underlying {
  readonly spot: HousePrice;
  perpetual: LinearHolding | null;
  readonly futures: FutureHolding[];
  readonly options: OptionHolding[];
  readonly collateral: bigint;
}

/**
 * An instrument with everything that its value needs in the newest frame.
 *
 * @returns `over` for one that the next round closes; null while a price is missing or its expiry
 *          is past and no settlement price is fixed: it waits
 */
export function livingOf(state: LiquidationState, id: InstrumentId): Living | 'over' | null {
  const { reference, dated } = state;
  const view = reference.instruments.get(id);
  const terms = dated.terms.get(id) ?? null;
  if (terms?.isOver) return 'over';
  if (!view || (terms && terms.expiry < dated.frameTime)) return null;
  if (!terms) return view.price > 0 ? { view, terms, perpetual: id } : null;
  const forward = reference.instruments.get(terms.underlying);
  if (!forward || forward.price === 0) return null;
  if (terms.right ? terms.volatilityPpm === 0 : view.price === 0) return null;
  const perpetual = dated.terms.get(terms.underlying)?.underlying ?? terms.underlying;
  return { view, terms, perpetual };
}

const priced = ({ price, tickUnits }: InstrumentView): HousePrice => ({
  mark: price,
  tickUnits,
  confidencePpm: PPM,
});

/**
 * Positions as the portfolio model takes them: what hangs on one perpetual together, in the order
 * of perpetuals.
 *
 * @param held        of living instruments only; see `livingOf`
 * @param collateral  per perpetual, after haircut
 */
export function underlyingsOf(
  state: LiquidationState,
  held: readonly Held[],
  collateral: ReadonlyMap<InstrumentId, bigint>,
): UnderlyingHoldings[] {
  const found = new Map<InstrumentId, Underlying>();
  const prices = new Map<InstrumentId, HousePrice>();
  const priceOf = (id: InstrumentId): HousePrice | null => {
    const view = state.reference.instruments.get(id);
    if (!view) return null;
    const known = prices.get(id) ?? priced(view);
    prices.set(id, known);
    return known;
  };
  const underlying = (id: InstrumentId): Underlying | null => {
    const spot = priceOf(id);
    if (!spot || spot.mark === 0) return null;
    const known = found.get(id) ?? newUnderlying(spot, collateral.get(id) ?? 0n);
    found.set(id, known);
    return known;
  };
  for (const each of held) {
    const living = livingOf(state, each.instrument);
    if (living === null || living === 'over') continue;
    const of = underlying(living.perpetual);
    if (of) place(of, each, living, priceOf);
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, each]) => each);
}

const newUnderlying = (spot: HousePrice, collateral: bigint): Underlying => ({
  spot,
  perpetual: null,
  futures: [],
  options: [],
  collateral,
});

function place(
  of: Underlying,
  { lots, buys, sells }: Held,
  { view, terms }: Living,
  priceOf: (id: InstrumentId) => HousePrice | null,
): void {
  const { unit, tickUnits } = view;
  const linear = { lots, buys, sells, ...priced(view), unit };
  if (!terms) of.perpetual = linear;
  else if (!terms.right) of.futures.push({ ...linear, expiry: terms.expiry });
  else {
    const forward = priceOf(terms.underlying);
    if (!forward) return;
    const { strike, volatilityPpm, expiry, right } = terms;
    const option = { call: right === 'call', strike, volatilityPpm, expiry, forward };
    of.options.push({ lots, buys, sells, ...option, mark: view.price, unit, tickUnits });
  }
}
