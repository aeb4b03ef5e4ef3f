import { bucketKind } from '@ringfence/kernel';
import {
  optionsRequirement,
  owedValue,
  portfolioRequirement,
  requirement,
  worstExposure,
} from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import { pricingOf, settlementOf, valueOf } from './collateral.js';
import { holdingsOf, inForce, isByRules, pricesBehind } from './holdings.js';
import { isLiveOption } from './market-state.js';
import {
  domainOf,
  emptyLine,
  instrumentAt,
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

/**
 * What a pending leg would lose if it were applied now; a gain never counts. While a round is open,
 * the loss at its mark and the loss since count each for themselves.
 *
 * An option that is bought costs its premium; what it is worth counts in portfolios only.
 *
 * @returns smallest units ≤ 0
 */
export function pendingLoss(
  bucket: Pick<Bucket, 'id'>,
  leg: PendingLeg,
  instrument: Instrument,
  roundMark: number | undefined,
): bigint {
  const { mark, unit } = instrument;
  if (leg.price === 0) return 0n;
  const perTick = BigInt(leg.lots) * unit;
  if (isLiveOption(instrument)) {
    const isCredited = bucketKind(bucket.id) === 'portfolio' || leg.lots < 0;
    // a round settles the premium and leaves the value where it is
    return loss(perTick * BigInt((isCredited ? mark : 0) - leg.price));
  }
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
  /** whether there are parameters for what the rates of frames do not margin */
  ruled: boolean;
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
 * What a line has gained or lost that no round has settled: of an option its premium alone, which
 * settles at mark 0; what it is worth counts by rule.
 */
export const unsettled = (line: Line, instrument: Instrument): bigint =>
  isLiveOption(instrument) ? -line.cost : BigInt(line.lots) * instrument.lotValue - line.cost;

/** Whether a line is margined by the rates of frames: not in a portfolio, and no option ever. */
export const isByRates = (bucket: Pick<Bucket, 'id'>, instrument: Instrument): boolean =>
  bucketKind(bucket.id) !== 'portfolio' && !isLiveOption(instrument);

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
  const money = { free: -bucket.debt, initial: 0n };
  const view = { ...money, priced: true, ruled: true, validUntil: Infinity };
  countBalances(market, bucket, view);
  let settling = 0n;
  let rest = 0n;
  const lines = linesWith(bucket, trial);
  for (const line of lines) {
    const instrument = instrumentAt(market, line.instrument);
    if (!instrument?.isPriced) {
      view.priced = false;
      continue;
    }
    view.validUntil = Math.min(view.validUntil, instrument.validUntil);
    if (instrument.terms) countPricesBehind(market, instrument, view);
    const total = unsettled(line, instrument);
    const part = round ? settlingPart(bucket, line, round, instrument) : 0n;
    settling += part;
    rest += total - part;
    if (!isByRates(bucket, instrument)) continue;
    const worst = worstExposure(line.lots, line.buys, line.sells);
    view.initial += required(worst, instrument, instrument.initialPpm);
  }
  const value = countByRules(market, bucket, lines, view);
  // an option's value is none of what a round settles: what is owed stands against what is due
  if (value < 0n) rest += value;
  else view.free += value;
  view.free += loss(settling) + loss(rest) + pendingLosses(market, bucket, round, trial);
  return view;
}

/** A dated instrument is as well priced as what it hangs on. */
function countPricesBehind(market: Market, instrument: Instrument, view: InitialView): void {
  for (const behind of pricesBehind(market, instrument)) {
    view.priced &&= behind.isPriced;
    view.validUntil = Math.min(view.validUntil, behind.validUntil);
  }
}

/**
 * Adds the requirement of what portfolio parameters margin.
 *
 * @returns net value of the options that counts; 0 where it cannot be said
 */
function countByRules(
  market: Market,
  bucket: Bucket,
  lines: readonly Line[],
  view: InitialView,
): bigint {
  const isPortfolio = bucketKind(bucket.id) === 'portfolio';
  if (!view.priced || !isByRules(market, isPortfolio, lines)) return 0n;
  const found = inForce(market, bucket);
  if (!found) {
    view.ruled = false;
    return 0n;
  }
  const { underlyings } = holdingsOf(market, bucket, lines);
  const held = {
    time: market.frameTime,
    whole: wholeOf(market, bucket),
    equity: 0n,
    settlementPpm: PPM,
    underlyings,
  };
  if (isPortfolio) {
    const { initial, netOptionValue } = portfolioRequirement(held, found.model);
    view.initial += initial;
    return netOptionValue;
  }
  view.initial += optionsRequirement(held, found.model).initial;
  return owedValue(underlyings);
}

/** Smallest units of one whole unit of the asset that a bucket settles in. */
export function wholeOf(market: Market, bucket: Bucket): bigint {
  const settlement = settlementOf(market, bucket);
  return (settlement === null ? null : market.assets[settlement])?.whole ?? 1n;
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
      if (!pricing?.instrument.isPriced) continue;
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
    if (!instrument) continue;
    sum += pendingLoss(bucket, leg, instrument, round?.marks.get(leg.instrument));
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
