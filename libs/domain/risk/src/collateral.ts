import type { AssetId } from '@ringfence/kernel';
import { collateralValue } from '@ringfence/margin';
import { pricerOf } from './market.js';
import {
  domainOf,
  type Asset,
  type Balance,
  type Bucket,
  type Instrument,
  type Market,
} from './state.js';

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
