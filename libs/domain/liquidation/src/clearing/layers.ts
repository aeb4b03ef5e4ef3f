import type { EventOf, Layer } from '@ringfence/contracts';
import type { AccountId, BucketId, DomainId, InstrumentId } from '@ringfence/kernel';
import { allot } from '@ringfence/money';
import { bucketKey, byBucket, type OfBucket } from './bucket-order.js';
import type { Close } from './deleverage.js';
import type { LaneReport } from './state.js';

export type LossAllocated = EventOf<'LossAllocated'>;
/** A named holder's claim is cut for the loss of the bucket it was closed against. */
export type NamedCut = EventOf<'RoundDecided'>['lanes'][number]['cuts'][number];

/** What of one bucket's loss is not borne yet. */
export interface OpenDeficit extends OfBucket {
  left: bigint;
  readonly borne: { readonly layer: Layer; readonly amount: bigint; readonly remaining: bigint }[];
}

/** The deficits of all lanes in bucket-id order. */
export function deficitsOf(reports: readonly LaneReport[]): OpenDeficit[] {
  return reports
    .flatMap(({ failed }) => failed)
    .filter(({ deficit }) => deficit > 0n)
    .sort(byBucket)
    .map(({ account, bucket, deficit }) => ({ account, bucket, left: deficit, borne: [] }));
}

function bear(deficit: OpenDeficit, layer: Layer, amount: bigint): void {
  if (amount === 0n) return;
  deficit.left -= amount;
  deficit.borne.push({ layer, amount, remaining: deficit.left });
}

/**
 * First layer: insurance pays deficits in their order, as far as it reaches.
 *
 * @returns what is used, 0 to `available`
 */
export function bearByInsurance(deficits: readonly OpenDeficit[], available: bigint): bigint {
  let left = available;
  for (const deficit of deficits) {
    const amount = left < deficit.left ? left : deficit.left;
    bear(deficit, 'insurance', amount);
    left -= amount;
  }
  return available - left;
}

/** A holder closed against one failing bucket, with the notional that water-filling gave it. */
interface Closed extends OfBucket {
  readonly key: string;
  weight: bigint;
}

/**
 * Second layer: what is left of a failing bucket's deficit is cut from the claims of the candidates
 * closed against it, pro rata to the notional that water-filling over leverage took from each, no
 * cut above the claim; what a claim cannot bear goes to the others.
 *
 * @param claims     claims per bucket key of the candidates; reduced by what is cut
 * @param lotValues  value of a lot at the round's mark, settlement units
 * @returns cuts in the order of deficits, then by holder
 */
export function bearByCandidates(
  deficits: readonly OpenDeficit[],
  closes: readonly Close[],
  claims: Map<string, bigint>,
  lotValues: ReadonlyMap<InstrumentId, bigint>,
): NamedCut[] {
  const cuts: NamedCut[] = [];
  if (closes.length === 0) return cuts;
  const holders = holdersByOrigin(closes, claims, lotValues);
  for (const deficit of deficits) {
    const closed = holders.get(bucketKey(deficit));
    if (!closed || deficit.left === 0n) continue;
    const sorted = [...closed.values()].sort(byBucket);
    const { left, account: origin, bucket: originBucket } = deficit;
    cutUpTo(left, sorted, claims).forEach((amount, i) => {
      const holder = sorted[i];
      if (!holder || amount === 0n) return;
      claims.set(holder.key, (claims.get(holder.key) ?? 0n) - amount);
      const { account, bucket } = holder;
      cuts.push({ account, bucket, amount, origin, originBucket });
      deficit.left -= amount;
    });
    const amount = left - deficit.left;
    deficit.left = left;
    bear(deficit, 'adl', amount);
  }
  return cuts;
}

function holdersByOrigin(
  closes: readonly Close[],
  claims: ReadonlyMap<string, bigint>,
  lotValues: ReadonlyMap<InstrumentId, bigint>,
): Map<string, Map<string, Closed>> {
  const origins = new Map<string, Map<string, Closed>>();
  for (const close of closes) {
    const holder = { account: close.against, bucket: close.againstBucket };
    const key = bucketKey(holder);
    const weight = BigInt(close.lots) * (lotValues.get(close.instrument) ?? 0n);
    if (weight === 0n || !claims.has(key)) continue;
    const origin = bucketKey(close);
    const closed = origins.get(origin) ?? new Map<string, Closed>();
    origins.set(origin, closed);
    const known = closed.get(key);
    if (known) known.weight += weight;
    else closed.set(key, { ...holder, key, weight });
  }
  return origins;
}

/** Splits by weight, no share above the claim; what a claim cannot bear goes to the others. */
function cutUpTo(
  total: bigint,
  holders: readonly Closed[],
  claims: ReadonlyMap<string, bigint>,
): bigint[] {
  const cuts = holders.map(() => 0n);
  const bearers = holders
    .map(({ key, weight }, index) => ({ index, weight, claim: claims.get(key) ?? 0n }))
    .filter(({ claim }) => claim > 0n);
  let left = total;
  let weights = bearers.reduce((sum, { weight }) => sum + weight, 0n);
  const open = new Set(bearers);
  // the claims that are least for their weight are full first
  const byRatio = [...bearers].sort((a, b) => sign(a.claim * b.weight - b.claim * a.weight));
  for (const bearer of byRatio) {
    const { index, weight, claim } = bearer;
    if (claim * weights > left * weight) break;
    cuts[index] = claim;
    left -= claim;
    weights -= weight;
    open.delete(bearer);
  }
  const rest = [...open];
  const weightsLeft = rest.map(({ weight }) => weight);
  if (rest.length === 0) return cuts;
  allot(left, weightsLeft).forEach((share, at) => (cuts[rest[at]?.index ?? 0] = share));
  return cuts;
}
const sign = (value: bigint): number => (value === 0n ? 0 : value > 0n ? 1 : -1);

/**
 * Last layer: the rest of every deficit is cut from all claims pro rata.
 *
 * @returns what has to be cut
 */
export function bearByAll(deficits: readonly OpenDeficit[]): bigint {
  let sum = 0n;
  for (const deficit of deficits) {
    sum += deficit.left;
    bear(deficit, 'haircut', deficit.left);
  }
  return sum;
}

/** One fact per layer that bore something, in bucket-id order; layers sum to the deficit. */
export function lossesOf(
  deficits: readonly OpenDeficit[],
  round: { readonly domain: DomainId; readonly round: number },
): LossAllocated[] {
  const losses: LossAllocated[] = [];
  for (const { account: origin, bucket: originBucket, borne } of deficits) {
    for (const { layer, amount, remaining } of borne) {
      losses.push(lossAllocated(round, { origin, originBucket, layer, amount, remaining }));
    }
  }
  return losses;
}

function lossAllocated(
  { domain, round }: { readonly domain: DomainId; readonly round: number },
  loss: {
    readonly origin: AccountId;
    readonly originBucket: BucketId;
    readonly layer: Layer;
    readonly amount: bigint;
    readonly remaining: bigint;
  },
): LossAllocated {
  return { type: 'LossAllocated', domain, round, ...loss };
}
