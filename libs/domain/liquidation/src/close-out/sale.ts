import { closeOutKey } from '../close-out-key.js';
import type { EventOf } from '@ringfence/contracts';
import type { AccountId, AssetId, DomainId } from '@ringfence/kernel';
import { collateralValue } from '@ringfence/margin';
import { PPM, ceilDiv } from '@ringfence/money';
import { type CloseOut, type LiquidationState } from '../state.js';
import { domainOf } from './standing.js';

type SaleOrdered = EventOf<'SaleOrdered'>;
/** A wall that may buy, with the settlement units that it can spend. */
interface Buyer {
  readonly buyer: AccountId;
  readonly to: SaleOrdered['to'];
  readonly funds: bigint;
}
/** What an amount of an asset is sold for, as a rising function and its inverse. */
interface Rate {
  readonly price: number;
  readonly valueNumerator: bigint;
  readonly valueDenominator: bigint;
  readonly haircutPpm: number;
}

/**
 * Orders the sale of other collateral for a settlement debt that the bucket's cash does not cover.
 *
 * As much as is missing, at the frame's price less haircut, asset by asset in their order. For
 * `saleTicks` from the first order to the liquidity wall with the most money, then to insurance;
 * what nobody has money for waits.
 *
 * @param tick  even; one order per bucket and tick
 * @returns the order without its number, or null
 * @source DESIGN 6.3
 */
export function planSale(
  state: LiquidationState,
  closeOut: CloseOut,
  tick: number,
): Omit<SaleOrdered, 'sale'> | null {
  const { account, bucket } = closeOut;
  const key = closeOutKey(closeOut);
  const debt = state.accounts.debts.get(key) ?? 0n;
  if (debt === 0n || closeOut.sale > 0 || closeOut.soldTick >= tick) return null;
  const domain = domainOf(state, bucket);
  const settlement = domain === undefined ? undefined : state.reference.domains.get(domain);
  const cash = state.accounts.buckets.get(key);
  if (domain === undefined || settlement === undefined || !cash) return null;
  const missing = debt - (cash.get(settlement) ?? 0n);
  const buyer = missing > 0n ? buyerFor(state, closeOut, domain, tick) : null;
  if (!buyer) return null;
  for (const asset of [...cash.keys()].sort((a, b) => a - b)) {
    const rate = asset === settlement ? null : rateOf(state, asset, settlement);
    const part = rate && partFor(rate, { missing, ...buyer, available: cash.get(asset) ?? 0n });
    if (!part) continue;
    const { buyer: by, to } = buyer;
    return { type: 'SaleOrdered', account, bucket, asset, ...part, buyer: by, to, tick };
  }
  return null;
}

/** Who is asked: see `planSale`. */
function buyerFor(
  state: LiquidationState,
  closeOut: CloseOut,
  domain: DomainId,
  tick: number,
): Buyer | null {
  const settlement = state.reference.domains.get(domain);
  const richest = (walls: readonly AccountId[] = [], to: Buyer['to']): Buyer | null => {
    let best: Buyer | null = null;
    for (const buyer of walls) {
      if (buyer === closeOut.account || settlement === undefined) continue;
      const funds = state.accounts.walls.get(buyer)?.get(settlement) ?? 0n;
      if (!best || funds > best.funds) best = { buyer, to, funds };
    }
    return best;
  };
  const liquidity = richest(state.accounts.liquidity.get(domain), 'liquidity');
  const { saleSince } = closeOut;
  const isEarly = saleSince === 0 || tick - saleSince < state.reference.saleTicks;
  // its refusals are what the waiting time is counted from, so it is asked even without money
  if (liquidity && isEarly) return liquidity;
  const insurance = richest(state.accounts.insurance.get(domain), 'insurance');
  return [insurance, liquidity].find((each) => each && each.funds > 0n) ?? null;
}

/** What an asset is sold for in a settlement asset; null when nothing prices it in that. */
export function rateOf(state: LiquidationState, asset: AssetId, settlement: AssetId): Rate | null {
  const known = state.reference.assets.get(asset);
  const symbol = known ? state.reference.symbols.get(known.pricedBy) : undefined;
  const instrument = symbol === undefined ? undefined : state.reference.instruments.get(symbol);
  if (!known || !instrument || instrument.price === 0) return null;
  if (instrument.settlement !== settlement || known.haircutPpm >= PPM) return null;
  return {
    price: instrument.price,
    valueNumerator: instrument.tickUnits,
    valueDenominator: 10n ** BigInt(known.scale),
    haircutPpm: known.haircutPpm,
  };
}

/**
 * The least amount that brings what is missing, unless there is less of it or the buyer has money
 * for less; a buyer without money for any is asked for all, so that its lane refuses on record.
 */
function partFor(
  rate: Rate,
  of: { readonly missing: bigint; readonly funds: bigint; readonly available: bigint },
): { amount: bigint; proceeds: bigint } | null {
  const scale = rate.valueDenominator * BigInt(PPM);
  const divisor = BigInt(rate.price) * rate.valueNumerator * BigInt(PPM - rate.haircutPpm);
  const needed = ceilDiv(of.missing * scale, divisor);
  const wanted = needed < of.available ? needed : of.available;
  const affordable = (of.funds * scale) / divisor;
  const amount = affordable > 0n && affordable < wanted ? affordable : wanted;
  if (amount <= 0n) return null;
  const proceeds = collateralValue({ ...rate, amount });
  return proceeds > 0n ? { amount, proceeds } : null;
}
