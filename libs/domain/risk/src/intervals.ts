import { PPM, ceilDiv, floorDiv } from '@ringfence/money';
import { pricingOf, settlementOf } from './collateral.js';
import { worstExposure } from '@ringfence/margin';
import {
  bucketAt,
  triggersOf,
  type Bucket,
  type Instrument,
  type Rates,
  type RiskState,
} from './state.js';
import { push } from './triggers.js';
import type { ByRates } from './evaluation.js';

const PPM_BIG = BigInt(PPM);
const TICKS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** What one price moves in a bucket. Slopes are millionths of a smallest unit per tick. */
interface Driver {
  readonly instrument: Instrument;
  /** of positions, signed */
  equity: bigint;
  /**
   * of pending legs that would be lost in full on the way: buys when the price falls, sells when
   * it rises; ≥ 0
   */
  buys: bigint;
  sells: bigint;
  /** of pending legs that lose now, signed */
  losing: bigint;
  /** |worst exposure| × unit: times a rate in ppm it is the slope of that requirement */
  worst: bigint;
  /** ppm: the call rate up to which the intervals hold; at least today's */
  guard: bigint;
  /** of collateral after haircut, ≥ 0: rounded up and down */
  collateralUp: bigint;
  collateralDown: bigint;
}
type Level = keyof Pick<Rates, 'maintenancePpm' | 'callPpm' | 'initialPpm'> | 'guard';

/** A level that matters, and how far equity is above (≥ 0) or below (< 0) its requirement. */
interface Condition {
  readonly level: Level;
  readonly slack: bigint;
}

/** Of what a healthy bucket has above its call level: one part in so many for funding, */
const RESERVE_PART = 8n;
/** and of the rest one in so many for rates that rise; prices get what is left. */
const GUARD_PART = 2n;
/** beyond so many times today's rate a guard is worth nothing */
const GUARD_MAX = 4n;

/**
 * Sets the prices and rates at which a bucket must be looked at again: as long as every price that
 * moves it stays in its interval and every call rate below its guard, no level that matters is
 * crossed, whatever the others do inside theirs.
 *
 * Equity is concave in each price (a pending leg only ever costs), so a level that is met is
 * guarded by the steepest slopes on the way down, and one that is not by the tangent. All prices
 * may move by the same share of themselves; the narrowest level holds. What a healthy bucket has
 * above its call level is shared out: a reserve for funding, a guard for rates, the rest for
 * prices. A called bucket is looked at with every step of a rate.
 *
 * @source DESIGN 6.4: do not re-evaluate what cannot have changed state
 */
export function arm(state: RiskState, slot: number, evaluated: ByRates): void {
  const bucket = bucketAt(state.book, slot);
  const { standing } = bucket;
  const drivers = driversOf(state, bucket);
  if (drivers.length === 0) return;
  const { equity, maintenance, initial, call } = evaluated;
  const conditions: Condition[] = [];
  if (standing.call > 0 || evaluated.level === 'called') {
    conditions.push({ level: 'callPpm', slack: equity - call });
    conditions.push({ level: 'maintenancePpm', slack: equity - maintenance });
    conditions.push({ level: 'initialPpm', slack: equity - initial });
  } else {
    standing.reserve = (equity - call) / RESERVE_PART;
    const rest = equity - call - standing.reserve;
    conditions.push({ level: 'guard', slack: rest - guard(drivers, rest / GUARD_PART, call) });
  }
  const rounded = BigInt(bucket.lines.length + bucket.balances.length);
  const lows = drivers.map(() => 0n);
  const highs = drivers.map(() => TICKS_MAX);
  for (const condition of conditions) narrow(drivers, condition, rounded, lows, highs);
  drivers.forEach((driver, i) => wait(state, slot, driver, [lows[i] ?? 0n, highs[i] ?? TICKS_MAX]));
}

/** Puts a bucket's limits for one instrument where the next frame finds them. */
function wait(
  { book, work }: RiskState,
  slot: number,
  { instrument, worst, guard }: Driver,
  [lowest, highest]: readonly [bigint, bigint],
): void {
  const { evaluation } = bucketAt(book, slot).standing;
  const valid = (of: number, number: number): boolean =>
    book.buckets[of]?.standing.evaluation === number;
  const triggers = triggersOf(work, instrument.id);
  const low = Number(lowest);
  const high = Number(highest);
  if (low > 0) push(triggers.below, { key: -low, slot, evaluation }, valid);
  if (high < Number.MAX_SAFE_INTEGER) push(triggers.above, { key: high, slot, evaluation }, valid);
  if (worst > 0n) push(triggers.dearer, { key: Number(guard), slot, evaluation }, valid);
}

/**
 * Raises the guards of all instruments by the same share, so that the call level at them costs at
 * most `part` more than now.
 *
 * @returns what it costs more, in smallest units, rounded up
 */
function guard(drivers: readonly Driver[], part: bigint, call: bigint): bigint {
  let more = 0n;
  if (call === 0n) return more;
  for (const driver of drivers) {
    const { callPpm, mark } = driver.instrument;
    const now = BigInt(callPpm);
    driver.guard = lesser(now + (now * part) / call, now * GUARD_MAX);
    more += ceilDiv(driver.worst * BigInt(mark) * (driver.guard - now), PPM_BIG);
  }
  return more;
}

/** Takes off the intervals what one condition does not allow. */
function narrow(
  drivers: readonly Driver[],
  { level, slack }: Condition,
  rounded: bigint,
  lows: bigint[],
  highs: bigint[],
): void {
  const met = slack >= 0n;
  const room = (met ? slack : -slack) - rounded;
  let total = 0n;
  const costs = drivers.map((driver) => {
    const cost = met ? costOfLosing(driver, level) : costOfReaching(driver, level);
    const most = cost.fall > cost.rise ? cost.fall : cost.rise;
    if (most > 0n) total += most * weightOf(driver);
    return cost;
  });
  if (total === 0n) return;
  drivers.forEach((driver, i) => {
    const { fall, rise } = costs[i] ?? NO_COST;
    if (fall <= 0n && rise <= 0n) return;
    const ticks = room > 0n ? (room * PPM_BIG * weightOf(driver)) / total : 0n;
    const mark = BigInt(driver.instrument.mark);
    if (fall > 0n) lows[i] = greater(lows[i] ?? 0n, mark - ticks);
    if (rise > 0n) highs[i] = lesser(highs[i] ?? TICKS_MAX, mark + ticks);
  });
}

/** What a tick down and a tick up may bring a level nearer to its other side; at most 0: never. */
interface Cost {
  readonly fall: bigint;
  readonly rise: bigint;
}
const NO_COST: Cost = { fall: 0n, rise: 0n };

function costOfLosing(driver: Driver, level: Level): Cost {
  const slope = driver.equity - driver.worst * rateOf(driver, level);
  return {
    fall: slope + driver.buys + driver.collateralUp,
    rise: driver.sells - slope - driver.collateralDown,
  };
}
function costOfReaching(driver: Driver, level: Level): Cost {
  const { losing, collateralUp, collateralDown } = driver;
  const slope = driver.equity + losing - driver.worst * rateOf(driver, level);
  return { fall: -slope - collateralDown, rise: slope + collateralUp };
}

const rateOf = ({ guard, instrument }: Driver, level: Level): bigint =>
  level === 'guard' ? guard : BigInt(instrument[level]);
/** Prices move by shares of themselves; one that never had a mark gets a tick. */
const weightOf = ({ instrument }: Driver): bigint => BigInt(instrument.mark || 1);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function driversOf({ market }: RiskState, bucket: Bucket): Driver[] {
  const drivers: Driver[] = [];
  for (const line of bucket.lines) {
    const instrument = market.instruments[line.instrument];
    if (!instrument) continue;
    const driver = driverOf(drivers, instrument);
    const worst = worstExposure(line.lots, line.buys, line.sells);
    driver.equity = BigInt(line.lots) * instrument.unit * PPM_BIG;
    driver.worst = BigInt(worst < 0 ? -worst : worst) * instrument.unit;
  }
  for (const leg of bucket.legs) {
    const instrument = market.instruments[leg.instrument];
    if (!leg.counts || leg.price === 0 || !instrument) continue;
    const driver = driverOf(drivers, instrument);
    const slope = BigInt(leg.lots) * instrument.unit * PPM_BIG;
    const moved = instrument.mark - leg.price;
    if (leg.lots > 0) driver.buys += slope;
    else driver.sells -= slope;
    if (leg.lots > 0 ? moved < 0 : moved > 0) driver.losing += slope;
  }
  addCollateral(market, bucket, drivers);
  return drivers;
}

function addCollateral(market: RiskState['market'], bucket: Bucket, drivers: Driver[]): void {
  const settlement = settlementOf(market, bucket);
  for (const balance of bucket.balances) {
    if (balance.asset === settlement || balance.amount === 0n) continue;
    const pricing = pricingOf(market, balance, settlement);
    if (!pricing) continue;
    const { asset, instrument } = pricing;
    const driver = driverOf(drivers, instrument);
    const slope = balance.amount * instrument.tickUnits * BigInt(PPM - asset.haircutPpm);
    driver.collateralUp += ceilDiv(slope, asset.whole);
    driver.collateralDown += floorDiv(slope, asset.whole);
  }
}

function driverOf(drivers: Driver[], instrument: Instrument): Driver {
  const known = drivers.find((driver) => driver.instrument === instrument);
  if (known) return known;
  const guard = BigInt(instrument.callPpm);
  const zero = { equity: 0n, buys: 0n, sells: 0n, losing: 0n, worst: 0n, guard };
  const driver = { instrument, ...zero, collateralUp: 0n, collateralDown: 0n };
  drivers.push(driver);
  return driver;
}
