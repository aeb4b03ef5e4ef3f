import type { EventOf } from '@ringfence/contracts';
import { accountId, cross, type AccountId, type DomainId, type MemberId } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  ceilTo,
  decimal,
  decimalOf,
  floorTo,
  parseRate,
  placesOf,
  sumOf,
  tenTo,
  wholeUnits,
  type DecimalFigure,
} from '@ringfence/money';
import type { Input } from '../input.js';
import { factsOf, type Folded } from './lane-run.js';
import {
  INSTRUMENT,
  listInstrument,
  newLiquidation,
  SETTLEMENT_PLACES,
  type Liquidation,
} from './reference-facts.js';
import type { Played } from './run-events.js';

const DOMAIN = 1 as DomainId;
const BUCKET = cross(DOMAIN);
const CLIENT = accountId(0, 5);
const WALL = accountId(0, 3);
/** A lot is the ninth decimal of a base unit, the place that published sizes are cut to. */
const LOT_PLACES = 9;
/** The house rounds a slice up to a lot where the published figure is cut down. */
export const ONE_LOT = { abs: '0.000000001', rel: '0' };
/** Settlement units per lot and tick, in places: a rate in ppm of any notional is then whole. */
const UNIT_PLACES = 6;
const LOTS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** A position in trouble, in base units and quote. */
interface Trouble {
  /** signed */
  readonly position: DecimalFigure;
  readonly price: DecimalFigure;
  readonly equity: DecimalFigure;
  /** requirement that a close-out comes back to */
  readonly marginRatio: DecimalFigure;
  /** all fees of notional */
  readonly fee: DecimalFigure;
}

/** A breached bucket at one tick: the slice that the lane sizes is the size that cures. */
function sliceOf(
  trouble: Trouble,
): { run: Liquidation; sized: (folded: Folded) => DecimalFigure } | null {
  const { position, price, equity, marginRatio, fee } = trouble;
  const tickPlaces = placesOf(price);
  const places = LOT_PLACES + tickPlaces + UNIT_PLACES;
  const [initialPpm, closeOutFeePpm] = [parseRate(marginRatio.toFixed()), parseRate(fee.toFixed())];
  if (typeof initialPpm !== 'number' || typeof closeOutFeePpm !== 'number') return null;
  if (placesOf(position) > LOT_PLACES || placesOf(equity) > places) return null;
  const lots = wholeUnits(position, LOT_PLACES);
  if (lots > LOTS_MAX || lots < -LOTS_MAX || price.eq(DECIMAL_ZERO)) return null;
  const run = newLiquidation(1);
  const mark = Number(wholeUnits(price, tickPlaces));
  const unit = 10n ** BigInt(UNIT_PLACES);
  listInstrument(run, DOMAIN, { price: mark, initialPpm, closeOutFeePpm, unit });
  run.see('accounts', wallOpened());
  const needed = position.abs().times(price).times(marginRatio).times(tenTo(places));
  const initial = BigInt(ceilTo(needed, 0).toFixed());
  const own = wholeUnits(equity, places);
  breach(run, { lots: Number(lots), mark, initial, equity: own });
  const sized = (folded: Folded): DecimalFigure => {
    const slices = factsOf(folded, 'SliceSized').map((slice) => BigInt(Math.abs(slice.lots)));
    const sum = slices.reduce((total, each) => total + each, 0n);
    return decimalOf(sum).div(tenTo(LOT_PLACES));
  };
  return { run, sized };
}

/** A position as risk saw it. */
interface Breached {
  readonly lots: number;
  readonly mark: number;
  readonly initial: bigint;
  readonly equity: bigint;
}

/** Evaluated and breached; then an even tick, on which slices are sized. */
function breach(run: Liquidation, position: Breached): void {
  const { equity, initial } = position;
  run.see('risk', evaluated(position));
  run.see('risk', breached({ equity, initial }));
  run.see('reference', tickOf(2));
}

export const breached = (
  of: Pick<Breached, 'equity' | 'initial'>,
): EventOf<'MaintenanceBreached'> => ({
  type: 'MaintenanceBreached',
  account: CLIENT,
  bucket: BUCKET,
  frame: 1,
  equity: of.equity,
  maintenance: of.initial,
});
export const tickOf = (tick: number): EventOf<'Ticked'> => ({
  type: 'Ticked',
  tick,
  time: tick,
  outageMs: 0,
  source: 'case',
});

/** The wall that slices trade with. */
export const wallOpened = (): EventOf<'AccountOpened'> => ({
  type: 'AccountOpened',
  account: WALL as AccountId,
  member: 0 as MemberId,
  owner: '',
  class: 'liquidity',
  domain: DOMAIN,
  reference: '',
});

/** The bucket as risk evaluated it. */
export function evaluated(position: Breached): EventOf<'MarginEvaluated'> {
  const { lots, mark, initial, equity } = position;
  const line = { instrument: INSTRUMENT, lots, worst: lots, mark, pnl: 0n };
  const levels = { maintenance: initial, call: initial, initial, release: initial };
  return {
    type: 'MarginEvaluated',
    account: CLIENT,
    bucket: BUCKET,
    level: 'breached',
    lines: [{ ...line, initial, maintenance: initial }],
    collateral: 0n,
    debt: 0n,
    equity,
    free: 0n,
    ...levels,
    delta: 0n,
    liquidationPrice: null,
    accountsSeq: 0,
    frame: 1,
    inputs: 0n,
  };
}

/** A long far larger than what has to be closed, short by exactly the shortage of the case. */
export function sizeThroughEvents(input: Input): Played | null {
  if (!input.figureOr('quotePrice', DECIMAL_ONE).eq(DECIMAL_ONE)) return null;
  const marginRatio = input.figure('marginRatio');
  const fee = input
    .figureOr('liquidatorFee', DECIMAL_ZERO)
    .plus(input.figureOr('insuranceFee', DECIMAL_ZERO));
  const price = input.figure('price');
  const freed = price.times(marginRatio.minus(fee));
  const shortage = input.figure('shortage');
  if (shortage.lte(DECIMAL_ZERO) || price.eq(DECIMAL_ZERO)) return null;
  const size = freed.gt(DECIMAL_ZERO) ? floorTo(shortage.div(freed), 0) : DECIMAL_ONE;
  const position = size.times(decimal('3')).plus(decimal('10'));
  const equity = position.times(price).times(marginRatio).minus(shortage);
  const slice = sliceOf({ position, price, equity, marginRatio, fee });
  if (!slice) return null;
  const answer = (sized: DecimalFigure) => (sized.eq(position) ? 'whole-position' : sized);
  return {
    run: slice.run,
    read: (folded) => ({ size: answer(slice.sized(folded)) }),
    tolerance: ONE_LOT,
  };
}

/** The bucket of the case itself: how much of it the lane closes. */
export function endToEndThroughEvents(input: Input): Played | null {
  if (input.has('wholePosition') && input.flag('wholePosition')) return null;
  const [position, price] = [input.figure('position'), input.figure('price')];
  const quote = position.times(input.figure('entry')).times('-1');
  const slice = sliceOf({
    position,
    price,
    equity: input.figure('collateral').plus(quote).plus(position.times(price)),
    marginRatio: input.figure('maintenanceRate').plus(input.figure('buffer')),
    fee: input
      .figureOr('liquidatorFee', DECIMAL_ZERO)
      .plus(input.figureOr('insuranceFee', DECIMAL_ZERO)),
  });
  if (!slice) return null;
  return {
    run: slice.run,
    read: (folded) => ({ liquidated: slice.sized(folded) }),
    tolerance: ONE_LOT,
  };
}

const PPM = 1_000_000n;

/**
 * One lot that is worth the requested fee, at a fee of all of its notional: the slice that closes
 * it is charged what is there, and what is charged is what the fill credits.
 */
export function feeThroughEvents(input: Input): Played | null {
  const requested = input.units('requestedFee', SETTLEMENT_PLACES);
  const available = input.units('available', SETTLEMENT_PLACES);
  if (requested <= 0n) return null;
  // high enough that whatever is available does not meet it
  const rate = (available > 0n ? available / requested + 2n : 1n) * PPM;
  if (rate > LOTS_MAX) return null;
  const run = newLiquidation(1);
  const rates = { initialPpm: Number(rate), closeOutFeePpm: Number(PPM) };
  listInstrument(run, DOMAIN, { price: 1, ...rates, unit: requested });
  run.see('accounts', wallOpened());
  breach(run, { lots: 1, mark: 1, initial: (requested * rate) / PPM, equity: available });
  const charged = (folded: Folded): DecimalFigure =>
    sumOf(factsOf(folded, 'SliceSized').map(({ fee }) => decimalOf(fee))).div(
      tenTo(SETTLEMENT_PLACES),
    );
  return { run, read: (folded) => ({ charged: charged(folded) }) };
}
