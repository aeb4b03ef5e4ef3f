import type { Print } from '@ringfence/kernel';
import { pricingOf, settlementOf, valueOf } from './collateral.js';
import { pendingLoss } from './figures.js';
import type { Bucket, RiskState } from './state.js';

/** `total`: cash and other collateral after haircut; `priced`: the part of it that marks move. */
export function collateralOf(
  { market }: RiskState,
  bucket: Bucket,
  print: Print,
): { total: bigint; priced: bigint } {
  const settlement = settlementOf(market, bucket);
  let total = 0n;
  let priced = 0n;
  for (const balance of bucket.balances) {
    print.int(balance.asset).big(balance.amount);
    if (balance.asset === settlement) {
      total += balance.amount;
      continue;
    }
    const pricing = pricingOf(market, balance, settlement);
    if (!pricing) continue;
    print.int(pricing.instrument.mark).int(pricing.asset.haircutPpm);
    const value = valueOf(balance.amount, pricing);
    total += value;
    priced += value;
  }
  return { total, priced };
}

export function pendingOf({ market }: RiskState, bucket: Bucket, print: Print): bigint {
  let losses = 0n;
  for (const leg of bucket.legs) {
    const instrument = market.instruments[leg.instrument];
    if (!leg.counts || !instrument) continue;
    print.int(leg.reservation).int(leg.lots).int(leg.price);
    losses += pendingLoss(bucket, leg, instrument, undefined);
  }
  return losses;
}
