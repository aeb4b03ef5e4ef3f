import { floorDiv, PPM } from '@ringfence/money';
import type { AssetId } from '@ringfence/kernel';
import { cashIn } from './cash.js';
import type { Round } from './round-state.js';
import type { AccountsState, Bucket } from './state.js';

const PPM_BIG = BigInt(PPM);

/**
 * What the free collateral of a bucket in other assets is worth in the settlement asset, after
 * haircut, at a round's values;
 * each asset rounded down.
 *
 * @param released  of each asset, what is about to become free too; asset number → smallest units
 * @returns smallest units of the settlement asset, ≥ 0
 */
export function otherCollateral(
  state: AccountsState,
  bucket: Bucket,
  settlement: AssetId,
  values: Round['collateral'],
  released?: ReadonlyMap<AssetId, bigint>,
): bigint {
  let sum = 0n;
  for (const { asset, available } of cashIn(state.cash, bucket.cash)) {
    if (asset === settlement) continue;
    const amount = available + (released?.get(asset) ?? 0n);
    if (amount === 0n) continue;
    const listed = values.find((each) => each.asset === asset);
    if (!listed) continue;
    const kept = BigInt(PPM - listed.haircutPpm);
    sum += floorDiv(amount * listed.value * kept, 10n ** BigInt(listed.scale) * PPM_BIG);
  }
  return sum;
}
