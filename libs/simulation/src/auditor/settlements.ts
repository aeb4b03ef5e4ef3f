import type { EventOf } from '@ringfence/contracts';
import type { DomainId } from '@ringfence/kernel';
import type { Book, Bucket } from './book.js';
import { optionWorth } from './dated.js';
import { worthAfterHaircut } from './listing.js';
import { least, sum } from './shares.js';

type Settled = EventOf<'VariationSettled'>;
/** The amounts that settling one bucket comes to. */
export type Figures = Omit<Settled, 'type' | 'domain' | 'round' | 'account' | 'bucket'>;

/**
 * What a bucket settles to, by its own positions and the round's marks: what is due, less debt,
 * variation and funding; a loss is taken from cash, then stands as debt against other collateral,
 * then is a deficit.
 */
export function settlementFigures(event: Settled, bucket: Bucket, book: Book): Figures {
  const { listing } = book;
  const { marks } = book.round(event.domain);
  let variation = 0n;
  let funding = 0n;
  for (const [instrument, line] of bucket.lines) {
    const { lots, cost } = line.before(event.round);
    const mark = marks.get(instrument);
    const { unit } = listing.instrument(instrument);
    variation += BigInt(lots) * BigInt(mark?.price ?? 0) * unit - cost;
    funding -= BigInt(lots) * BigInt(mark?.fundingPerLot ?? 0);
  }
  const net = bucket.due - bucket.debt + variation + funding;
  const asset = listing.settlement(event.domain);
  const lost = net < 0n ? -net : 0n;
  const collected = least(lost, bucket.available(asset));
  const debt = least(lost - collected, otherWorth(event.domain, bucket, book));
  const deficit = lost - collected - debt;
  const before = { dueBefore: bucket.due, debtBefore: bucket.debt };
  const claim = net > 0n ? net : 0n;
  return { variation, funding, ...before, claim, collected, debt, deficit, asset };
}

/**
 * What a debt of the bucket may stand on: its other free collateral after haircut, and the net
 * value of its options, at the values of its round.
 */
export function otherWorth(domain: DomainId, bucket: Bucket, book: Book): bigint {
  const values = book.round(domain).collateral;
  const settlement = book.listing.settlement(domain);
  const worths = [...bucket.pots].map(([asset, { available }]) => {
    const value = values.find((each) => each.asset === asset);
    return asset === settlement || !value ? 0n : worthAfterHaircut(available, value);
  });
  const { optionValues, discounts } = book.round(domain);
  return sum(worths) + optionWorth(bucket, optionValues, discounts);
}
