import type { EventOf } from '@ringfence/contracts';
import type { AccountId, InstrumentId, MemberId } from '@ringfence/kernel';
import { eventsOf, find, NOTHING, type Draft, type Found } from './records.fixture.js';
import { findingsOf, type Fault } from './stories.fixture.js';

type Row = readonly [rule: string, title: string, fault: Fault];
type Lane = EventOf<'RoundDecided'>['lanes'][number];

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
/** Changes the part of a decision that a lane was given. */
const lanesOf = (
  all: Draft[],
  holds: (lane: Lane) => boolean,
  change: (lane: Lane) => Lane,
): void => {
  const { event } = find(all, 'RoundDecided', (one) => one.event.lanes.some(holds));
  event.lanes = event.lanes.map((lane) => (holds(lane) ? change(lane) : lane));
};

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
      const { event } = find(all, 'RoundReported', (one) => one.event.failing.length > 0);
      const reported = all.findIndex(({ decided }) =>
        decided.some(({ events }) => (events as unknown[]).includes(event)),
      );
      const { account, bucket } = event.failing[0];
      const later = all.slice(reported).filter((record) => record.partition === account % 1024);
      const leg = find(
        later,
        'LegReserved',
        (one) => !one.event.offers && one.event.purpose !== 'adl',
      );
      Object.assign(leg.event, { account, bucket });
      // the lane had not yet heard of the decision
      for (const { replace } of eventsOf(all, 'RoundDecisionTaken')) replace(NOTHING);
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

const ROUNDS: readonly Row[] = [
  [
    '4 one-round-at-a-time',
    'a round opened twice',
    (all) => {
      const [first, second] = eventsOf(all, 'RoundOpened');
      second.replace(first.event);
    },
  ],
  [
    '4 round-at-the-newest-frame',
    'a round at an old frame',
    (all) => {
      find(all, 'RoundOpened', ({ event }) => event.frame > 1).event.frame -= 1;
    },
  ],
  [
    '4 one-round-for-all-lanes',
    'frames in another order on one partition',
    (all) => {
      const { event } = find(all, 'RoundJoined');
      event.marks = event.marks.map((mark) => ({ ...mark, price: mark.price + 1 }));
    },
  ],
  [
    '4 joined-once',
    'a round joined twice',
    (all) => {
      const [first, , third] = [...eventsOf(all, 'RoundJoined')].filter(
        ({ record }) => record.partition === 0,
      );
      third.replace(first.event);
    },
  ],
  [
    '4 marker-of-who-opened',
    'a marker of a lane that did not open',
    (all) => {
      find(all, 'RoundMarkerCounted').event.round += 1;
    },
  ],
  [
    '4 settles-after-all-markers',
    'markers dropped',
    (all) => find(all, 'RoundMarkerCounted').replace(NOTHING),
  ],
  [
    '4 settles-after-the-decision-before',
    'a round settled before the previous decision',
    (all) => {
      const { event, record, replace } = find(all, 'RoundApplied', (one) => one.event.round === 1);
      const settled = find(
        all,
        'VariationSettled',
        (one) =>
          one.event.round === 2 &&
          one.event.domain === event.domain &&
          one.record.partition === record.partition,
      );
      if (settled) replace(NOTHING);
    },
  ],
  [
    '4 settles-what-it-joined',
    'a round settled that was not joined',
    (all) => find(all, 'RoundJoined').replace(NOTHING),
  ],
  [
    '4 settled-once',
    'a bucket settled twice in a round',
    (all) => {
      const [first, second] = eventsOf(all, 'VariationSettled');
      second.replace(first.event);
    },
  ],
  [
    '4 settles-every-bucket',
    'a bucket passed over',
    (all) => find(all, 'VariationSettled').replace(NOTHING),
  ],
  [
    '4 variation-of-its-own-positions',
    'a unit more of variation',
    (all) => {
      const { event } = find(all, 'VariationSettled', (one) => one.event.claim > 0n);
      event.variation += 1n;
      event.claim += 1n;
    },
  ],
  [
    '4 variation-of-its-own-positions',
    'a leg settled that belongs to the next round',
    (all) => {
      const { event } = find(all, 'VariationSettled', (one) => one.event.collected > 0n);
      event.variation *= 2n;
    },
  ],
  [
    '4 a-round-sums-to-zero',
    'a rounding that loses a unit of funding',
    (all) => {
      find(all, 'VariationSettled', (one) => one.event.funding !== 0n).event.funding += 1n;
    },
  ],
  [
    '4 claims-are-losses',
    'a claim that nobody lost',
    (all) => {
      const { event } = find(all, 'RoundReported', (one) => one.event.claims > 0n);
      event.claims += 1n;
    },
  ],
  [
    '3 debt-within-other-collateral',
    'debt beyond other collateral',
    (all) => {
      const { event } = find(all, 'VariationSettled', (one) => one.event.deficit > 0n);
      event.debt += event.deficit;
      event.deficit = 0n;
    },
  ],
  [
    '3 no-claim-below-zero',
    'a claim below zero',
    (all) => {
      find(all, 'VariationSettled', (one) => one.event.claim > 0n).event.claim = -1n;
    },
  ],
  [
    '4 reservations-cancelled-first',
    'a deficit while a move is reserved',
    (all) => {
      const { event, record } = find(all, 'VariationSettled', (one) => one.event.deficit > 0n);
      const before = all
        .slice(0, all.indexOf(record))
        .filter((one) => one.partition === record.partition);
      const { replace } =
        [...eventsOf(before, 'CollateralMoved')].at(-1) ?? find(before, 'CollateralMoved');
      const { account, bucket: source, asset } = event;
      const target = 0 as typeof source;
      replace({
        type: 'MoveReserved',
        reservation: 999_999,
        account,
        source,
        target,
        asset,
        amount: 1n,
      });
    },
  ],
  [
    '2 insurance-of-its-domain',
    'insurance of another wall',
    (all) => {
      find(all, 'InsuranceReserved').event.account = (6 * 1024) as AccountId;
    },
  ],
  [
    '4 all-insurance-is-kept-ready',
    'insurance held back',
    (all) => find(all, 'InsuranceReserved').replace(NOTHING),
  ],
  [
    '4 insurance-in-its-order',
    'insurance used otherwise',
    (all) => {
      const { event } = find(all, 'InsuranceCharged', (one) => one.event.used > 0n);
      event.used -= 1n;
      event.returned += 1n;
    },
  ],
  [
    '4 reports-what-it-settled',
    'a report of less than was collected',
    (all) => {
      find(all, 'RoundReported', (one) => one.event.collected > 0n).event.collected -= 1n;
    },
  ],
  [
    '4 reported-once',
    'a round reported twice',
    (all) => {
      const [first, , third] = [...eventsOf(all, 'RoundReported')].filter(
        ({ record }) => record.partition === 0,
      );
      third.event.round = first.event.round;
    },
  ],
  [
    '4 reports-every-deficit',
    'a deficit that nobody was told of',
    (all) => {
      find(all, 'RoundReported', (one) => one.event.failed.length > 0).event.failed = [];
    },
  ],
  [
    '4 reports-failing-positions',
    'a failing position left out',
    (all) => {
      find(all, 'RoundReported', (one) => one.event.failing.length > 0).event.failing = [];
    },
  ],
  [
    '4 candidates-are-solvent-holders',
    "a candidate with another's claim",
    (all) => {
      const { event } = find(all, 'RoundReported', (one) => one.event.candidates.length > 0);
      event.candidates = event.candidates.map((each) => ({ ...each, claim: each.claim + 1n }));
    },
  ],
];

const LOSSES: readonly Row[] = [
  [
    '4 decided-once-with-all-reports',
    'a decision without all reports',
    (all) => find(all, 'RoundReported').replace(NOTHING),
  ],
  [
    '4 decides-what-was-reported',
    'a cut smaller than the loss',
    (all) => {
      find(all, 'RoundDecided', ({ event }) => event.cut > 0n).event.cut -= 1n;
    },
  ],
  [
    '4 layers-sum-to-the-deficit',
    'a layer that lost a unit',
    (all) => {
      find(all, 'LossAllocated').event.amount -= 1n;
    },
  ],
  [
    '4 layers-sum-to-the-deficit',
    'claims cut before insurance was used',
    (all) => {
      find(all, 'LossAllocated', ({ event }) => event.layer === 'insurance').event.layer =
        'haircut';
    },
  ],
  [
    '4 lanes-pro-rata',
    'one lane paid before the others',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.claimsPaid > 0n,
        (lane) => ({ ...lane, claimsPaid: lane.claimsPaid - 1n }),
      ),
  ],
  [
    '4 cuts-are-at-most-the-claims',
    'more cut by name than is claimed',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.cuts.length > 0,
        (lane) => ({
          ...lane,
          cuts: lane.cuts.map((cut) => ({ ...cut, amount: cut.amount * 10_000n })),
        }),
      ),
  ],
  [
    '4 surplus-goes-where-it-lacks',
    'money sent to nobody who lacks it',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.sends.length > 0,
        (lane) => ({ ...lane, sends: [] }),
      ),
  ],
  [
    '4 takes-what-was-decided',
    'a lane that takes another decision',
    (all) => {
      find(all, 'RoundDecisionTaken', (one) => one.event.claimsPaid > 0n).event.claimsPaid -= 1n;
    },
  ],
  [
    '4 claims-pro-rata',
    'a claim paid a unit more',
    (all) => {
      const { event } = find(all, 'ClaimPaid', (one) => one.event.paid > 0n);
      event.paid += 1n;
    },
  ],
  [
    '4 claims-pro-rata',
    'a claim cut that the rule does not cut',
    (all) => {
      const { event } = find(all, 'ClaimPaid', (one) => one.event.cut > 0n);
      event.cut -= 1n;
      event.due += 1n;
    },
  ],
  [
    '4 applied-when-all-is-paid',
    'a round applied with a claim unpaid',
    (all) => find(all, 'ClaimPaid').replace(NOTHING),
  ],
  [
    '4 closed-when-all-applied',
    'a round closed before all applied',
    (all) => find(all, 'RoundApplied').replace(NOTHING),
  ],
  [
    '3 due-is-debt',
    'due that nobody owes',
    (all) => {
      find(all, 'ClaimPaid').event.due += 1n;
    },
  ],
  [
    '4 one-end-only',
    'a bucket that offers and takes',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.closes.length > 0,
        (lane) => ({
          ...lane,
          closes: lane.closes.map((close) => ({
            ...close,
            against: close.account,
            againstBucket: close.bucket,
          })),
        }),
      ),
  ],
  [
    '4 closes-no-more-than-is-held',
    'more closed than a holder has',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.closes.length > 0,
        (lane) => ({
          ...lane,
          closes: lane.closes.map((close) => ({ ...close, lots: close.lots * 1000 })),
        }),
      ),
  ],
  [
    '4 closes-opposite-holders',
    'a solvent bucket closed',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.closes.length > 0,
        (lane) => ({
          ...lane,
          closes: lane.closes.map(({ account, bucket, against, againstBucket, ...close }) => ({
            ...close,
            account: against,
            bucket: againstBucket,
            against: account,
            againstBucket: bucket,
          })),
        }),
      ),
  ],
  [
    '4 cut-for-what-was-closed',
    'a cut of who was not closed',
    (all) =>
      lanesOf(
        all,
        (lane) => lane.cuts.length > 0,
        (lane) => ({ ...lane, closes: [] }),
      ),
  ],
];

describe('an auditor of legs, rounds and losses', () => {
  it.each(LEGS)('reports %s: %s', async (rule, _title, fault) => {
    expect(await findingsOf(fault, rule)).toContain(rule);
  });
  it.each(ROUNDS)('reports %s: %s', async (rule, _title, fault) => {
    expect(await findingsOf(fault, rule)).toContain(rule);
  });
  it.each(LOSSES)('reports %s: %s', async (rule, _title, fault) => {
    expect(await findingsOf(fault, rule)).toContain(rule);
  });
});
