import { problem } from '@ringfence/service-kit';
import type { PricesShown } from '../feed/prices.js';
import { Refused } from './callers.js';
import type { Edge } from './edge.js';
import { ANYONE, numberOf, type Call, type ReadRoute, type Shown } from './read-route.js';
import type { ReferenceReader } from './reference-reader.js';

const WAIT_FOR_MS = 5000;

/** The newest prices; by another gateway's fold when this one has not seen what the caller has. */
async function pricesShown({ reference, live }: Edge, { query }: Call): Promise<Shown> {
  const minSeq = numberOf(query['minSeq'], 'minSeq', { standard: 0 });
  if (reference.seq < minSeq) {
    const further = await live.prices.others(minSeq);
    if (further) return shown(further);
    await reached(reference, minSeq);
  }
  return shown(live.prices.own());
}

const shown = ({ items, seq }: PricesShown): Shown => ({
  items,
  asOf: { service: 'reference', partition: 0, seq },
});

/** @throws Refused `not-caught-up` when the reference log does not come so far in time */
async function reached(reference: ReferenceReader, seq: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resume) => (timer = setTimeout(resume, WAIT_FOR_MS)));
  await Promise.race([reference.reach(seq), late]);
  clearTimeout(timer);
  if (reference.seq >= seq) return;
  throw new Refused(problem('not-caught-up', { facts: { seq: String(reference.seq) } }));
}

/** What the instruments are worth. */
export const PRICE_READS: readonly ReadRoute[] = [
  {
    method: 'GET',
    path: '/v1/prices',
    roles: ANYONE,
    query: ['minSeq'],
    summary: 'The newest price of every instrument with frame, time and place in the log',
    answer: pricesShown,
  },
];
