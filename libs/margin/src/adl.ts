import { invariant } from '@ringfence/kernel';
import { allot, giveLargest } from '@ringfence/money';

/** A holder on the side that is closed against a failing one. */
export interface AdlCandidate<Id extends number | string> {
  readonly id: Id;
  /** size of the position, > 0 whichever way it points */
  readonly lots: number;
  /** signed smallest units of the settlement asset; ≤ 0 has no end of leverage and goes first */
  readonly equity: bigint;
}
/** What a holder gives up. */
export interface AdlReduction<Id extends number | string> {
  readonly id: Id;
  /** 1 to the candidate's lots */
  readonly lots: number;
}

function compareIds<Id extends number | string>(a: Id, b: Id): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Order of deleveraging: more lots per equity first, without equity before all, ties by id. All
 * candidates hold the same instrument, so the price cancels out.
 *
 * @returns below 0 when `a` goes first
 */
export function byLeverage<Id extends number | string>(
  a: AdlCandidate<Id>,
  b: AdlCandidate<Id>,
): number {
  const endless = Number(b.equity <= 0n) - Number(a.equity <= 0n);
  if (endless !== 0) return endless;
  if (a.equity <= 0n) return compareIds(a.id, b.id);
  const difference = BigInt(b.lots) * a.equity - BigInt(a.lots) * b.equity;
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return compareIds(a.id, b.id);
}

/**
 * Deleveraging from the top: the most leveraged give up lots until they stand level with the next,
 * and so on, until the quantity is placed. Who stands at or below the level is left alone.
 *
 * Holders without equity go first, pro rata to their lots when they alone suffice. Fractions of a
 * lot are cut off, the rest goes in single lots by largest fraction, ties by id.
 *
 * @param accounts  distinct ids, one instrument, one side; any order; shape [n]
 * @param quantity  lots to place, ≥ 0
 * @returns reductions above 0 in the order of `accounts`; they sum to min(quantity, Σ lots)
 * @throws InvariantViolation when a size is not a whole number above 0 or an id comes twice
 * @source rules/bankruptcy-adl, adl-water-filling, wholeLots; arXiv 2603.15963
 */
export function waterFill<Id extends number | string>(input: {
  readonly accounts: readonly AdlCandidate<Id>[];
  readonly quantity: number;
}): AdlReduction<Id>[] {
  const { accounts, quantity } = input;
  invariant(Number.isSafeInteger(quantity) && quantity >= 0, 'a quantity in whole lots');
  for (const { lots } of accounts) {
    invariant(Number.isSafeInteger(lots) && lots > 0, 'a holder has whole lots above 0');
  }
  const ranked = [...accounts].sort(byLeverage);
  const reductions = new Map<Id, bigint>();
  let rest = BigInt(quantity);
  const endless = ranked.filter((account) => account.equity <= 0n);
  rest -= place(reductions, endless, takeProRata(endless, rest));
  const others = ranked.slice(endless.length);
  place(reductions, others, takeFromTop(others, rest));
  invariant(reductions.size === accounts.length, 'every holder is named once');
  return accounts
    .map(({ id }) => ({ id, lots: Number(reductions.get(id) ?? 0n) }))
    .filter(({ lots }) => lots > 0);
}

/** Writes down what is taken from whom; returns the sum. */
function place<Id extends number | string>(
  reductions: Map<Id, bigint>,
  accounts: readonly AdlCandidate<Id>[],
  taken: readonly bigint[],
): bigint {
  let sum = 0n;
  accounts.forEach(({ id, lots }, index) => {
    const reduction = taken[index] ?? 0n;
    invariant(reduction <= BigInt(lots), 'no one gives up more than he holds');
    reductions.set(id, reduction);
    sum += reduction;
  });
  return sum;
}

function lotsOf<Id extends number | string>(accounts: readonly AdlCandidate<Id>[]): bigint[] {
  return accounts.map(({ lots }) => BigInt(lots));
}
const sumOf = (lots: readonly bigint[]): bigint => lots.reduce((sum, each) => sum + each, 0n);

function takeProRata<Id extends number | string>(
  endless: readonly AdlCandidate<Id>[],
  quantity: bigint,
): bigint[] {
  const lots = lotsOf(endless);
  return quantity < sumOf(lots) ? allot(quantity, lots) : lots;
}

/** The common level that holders from the top are brought down to; λ = kept / equity. */
export interface WaterLevel {
  /** lots that the touched ones keep together */
  readonly kept: bigint;
  /** equity of the touched ones together, > 0 */
  readonly equity: bigint;
  /** how many of the ranked are touched */
  readonly touched: number;
}

/**
 * Level at which holders ranked by leverage give up a quantity together: each of the touched ones
 * keeps λ × its equity, and stands level with them or above the rest. With the k highest touched,
 * λ = (Σ lots − quantity) / Σ equity, in lots per unit of equity.
 *
 * @param ranked    by falling lots per equity, each with equity above 0, at least one
 * @param quantity  ≥ 0, in the unit of the lots; a level below 0 means that it exceeds them all
 * @throws InvariantViolation when there is nobody
 * @source rules/bankruptcy-adl, adl-water-filling; arXiv 2603.15963
 */
export function waterLevel(
  ranked: readonly { readonly lots: bigint; readonly equity: bigint }[],
  quantity: bigint,
): WaterLevel {
  invariant(ranked.length > 0, 'someone holds the other side');
  let lots = 0n;
  let equity = 0n;
  let touched = 0;
  for (const candidate of ranked) {
    const kept = lots - quantity;
    if (touched > 0 && kept * candidate.equity >= candidate.lots * equity) break;
    lots += candidate.lots;
    equity += candidate.equity;
    touched++;
  }
  return { kept: lots - quantity, equity, touched };
}

/** Whole lots from holders ranked by leverage, each with equity above 0; see `waterLevel`. */
function takeFromTop<Id extends number | string>(
  ranked: readonly AdlCandidate<Id>[],
  quantity: bigint,
): bigint[] {
  const all = lotsOf(ranked);
  if (quantity >= sumOf(all)) return all;
  if (quantity === 0n) return [];
  const holders = ranked.map(({ lots, equity }) => ({ lots: BigInt(lots), equity }));
  const { kept, equity, touched } = waterLevel(holders, quantity);
  return cutToLevel(ranked.slice(0, touched), { kept, equity, quantity });
}

/** Gives up lots − kept × own equity / all equity each, whole: floors, then largest fractions. */
function cutToLevel<Id extends number | string>(
  touched: readonly AdlCandidate<Id>[],
  level: { readonly kept: bigint; readonly equity: bigint; readonly quantity: bigint },
): bigint[] {
  // by id, so that equal fractions are given in that order
  const byId = touched
    .map((candidate, index) => ({ candidate, index }))
    .sort((a, b) => compareIds(a.candidate.id, b.candidate.id));
  const wholes: bigint[] = [];
  const fractions: bigint[] = [];
  let left = level.quantity;
  for (const { candidate } of byId) {
    const exact = BigInt(candidate.lots) * level.equity - level.kept * candidate.equity;
    const whole = exact / level.equity;
    wholes.push(whole);
    fractions.push(exact - whole * level.equity);
    left -= whole;
  }
  giveLargest(wholes, fractions, Number(left));
  const taken: bigint[] = touched.map(() => 0n);
  byId.forEach(({ index }, position) => {
    taken[index] = wholes[position] ?? 0n;
  });
  return taken;
}
