import type { Service } from '@ringfence/kernel';
import { partitionOf, type AccountId } from '@ringfence/kernel';
import { Book, type BookWatch, type Owner } from './book.js';
import { Findings } from './findings.js';
import { Listing, Prices } from './listing.js';

/** What all checks share: the auditor's own picture of the house. */
export class House {
  readonly findings = new Findings();
  readonly listing = new Listing();
  /** accounts of each partition as its log stands */
  readonly books: readonly Book[];
  /** accounts of each partition as its risk lane has read them */
  readonly seenByRisk: readonly Book[];
  readonly #prices = new Map<string, Prices>();

  constructor(
    readonly partitions: number,
    watch: BookWatch,
  ) {
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    this.books = all.map((partition) => new Book(partition, this.listing, watch));
    this.seenByRisk = all.map((partition) => new Book(partition, this.listing));
  }

  /** What that lane has read of the reference log; of the reference lane, what it wrote. */
  prices(service: Service, partition: number): Prices {
    const key = `${service}/${partition}`;
    const found = this.#prices.get(key);
    if (found) return found;
    const prices = new Prices();
    this.#prices.set(key, prices);
    return prices;
  }
  owner(account: AccountId): Owner | undefined {
    return this.books[partitionOf(account)]?.owner(account);
  }
}

/** Names a bucket in tables of all partitions. */
export const bucketName = (of: { readonly account: number; readonly bucket: number }): string =>
  `${of.account}/${of.bucket}`;
