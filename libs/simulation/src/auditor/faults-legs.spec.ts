import type { InstrumentId, MemberId } from '@ringfence/kernel';
import { eventsOf, find, type Draft, type Found } from './records.fixture.js';
import { findingsOf, STORY_MS, type Fault } from './stories.fixture.js';

type Row = readonly [rule: string, title: string, fault: Fault];

const isReceiver = (all: Draft[], { event, record }: Found<'LegApplied'>): boolean =>
  [...eventsOf(all, 'LegReserved')].some(
    (leg) =>
      leg.record.partition === record.partition &&
      leg.event.reservation === event.reservation &&
      !leg.event.offers,
  );
const receiving = (all: Draft[], more: (found: Found<'LegApplied'>) => boolean = () => true) =>
  find(all, 'LegApplied', (one) => isReceiver(all, one) && more(one));
const offering = (all: Draft[]) => find(all, 'LegApplied', (one) => !isReceiver(all, one));
const LEGS: readonly Row[] = [
  [
    '4 tag-is-the-receivers',
    "a leg under the sender's own tag",
    (all) => {
      receiving(all).event.tag += 1;
    },
  ],
  [
    '4 one-tag-on-both-sides',
    'two sides under two tags',
    (all) => {
      offering(all).event.tag += 1;
    },
  ],
  [
    '4 settles-in-the-round-after-its-tag',
    'a leg of a round that was settled already',
    (all) => {
      receiving(all, ({ event }) => event.tag > 1).event.tag = 0;
    },
  ],
  [
    '4 both-sides-agree',
    'another price on the other side',
    (all) => {
      offering(all).event.price += 1;
    },
  ],
  [
    '4 applied-as-reserved',
    'a cost that is not lots times price',
    (all) => {
      receiving(all).event.cost += 1n;
    },
  ],
  [
    '4 fee-credited-is-charged',
    'part of a fee lost',
    (all) => {
      receiving(all, ({ event }) => event.fee > 0n).event.fee -= 1n;
    },
  ],
  [
    '4 open-interest-is-zero',
    'a side that lost a lot',
    (all) => {
      offering(all).event.lots -= 1;
    },
  ],
  [
    '4 applied-once',
    'a leg applied twice',
    (all) => {
      const [first, second] = [...eventsOf(all, 'LegApplied')].filter(
        ({ record }) => record.partition === 0,
      );
      second.event.reservation = first.event.reservation;
    },
  ],
  [
    '4 offered-once',
    'a leg offered twice',
    (all) => {
      const [first, second] = [...eventsOf(all, 'LegOffered')].filter(
        ({ record }) => record.partition === 0,
      );
      second.event.reservation = first.event.reservation;
    },
  ],
  [
    '4 released-once',
    'an applied leg released',
    (all) => {
      const { event: done, record } = offering(all);
      const { replace } = find(
        all,
        'LegReleased',
        (one) => one.record.partition === record.partition && one.record.head.seq > record.head.seq,
      );
      const { reservation, trade, purpose, slice, account, bucket, instrument, asset, fee } = done;
      replace({
        type: 'LegReleased',
        reservation,
        trade,
        purpose,
        slice,
        account,
        bucket,
        instrument,
        asset,
        fee,
        reason: '',
      });
    },
  ],
  [
    '4 answered-once',
    'an offer answered twice',
    (all) => {
      const [first, second] = [...eventsOf(all, 'LegReserved')].filter(
        ({ event }) => !event.offers,
      );
      second.event.offer = first.event.offer;
      second.event.partition = first.event.partition;
    },
  ],
  [
    '4 only-the-answer-resolves',
    'an offered leg released without an answer',
    (all) => {
      const { event, replace } = offering(all);
      const { reservation, trade, purpose, slice, account, bucket, instrument, asset, fee } = event;
      replace({
        type: 'LegReleased',
        reservation,
        trade,
        purpose,
        slice,
        account,
        bucket,
        instrument,
        asset,
        fee,
        reason: '',
      });
    },
  ],
  [
    '4 closes-no-more-than-is-held',
    'deleveraging past flat',
    (all) => {
      const { event } = find(all, 'LegApplied', ({ event: { purpose } }) => purpose === 'adl');
      event.lots *= 100;
    },
  ],
  [
    '4 deleveraged-at-the-mark',
    'deleveraging at a price of its own',
    (all) => {
      receiving(all, ({ event }) => event.purpose === 'adl').event.price += 1;
    },
  ],
  [
    '4 deleveraged-in-its-round',
    'deleveraging of an earlier round',
    (all) => {
      const adl = (one: Found<'LegReserved'>): boolean =>
        one.event.purpose === 'adl' && !one.event.offers;
      find(all, 'LegReserved', adl).event.round -= 1;
    },
  ],
  [
    '4 failing-bucket-takes-no-leg',
    'a new leg of a reported bucket',
    (all) => {
      const { event, record } = find(all, 'RoundReported', (one) => one.event.failing.length > 0);
      const { account, bucket, instrument } = event.failing[0];
      const { event: leg } = find(all, 'LegReserved', (one) => !one.event.offers);
      const taken = find(
        all,
        'RoundDecisionTaken',
        (one) =>
          one.event.round === event.round &&
          one.event.domain === event.domain &&
          one.record.partition === record.partition,
      );
      taken.replace({
        ...leg,
        purpose: 'slice',
        reservation: 999_999,
        account,
        bucket,
        instrument,
      });
    },
  ],
  [
    '2 trades-with-authority',
    'a trade by a venue without authority',
    (all) => {
      find(all, 'LegReserved', ({ event }) => event.purpose === 'trade').event.venue =
        9 as MemberId;
    },
  ],
  [
    '2 fee-by-its-rule',
    'a higher fee',
    (all) => {
      find(all, 'LegReserved', ({ event }) => event.purpose === 'trade').event.fee += 1n;
    },
  ],
  [
    '2 price-within-the-band',
    'a price off the band',
    (all) => {
      find(all, 'LegReserved', ({ event }) => event.purpose === 'trade').event.price *= 2;
    },
  ],
  [
    '2 leg-in-its-bucket',
    "a leg in another instrument's bucket",
    (all) => {
      const { event } = find(all, 'LegReserved', (one) => one.event.bucket % 4 === 1);
      event.instrument = ((event.instrument % 3) + 1) as InstrumentId;
    },
  ],
];

describe('an auditor of legs', () => {
  it.each(LEGS)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );
});
