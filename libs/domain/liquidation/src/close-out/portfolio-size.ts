import { invariant, type InstrumentId } from '@ringfence/kernel';
import { chargedFee } from '@ringfence/margin';
import { PPM, shareUp } from '@ringfence/money';

/** A position of the portfolio, and what closing lots of it costs. */
export interface PositionToClose {
  readonly instrument: InstrumentId;
  /** signed, not 0 */
  readonly lots: number;
  /** model value or price, ticks ≥ 0 */
  readonly mark: number;
  /** ticks away from it at which it trades, ≥ 0 */
  readonly spread: number;
  /** settlement units per lot and tick, > 0 */
  readonly unit: bigint;
  /** of the value traded */
  readonly feePpm: number;
  /** its value counts for equity already; false: what it is sold for comes on top */
  readonly isCounted: boolean;
}
/** One leg of a slice; see `PortfolioSliceSized`. */
export interface PortfolioLeg {
  readonly instrument: InstrumentId;
  /** signed as traded */
  readonly lots: number;
  readonly price: number;
  /** ticks between price and mark, ≥ 0 */
  readonly spread: number;
}
export interface SizedPortfolio {
  readonly fractionPpm: number;
  readonly legs: readonly PortfolioLeg[];
  readonly fee: bigint;
}
/** Everything that a slice of a portfolio is sized from. */
export interface PortfolioInput {
  /** signed settlement units, everything of the evaluation included */
  readonly equity: bigint;
  readonly positions: readonly PositionToClose[];
  /** initial requirement with that fraction, so many lots ≥ 0 of each, closed; shape [n] */
  readonly required: (closed: readonly number[], fractionPpm: number) => bigint;
  /** largest fraction after a refusal; 0: no such bound */
  readonly fractionMaxPpm: number;
}

/** Fractions are whole thousandths: ten looks find one, and the next frame moves more. */
const STEP_PPM = 1_000;
const STEPS = PPM / STEP_PPM;

/**
 * The least fraction of a hedged portfolio that must be closed, hedges included, so that what is
 * left meets its initial requirement: every position by the same part, rounded up to a lot.
 *
 * Found by bisection: the requirement of a smaller portfolio of the same shape is smaller, and so
 * is what closing it costs. A portfolio that no fraction cures is closed whole. The fee is at most
 * what equity is left.
 *
 * @returns null when nothing is short, or there is nothing to close
 * @source issue 6, section 2: close-out of the hedged sub-portfolio
 */
export function sizePortfolio(input: PortfolioInput): SizedPortfolio | null {
  const { positions, fractionMaxPpm } = input;
  const cures = (steps: number): boolean => {
    const closed = closedAt(positions, steps * STEP_PPM);
    return (
      equityAfter(input, closed) - feeOf(input, closed) >= input.required(closed, steps * STEP_PPM)
    );
  };
  if (positions.length === 0 || cures(0)) return null;
  let fails = 0;
  let works = STEPS;
  if (cures(STEPS)) {
    while (works - fails > 1) {
      const middle = (fails + works) >> 1;
      if (cures(middle)) works = middle;
      else fails = middle;
    }
  }
  const wanted = works * STEP_PPM;
  const fractionPpm = fractionMaxPpm > 0 ? Math.min(wanted, fractionMaxPpm) : wanted;
  const closed = closedAt(positions, fractionPpm);
  return {
    fractionPpm,
    legs: positions.map((position, i) => legOf(position, closed[i] ?? 0)),
    fee: chargedFee(feeOf(input, closed), equityAfter(input, closed)),
  };
}

/** Lots ≥ 0 of each position in a fraction of all, rounded up. */
function closedAt(positions: readonly PositionToClose[], fractionPpm: number): number[] {
  return positions.map(({ lots }) => Number(shareUp(BigInt(Math.abs(lots)), fractionPpm)));
}

/** A slice never trades at nothing: price 0 would be no price. */
const PRICE_MIN = 1;
function priceOf({ lots, mark, spread }: PositionToClose): number {
  return Math.max(PRICE_MIN, lots > 0 ? mark - spread : mark + spread);
}

function legOf(position: PositionToClose, closed: number): PortfolioLeg {
  invariant(closed > 0, 'a part of a position rounds up to a lot');
  const { instrument, lots, mark } = position;
  const price = priceOf(position);
  return {
    instrument,
    lots: lots > 0 ? -closed : closed,
    price,
    spread: Math.abs(price - mark),
  };
}

/** Equity once so many lots are traded away from their marks, before the fee. */
function equityAfter({ equity, positions }: PortfolioInput, closed: readonly number[]): bigint {
  let after = equity;
  positions.forEach((position, i) => {
    const { lots, mark, unit, isCounted } = position;
    const from = isCounted ? mark : 0;
    const better = lots > 0 ? priceOf(position) - from : from - priceOf(position);
    after += BigInt(closed[i] ?? 0) * BigInt(better) * unit;
  });
  return after;
}

function feeOf({ positions }: PortfolioInput, closed: readonly number[]): bigint {
  let fee = 0n;
  positions.forEach((position, i) => {
    const value = BigInt(closed[i] ?? 0) * BigInt(priceOf(position)) * position.unit;
    fee += shareUp(value, position.feePpm);
  });
  return fee;
}
