import { invariant } from '@ringfence/kernel';
import { DECIMAL_ZERO, Decimal, lesser, positivePart, type DecimalFigure } from '@ringfence/money';

/** A price that moves by more than this within the horizon stops trading for an auction. */
export interface PriceBand {
  readonly horizonMinutes: DecimalFigure;
  readonly movePercent: DecimalFigure;
  readonly auctionMinutes: DecimalFigure;
}

/**
 * The band of a table that a horizon and a move name.
 *
 * @returns `null` when the table has no such band
 * @source rules/guards, price-bands
 */
export function bandFor(
  bands: readonly PriceBand[],
  setting: { readonly horizonMinutes: DecimalFigure; readonly movePercent: DecimalFigure },
): PriceBand | null {
  const found = bands.find(
    (band) =>
      band.horizonMinutes.eq(setting.horizonMinutes) && band.movePercent.eq(setting.movePercent),
  );
  return found ?? null;
}

/** One closed leg, charged to the domain in which it arose. */
export interface ClosedLeg {
  readonly domain: string;
  /** signed; gains change nothing here */
  readonly pnl: DecimalFigure;
}
/** Who bore the losses of closed legs; by domain, every domain of a fund or a leg named. */
export interface BorneLosses {
  readonly insuranceUsed: ReadonlyMap<string, DecimalFigure>;
  readonly uncovered: ReadonlyMap<string, DecimalFigure>;
  readonly collateralLeft: DecimalFigure;
}

/**
 * Charges losses where they arose: the bucket's own collateral first, then the insurance of that
 * leg's domain only. What is left is uncovered there; no other domain pays for it.
 *
 * @param collateral  of the bucket, shared by its legs: first come
 * @param insurance   by domain
 * @source rules/guards, loss-keeps-its-origin
 */
export function bearClosedLegs(
  collateral: DecimalFigure,
  insurance: ReadonlyMap<string, DecimalFigure>,
  legs: readonly ClosedLeg[],
): BorneLosses {
  const funds = new Map(insurance);
  const insuranceUsed = new Map<string, DecimalFigure>();
  const uncovered = new Map<string, DecimalFigure>();
  const add = (to: Map<string, DecimalFigure>, domain: string, amount: DecimalFigure): void => {
    to.set(domain, amount.plus(to.get(domain) ?? DECIMAL_ZERO));
  };
  for (const domain of [...insurance.keys(), ...legs.map((leg) => leg.domain)]) {
    insuranceUsed.set(domain, DECIMAL_ZERO);
    uncovered.set(domain, DECIMAL_ZERO);
  }
  let collateralLeft = collateral;
  for (const { domain, pnl } of legs) {
    const loss = positivePart(pnl.times('-1'));
    const ofOwn = lesser(positivePart(collateralLeft), loss);
    collateralLeft = collateralLeft.minus(ofOwn);
    const fund = positivePart(funds.get(domain) ?? DECIMAL_ZERO);
    const ofFund = lesser(fund, loss.minus(ofOwn));
    funds.set(domain, fund.minus(ofFund));
    add(insuranceUsed, domain, ofFund);
    add(uncovered, domain, loss.minus(ofOwn).minus(ofFund));
  }
  return { insuranceUsed, uncovered, collateralLeft };
}

export type BucketStanding = 'healthy' | 'liquidate' | 'insolvent';

/**
 * Where a bucket stands by itself, whatever its mode and whatever other buckets hold.
 *
 * @param equity       signed
 * @param maintenance  ≥ 0; exactly met is healthy
 * @source rules/guards, status-per-bucket
 */
export function bucketStanding(equity: DecimalFigure, maintenance: DecimalFigure): BucketStanding {
  if (equity.lt(DECIMAL_ZERO)) return 'insolvent';
  const short = maintenance.gt(DECIMAL_ZERO) && equity.lt(maintenance);
  return short ? 'liquidate' : 'healthy';
}

/**
 * What becomes of an isolated bucket by its own margin alone: another bucket's gain shelters none.
 *
 * @returns `deficit` ≥ 0 stays with this bucket
 * @source rules/guards, no-shelter
 */
export function isolatedOutcome(
  margin: DecimalFigure,
  pnl: DecimalFigure,
): { readonly status: 'kept' | 'liquidated'; readonly deficit: DecimalFigure } {
  const equity = margin.plus(pnl);
  const status = equity.gt(DECIMAL_ZERO) ? 'kept' : 'liquidated';
  return { status, deficit: positivePart(equity.times('-1')) };
}

/**
 * Whether a deleveraging price hurts neither side beyond its own bankruptcy.
 *
 * @returns true from the long's bankruptcy price to the short's, both included
 * @source rules/guards, adl-price-bound
 */
export const withinBankruptcyPrices = (
  price: DecimalFigure,
  bounds: { readonly long: DecimalFigure; readonly short: DecimalFigure },
): boolean => price.gte(bounds.long) && price.lte(bounds.short);

/** A collateral price that no single thin book can set. */
export interface GuardedPrice {
  readonly price: DecimalFigure;
  /** own venue too far away: no close-out whose only cause is this collateral */
  readonly frozen: boolean;
}

/**
 * Prices collateral by the median of own venue, other venues and redemption value, and freezes it
 * while the own venue stands too far from that.
 *
 * @param deviationLimit  fraction of the price; exactly at it is not frozen
 * @throws InvariantViolation when the median is not above 0
 * @source rules/guards, collateral-price-guard
 */
export function guardedCollateralPrice(sources: {
  readonly ownVenue: DecimalFigure;
  readonly otherVenues: readonly DecimalFigure[];
  /** `null` when there is none */
  readonly redemptionValue: DecimalFigure | null;
  readonly deviationLimit: DecimalFigure;
}): GuardedPrice {
  const { ownVenue, otherVenues, redemptionValue, deviationLimit } = sources;
  const prices = [ownVenue, ...otherVenues, ...(redemptionValue ? [redemptionValue] : [])];
  const price = medianOf(prices);
  invariant(price.gt(DECIMAL_ZERO), 'collateral has a price above 0');
  const away = ownVenue.minus(price).abs();
  return { price, frozen: away.gt(deviationLimit.times(price)) };
}

function medianOf(figures: readonly DecimalFigure[]): DecimalFigure {
  const sorted = [...figures].sort((a, b) => a.cmp(b));
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  invariant(upper !== undefined && lower !== undefined, 'a price from somewhere');
  return lower.plus(upper).div(new Decimal('2'));
}
