import type { AccountId, BucketId } from '@ringfence/kernel';

/** Anything that stands for a bucket of an account. */
export interface OfBucket {
  readonly account: AccountId;
  readonly bucket: BucketId;
}

/** The order in which the house goes through buckets: account id, then bucket id. */
export const byBucket = (a: OfBucket, b: OfBucket): number =>
  a.account - b.account || a.bucket - b.bucket;

/** Names a bucket among all partitions, for tables inside one decision. */
export const bucketKey = ({ account, bucket }: OfBucket): string => `${account}:${bucket}`;
