import { indexOf, invariant, type AccountId, type BucketId } from '@ringfence/kernel';

/** Bucket ids are below this, account indices below 2^30: together they are a safe integer. */
const BUCKET_SPAN = 2 ** 22;

/** Names a bucket within its partition; these numbers are in the order of account and bucket. */
export function closeOutKey({ account, bucket }: OfBucket): number {
  invariant(bucket < BUCKET_SPAN, 'a bucket id below 2^22');
  return indexOf(account) * BUCKET_SPAN + bucket;
}
export interface OfBucket {
  readonly account: AccountId;
  readonly bucket: BucketId;
}
