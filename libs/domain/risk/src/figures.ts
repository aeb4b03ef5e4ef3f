import type { AssetId } from '@ringfence/kernel';
import { collateralValue, requirement, worstExposure } from '@ringfence/margin';
import { pricerOf } from './market.js';
import {
  domainOf,
  emptyLine,
  instrumentAt,
  type Asset,
  type Balance,
  type Bucket,
  type Instrument,
  type Line,
  type Market,
  type PendingLeg,
  type RiskState,
  type Round,
} from './state.js';

const loss = (amount: bigint): bigint => (amount < 0n ? amount : 0n);

/** What one level requires for the worst exposure: notional × rate, rounded up. */
export function required(worst: number, { lotValue }: Instrument, ppm: number): bigint {
  return requirement(BigInt(worst < 0 ? -worst : worst) * lotValue, ppm);
}

/** The asset that a bucket settles in; null while its domain is not known here. */
export function settlementOf(market: Market, bucket: Bucket): AssetId | null {
  const domain = domainOf(market, bucket.id);
  return domain === null ? null : (market.domains[domain] ?? null);
}

/** Collateral, and the instrument whose mark turns it into settlement asset. */
export interface Pricing {
  readonly asset: Asset;
  readonly instrument: Instrument;
}
/**
 * @returns null when no listed instrument prices the balance in that asset: it counts for nothing
 */
export function pricingOf(
  market: Market,
  balance: Balance,
  settlement: AssetId | null,
): Pricing | null {
  const asset = market.assets[balance.asset];
  if (!asset || asset.pricedBy === '' || settlement === null) return null;
  const instrument = pricerOf(market, asset.pricedBy, settlement);
  return instrument ? { asset, instrument } : null;
}
/** After haircut at the newest mark, rounded down. */
export const valueOf = (amount: bigint, { asset, instrument }: Pricing): bigint =>
  collateralValue({
    amount,
    price: instrument.mark,
    valueNumerator: instrument.tickUnits,
    valueDenominator: asset.whole,
    haircutPpm: asset.haircutPpm,
  });

/**
 * What a pending leg would lose if it were applied now; a gain never counts. While a round is open,
 * the loss at its mark and the loss since count each for themselves.
 *
 * @returns smallest units ≤ 0
 */
export function pendingLoss(
  leg: PendingLeg,
  { mark, unit }: Instrument,
  roundMark: number | undefined,
): bigint {
  if (leg.price === 0) return 0n;
  const perTick = BigInt(leg.lots) * unit;
  if (roundMark === undefined) return loss(perTick * BigInt(mark - leg.price));
  return loss(perTick * BigInt(roundMark - leg.price)) + loss(perTick * BigInt(mark - roundMark));
}

/** The round that this bucket's lane joined and that has not settled the bucket yet; else null. */
export function openRound({ market, book }: RiskState, bucket: Bucket): Round | null {
  const domain = domainOf(market, bucket.id);
  const round = domain === null ? null : book.rounds[domain];
  if (!round || round.joined <= bucket.settled || round.joined <= round.settled) return null;
  return round;
}

/** Gain or loss that an open round settles: at its marks. 0 when none is open. */
function settlingPart(bucket: Bucket, line: Line, round: Round, instrument: Instrument): bigint {
  const mark = round.marks.get(line.instrument);
  if (mark === undefined) return 0n;
  // a bucket that the last round passed over holds nothing that waits for the one after this
  const late = bucket.settled < round.settled;
  const lots = late ? line.lots : line.settlingLots;
  const cost = late ? line.cost : line.settlingCost;
  return BigInt(lots) * BigInt(mark) * instrument.unit - cost;
}

/** How a leg that waits for its verdict is looked at. */
export interface Trial {
  readonly leg: PendingLeg;
  /** as if it were a position with this cost; null: as pending */
  readonly cost: bigint | null;
}

/** A bucket as the gate sees it: gains that no round has paid count for nothing. */
export interface InitialView {
  /** what is free to meet the requirement, signed */
  free: bigint;
  /** initial requirement of the worst exposures */
  initial: bigint;
  /** whether every instrument that matters has a mark */
  priced: boolean;
  /** ms UTC to which all marks that matter may be used */
  validUntil: number;
}

/**
 * Sums up the initial view: available cash, collateral after haircut, losses applied and pending,
 * less debt.
 *
 * Unsettled gains count within the bucket against its other losses, never above them. While a round
 * is open, what it settles and what came since are counted each by itself: exactly what stays free
 * once the round has settled the bucket.
 *
 * @param trial  a leg to count besides those that passed
 * @source DESIGN 6.2
 */
export function initialView(state: RiskState, bucket: Bucket, trial: Trial | null): InitialView {
  const { market } = state;
  const round = openRound(state, bucket);
  const view = { free: -bucket.debt, initial: 0n, priced: true, validUntil: Infinity };
  countBalances(market, bucket, view);
  let settling = 0n;
  let rest = 0n;
  for (const line of linesWith(bucket, trial)) {
    const instrument = instrumentAt(market, line.instrument);
    if (!instrument || instrument.mark === 0) {
      view.priced = false;
      continue;
    }
    view.validUntil = Math.min(view.validUntil, instrument.validUntil);
    const total = BigInt(line.lots) * instrument.lotValue - line.cost;
    const part = round ? settlingPart(bucket, line, round, instrument) : 0n;
    settling += part;
    rest += total - part;
    const worst = worstExposure(line.lots, line.buys, line.sells);
    view.initial += required(worst, instrument, instrument.initialPpm);
  }
  view.free += loss(settling) + loss(rest) + pendingLosses(market, bucket, round, trial);
  return view;
}

/** The bucket as if the slices that it took over since the last even tick were pending still. */
export function beforeSlices({ market }: RiskState, bucket: Bucket): Bucket {
  const lines = bucket.lines.map((line) => ({ ...line }));
  for (const { instrument, lots, price } of bucket.slices) {
    let line = lines.find((other) => other.instrument === instrument);
    if (!line) lines.push((line = emptyLine(instrument)));
    line.lots -= lots;
    line.cost -= BigInt(lots) * BigInt(price) * (instrumentAt(market, instrument)?.unit ?? 0n);
    if (lots > 0) line.buys += lots;
    else line.sells -= lots;
  }
  return { ...bucket, lines, legs: [...bucket.legs, ...bucket.slices] };
}

function countBalances(market: Market, bucket: Bucket, view: InitialView): void {
  const settlement = settlementOf(market, bucket);
  for (const balance of bucket.balances) {
    if (balance.asset === settlement) view.free += balance.amount;
    else {
      const pricing = pricingOf(market, balance, settlement);
      if (!pricing || pricing.instrument.mark === 0) continue;
      view.free += valueOf(balance.amount, pricing);
      view.validUntil = Math.min(view.validUntil, pricing.instrument.validUntil);
    }
  }
}

function pendingLosses(
  market: Market,
  bucket: Bucket,
  round: Round | null,
  trial: Trial | null,
): bigint {
  let sum = 0n;
  for (const leg of bucket.legs) {
    if (!leg.counts && !(trial?.leg === leg && trial.cost === null)) continue;
    const instrument = instrumentAt(market, leg.instrument);
    if (instrument) sum += pendingLoss(leg, instrument, round?.marks.get(leg.instrument));
  }
  return sum;
}

/** The bucket's lines, one of them with the leg on trial. */
function linesWith({ lines }: Bucket, trial: Trial | null): readonly Line[] {
  if (!trial) return lines;
  const { leg, cost } = trial;
  const known = lines.find((line) => line.instrument === leg.instrument);
  const line = known ? { ...known } : emptyLine(leg.instrument);
  if (cost !== null) {
    line.lots += leg.lots;
    line.cost += cost;
  } else if (leg.lots > 0) line.buys += leg.lots;
  else line.sells -= leg.lots;
  return known ? lines.map((other) => (other === known ? line : other)) : [...lines, line];
}
