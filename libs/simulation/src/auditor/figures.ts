import type { EventOf } from '@ringfence/contracts';
import { present, type InstrumentId } from '@ringfence/kernel';
import type { Book, Bucket } from './book.js';
import { worthNow, type Listing, type Prices, type Quote } from './listing.js';
import { lossOf, magnitude, ppmUp } from './shares.js';

/** What one risk lane knew when it judged: accounts and prices exactly as far as it had read. */
export interface Sight {
  readonly listing: Listing;
  readonly prices: Prices;
  readonly book: Book;
}
/** A leg on trial: besides what is pending, or as if it were applied. */
export interface Trial {
  readonly leg: EventOf<'LegReserved'>;
  readonly applied: boolean;
}
/** One instrument of a bucket: held, and the worst that its pending legs can make of it. */
export interface Exposure {
  readonly instrument: InstrumentId;
  readonly lots: number;
  readonly cost: bigint;
  readonly worst: number;
  readonly quote: Quote | undefined;
  readonly unit: bigint;
}
type Level = 'maintenancePpm' | 'callPpm' | 'initialPpm' | 'releasePpm';

/** Legs that count as pending: passed, or in need of no gate; and the one on trial. */
function pendingLegs(bucket: Bucket, trial: Trial | null): EventOf<'LegReserved'>[] {
  const legs: EventOf<'LegReserved'>[] = [];
  for (const { leg, counts } of bucket.legs.values()) {
    if (counts || (trial?.leg === leg && !trial.applied)) legs.push(leg);
  }
  return legs;
}

/**
 * A pending leg is neither a position nor a hedge: all buys may come, or all sells, or none; the
 * largest exposure counts.
 */
export function exposuresOf(
  { listing, prices }: Sight,
  bucket: Bucket,
  trial: Trial | null,
): Exposure[] {
  const pending = pendingLegs(bucket, trial);
  const applied = trial?.applied ? trial.leg : null;
  const instruments = new Set([
    ...bucket.lines.keys(),
    ...pending.map((leg) => leg.instrument),
    ...(applied ? [applied.instrument] : []),
  ]);
  return [...instruments].map((instrument) => {
    const { unit } = listing.instrument(instrument);
    const line = bucket.lines.get(instrument);
    let lots = line?.lots ?? 0;
    let cost = line?.cost ?? 0n;
    if (applied?.instrument === instrument) {
      lots += applied.lots;
      cost += BigInt(applied.lots) * BigInt(applied.price) * unit;
    }
    const here = pending.filter((leg) => leg.instrument === instrument).map((leg) => leg.lots);
    const buys = here.filter((each) => each > 0).reduce((all, each) => all + each, 0);
    const sells = here.filter((each) => each < 0).reduce((all, each) => all + each, 0);
    const worst = [lots + buys, lots + sells].reduce(
      (worse, each) => (Math.abs(each) > Math.abs(worse) ? each : worse),
      lots,
    );
    return { instrument, lots, cost, worst, quote: prices.quotes.get(instrument), unit };
  });
}

const required = ({ worst, quote, unit }: Exposure, level: Level): bigint =>
  quote ? ppmUp(magnitude(worst) * BigInt(quote.price) * unit, quote[level]) : 0n;
const profit = ({ lots, cost, quote, unit }: Exposure): bigint =>
  quote ? BigInt(lots) * BigInt(quote.price) * unit - cost : 0n;

/** Cash available and other collateral after haircut. */
function collateralOf({ listing, prices }: Sight, bucket: Bucket): bigint {
  if (!prices.knows(bucket.id)) return 0n;
  const domain = present(listing.domainOf(bucket.id), 'a margin bucket');
  const settlement = listing.settlement(domain);
  let total = 0n;
  for (const [asset, { available }] of bucket.pots) {
    const held = { asset, amount: available };
    total += asset === settlement ? available : worthNow(held, settlement, { listing, prices });
  }
  return total;
}

/** The round that the lane joined and that has not settled this bucket. */
function openRound({ listing, book }: Sight, bucket: Bucket) {
  const round = book.round(present(listing.domainOf(bucket.id), 'a margin bucket'));
  const open = round.joined > round.reported && round.joined > bucket.settled;
  return open ? round : null;
}

/** What pending legs would lose now; while a round is open, at its marks and since, each alone. */
function pendingLosses(sight: Sight, bucket: Bucket, trial: Trial | null, split: boolean): bigint {
  const round = split ? openRound(sight, bucket) : null;
  let total = 0n;
  for (const leg of pendingLegs(bucket, trial)) {
    const quote = sight.prices.quotes.get(leg.instrument);
    if (leg.price === 0 || !quote) continue;
    const perTick = BigInt(leg.lots) * sight.listing.instrument(leg.instrument).unit;
    const middle = round?.marks.get(leg.instrument)?.price ?? leg.price;
    total +=
      lossOf(perTick * BigInt(middle - leg.price)) + lossOf(perTick * BigInt(quote.price - middle));
  }
  return total;
}

export interface InitialFigures {
  readonly free: bigint;
  readonly initial: bigint;
  readonly priced: boolean;
  /** a mark that matters is older than it may be */
  readonly stale: boolean;
}
/**
 * Initial view: available cash + other collateral after haircut − debt + losses of positions (gains
 * only against losses of the same bucket, and separately for what an open round will settle) and of
 * pending legs; against the initial requirement of the worst exposures.
 */
export function initialFigures(sight: Sight, bucket: Bucket, trial: Trial | null): InitialFigures {
  const exposures = exposuresOf(sight, bucket, trial).filter(
    ({ lots, worst, cost }) => lots !== 0 || worst !== 0 || cost !== 0n,
  );
  const round = openRound(sight, bucket);
  let settling = 0n;
  let rest = 0n;
  for (const exposure of exposures) {
    const line = bucket.lines.get(exposure.instrument);
    const mark = round?.marks.get(exposure.instrument)?.price;
    let part = 0n;
    if (round && line && mark !== undefined) {
      const { lots, cost } = line.before(round.joined);
      part = BigInt(lots) * BigInt(mark) * exposure.unit - cost;
    }
    settling += part;
    rest += profit(exposure) - part;
  }
  const losses = lossOf(settling) + lossOf(rest) + pendingLosses(sight, bucket, trial, true);
  const { now } = sight.prices;
  return {
    free: collateralOf(sight, bucket) - bucket.debt + losses,
    initial: exposures.reduce((all, each) => all + required(each, 'initialPpm'), 0n),
    priced: exposures.every(({ quote }) => quote !== undefined),
    stale: exposures.some(({ quote }) => quote !== undefined && quote.validUntil < now),
  };
}

/** Maintenance view: unsettled gains, what is due and what is claimed count, less debt. */
export function maintenanceFigures(sight: Sight, bucket: Bucket) {
  const exposures = exposuresOf(sight, bucket, null);
  const total = (level: Level): bigint =>
    exposures.reduce((all, each) => all + required(each, level), 0n);
  const collateral = collateralOf(sight, bucket);
  const pnl = exposures.reduce((all, each) => all + profit(each), 0n);
  const { due, claim, debt } = bucket;
  return {
    collateral,
    debt,
    equity: collateral + due + claim - debt + pnl + pendingLosses(sight, bucket, null, false),
    free: initialFigures(sight, bucket, null).free,
    maintenance: total('maintenancePpm'),
    call: total('callPpm'),
    initial: total('initialPpm'),
    release: total('releasePpm'),
  };
}

/** What each line of an evaluation must say. */
export function lineFigures(sight: Sight, bucket: Bucket) {
  return exposuresOf(sight, bucket, null).map((exposure) => {
    const { instrument, lots, worst, quote } = exposure;
    const initial = required(exposure, 'initialPpm');
    const maintenance = required(exposure, 'maintenancePpm');
    const size = Math.abs(worst);
    return {
      instrument,
      lots,
      worst: size,
      mark: quote?.price ?? 0,
      initial,
      maintenance,
      pnl: profit(exposure),
    };
  });
}
