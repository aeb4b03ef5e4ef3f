import {
  accountId,
  cross,
  isolated,
  partitionOf,
  type AccountId,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { allot } from '@ringfence/money';
import type { RoundInput } from './decide-round.js';
import type { LaneReport } from './state.js';

export const DOMAIN = 1 as DomainId;
export const BTC = 1 as InstrumentId;
export const ETH = 2 as InstrumentId;
/** settlement units per lot at the marks of these scenes */
export const LOT_VALUES: ReadonlyMap<InstrumentId, bigint> = new Map([
  [BTC, 100n],
  [ETH, 7n],
]);

/** One settled bucket of a scene. */
export interface SceneBucket {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly claim: bigint;
  readonly collected: bigint;
  readonly debt: bigint;
  readonly deficit: bigint;
  readonly failing: boolean;
  readonly equity: bigint;
  readonly positions: readonly { readonly instrument: InstrumentId; readonly lots: number }[];
}

export const emptyReport: LaneReport = {
  collected: 0n,
  claims: 0n,
  debts: 0n,
  deficits: 0n,
  insurance: 0n,
  failed: [],
  failing: [],
  candidates: [],
};

/** A bucket of partition `partition` with nothing to it but what is given. */
export const bucketAt = (
  partition: number,
  index: number,
  more: Partial<SceneBucket> = {},
): SceneBucket => ({
  account: accountId(partition, index),
  bucket: cross(DOMAIN),
  claim: 0n,
  collected: 0n,
  debt: 0n,
  deficit: 0n,
  failing: false,
  equity: 0n,
  positions: [],
  ...more,
});

/** What the accounts lanes would report of these buckets. */
export function reportsOf(
  buckets: readonly SceneBucket[],
  insurance: readonly bigint[],
): LaneReport[] {
  return insurance.map((available, partition) => {
    const own = buckets.filter(({ account }) => partitionOf(account) === partition);
    const sum = (name: 'claim' | 'collected' | 'debt' | 'deficit'): bigint =>
      own.reduce((total, bucket) => total + bucket[name], 0n);
    return {
      collected: sum('collected'),
      claims: sum('claim'),
      debts: sum('debt'),
      deficits: sum('deficit'),
      insurance: available,
      failed: own
        .filter(({ deficit }) => deficit > 0n)
        .map(({ account, bucket, deficit }) => ({ account, bucket, deficit })),
      failing: own
        .filter(fails)
        .flatMap(({ account, bucket, positions }) =>
          positions.map((position) => ({ account, bucket, ...position })),
        ),
      candidates: own
        .filter((bucket) => !fails(bucket))
        .flatMap(({ account, bucket, equity, claim, positions }) =>
          positions.map((position) => ({ account, bucket, ...position, equity, claim })),
        ),
    };
  });
}
const fails = ({ failing, deficit }: SceneBucket): boolean => failing || deficit > 0n;

export const roundOf = (
  buckets: readonly SceneBucket[],
  insurance: readonly bigint[],
): RoundInput => ({
  domain: DOMAIN,
  round: 5,
  reports: reportsOf(buckets, insurance),
  lotValues: LOT_VALUES,
});

/** What chance says about one bucket; money is made to fit by `sceneOf`. */
export interface Roll {
  readonly partition: number;
  readonly gains: boolean;
  readonly weight: bigint;
  /** how a loss splits over cash, debt and deficit */
  readonly split: readonly [bigint, bigint, bigint];
  readonly marked: boolean;
  readonly equity: bigint;
  readonly btc: number;
  readonly eth: number;
  /** isolated in BTC, or cross */
  readonly isolated: boolean;
}

/** Buckets whose gains and losses sum to zero, as those of a real round do. */
export function sceneOf(rolls: readonly Roll[]): SceneBucket[] {
  const losers = rolls.filter(({ gains }) => !gains);
  const gained = losers.length === 0 ? 0n : sum(rolls.map((r) => (r.gains ? r.weight : 0n)));
  const losses = allot(
    gained,
    losers.map(({ weight }) => weight + 1n),
  );
  return rolls.map((roll, index) => {
    const loss = roll.gains ? 0n : (losses[losers.indexOf(roll)] ?? 0n);
    const [collected = 0n, debt = 0n, deficit = 0n] = allot(loss, [
      roll.split[0] + 1n,
      roll.split[1],
      roll.split[2],
    ]);
    return bucketAt(roll.partition, 3 + Math.floor(index / 2), {
      bucket: roll.isolated ? isolated(BTC) : cross(((index % 2) + 1) as DomainId),
      claim: roll.gains && losers.length > 0 ? roll.weight : 0n,
      collected,
      debt,
      deficit,
      failing: roll.marked,
      equity: roll.equity,
      positions: [
        { instrument: BTC, lots: roll.btc },
        { instrument: ETH, lots: roll.isolated ? 0 : roll.eth },
      ].filter(({ lots }) => lots !== 0),
    });
  });
}
export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
