import type { EventOf } from '@ringfence/contracts';
import { eventsOf, find, NOTHING, type Draft } from './records.fixture.js';
import { findingsOf, STORY_MS, type Fault } from './stories.fixture.js';

type Row = readonly [rule: string, title: string, fault: Fault];
type Lane = EventOf<'RoundDecided'>['lanes'][number];

/** Changes the part of a decision that a lane was given. */
const lanesOf = (
  all: Draft[],
  holds: (lane: Lane) => boolean,
  change: (lane: Lane) => Lane,
): void => {
  const { event } = find(all, 'RoundDecided', (one) => one.event.lanes.some(holds));
  event.lanes = event.lanes.map((lane) => (holds(lane) ? change(lane) : lane));
};

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
      const { event: client } = find(
        all,
        'AccountOpened',
        (one) => one.event.class === 'client-individual' && one.record.partition === 0,
      );
      find(all, 'InsuranceReserved', (one) => one.record.partition === 0).event.account =
        client.account;
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
    '4 names-every-candidate',
    'a holder spared',
    (all) => {
      const { event } = find(all, 'RoundReported', (one) => one.event.candidates.length > 0);
      event.candidates = event.candidates.slice(1);
    },
  ],
  [
    '4 levels-leverage-from-the-top',
    'the least leveraged closed first',
    (all) => {
      const { event } = find(all, 'RoundDecided', (one) =>
        one.event.lanes.some((l) => l.cuts.length > 0),
      );
      const takers = new Set(event.lanes.flatMap((l) => l.closes.map(({ against }) => against)));
      const reports = [...eventsOf(all, 'RoundReported')].filter(
        (one) => one.event.domain === event.domain && one.event.round === event.round,
      );
      const spared = reports.some((one) =>
        one.event.candidates.some(({ account }) => !takers.has(account)),
      );
      if (!spared) throw new Error('the story has no such candidate');
      for (const { event: report } of reports) {
        report.candidates = report.candidates.map((each) => ({
          ...each,
          equity: takers.has(each.account) ? 10n ** 15n : 1n,
        }));
      }
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

describe('an auditor of rounds and losses', () => {
  it.each(ROUNDS)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );
  it.each(LOSSES)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );
});
