import { eventsOf, find, type Draft, type Found } from './records.fixture.js';
import { findingsOf, STORY_MS, type Fault } from './stories.fixture.js';

type Row = readonly [rule: string, title: string, fault: Fault];

/** What comes after a record in the same lane. */
const after = ({ record }: { readonly record: Draft }, all: Draft[]): Draft[] =>
  all.filter(
    (one) =>
      one.service === record.service &&
      one.partition === record.partition &&
      one.head.seq > record.head.seq,
  );
const refused = (one: Found<'GateJudged'>): boolean =>
  !one.event.passed && one.event.reason === 'insufficient-margin';

const MARGIN: readonly Row[] = [
  [
    '5 initial-requirement-after-the-verdict',
    'a reservation passed below its initial requirement',
    (all) => {
      const { event } = find(all, 'GateJudged', refused);
      Object.assign(event, { passed: true, reason: '' });
    },
  ],
  [
    '5 figures-of-the-verdict',
    'a pending hedge counted',
    (all) => {
      const { event } = find(all, 'GateJudged', (one) => one.event.requirement > 0n);
      event.requirement /= 2n;
    },
  ],
  [
    '5 figures-of-the-verdict',
    'a view of accounts that lags behind what was read',
    (all) => {
      find(all, 'GateJudged').event.equity += 1n;
    },
  ],
  [
    '5 judged-once',
    'a reservation judged twice',
    (all) => {
      const [first, second] = [...eventsOf(all, 'GateJudged')].filter(
        ({ record }) => record.partition === 0,
      );
      second.event.reservation = first.event.reservation;
    },
  ],
  [
    '5 judged-as-seen',
    'a verdict at another frame',
    (all) => {
      find(all, 'GateJudged').event.frame += 1;
    },
  ],
  [
    '5 gate-passed-first',
    'a leg offered before its verdict',
    (all) => {
      const { event, record } = find(all, 'LegOffered');
      const verdict = find(
        all,
        'GateJudged',
        (one) =>
          one.event.reservation === event.reservation && one.record.partition === record.partition,
      );
      verdict.event.passed = false;
    },
  ],
  [
    '5 gate-passed-first',
    'collateral moved out that the gate refused',
    (all) => {
      const { event, record } = find(all, 'CollateralMoved', (one) => one.event.reservation > 0);
      find(
        all,
        'GateJudged',
        (one) =>
          one.event.reservation === event.reservation && one.record.partition === record.partition,
      ).event.passed = false;
    },
  ],
  [
    '5 figures-of-the-evaluation',
    'unsettled gains counted as free',
    (all) => {
      find(all, 'MarginEvaluated', (one) => one.event.equity > one.event.free).event.free += 1n;
    },
  ],
  [
    '5 lines-of-the-evaluation',
    'a line at another mark',
    (all) => {
      const { event } = find(all, 'MarginEvaluated', (one) => one.event.lines.length > 0);
      event.lines = event.lines.map((line) => ({ ...line, mark: line.mark + 1 }));
    },
  ],
  [
    '5 level-of-the-figures',
    'a called bucket said to be healthy',
    (all) => {
      find(all, 'MarginEvaluated', (one) => one.event.level !== 'healthy').event.level = 'healthy';
    },
  ],
  [
    '5 breached-below-maintenance',
    'a breach above maintenance',
    (all) => {
      find(all, 'MaintenanceBreached').event.equity += 1n;
    },
  ],
  [
    '5 called-below-call',
    'a call for another amount',
    (all) => {
      find(all, 'MarginCalled').event.amount += 1n;
    },
  ],
  [
    '5 lapsed-after-its-deadline',
    'a call lapsed before its deadline',
    (all) => {
      const { event } = find(all, 'CallLapsed');
      const { event: called } = find(
        all,
        'MarginCalled',
        (one) => one.event.call === event.call && one.event.account === event.account,
      );
      called.deadline += 1e12;
      for (const { event: more } of eventsOf(all, 'CallExtended')) more.deadline += 1e12;
    },
  ],
  [
    '5 extended-to-later',
    'an outage that shortens a call',
    (all) => {
      find(all, 'CallExtended').event.deadline = 1;
    },
  ],
  [
    '5 cured-at-initial',
    'a bucket cured below its initial requirement',
    (all) => {
      const { event } = find(all, 'BucketCured');
      const evaluated = [...eventsOf(all, 'MarginEvaluated')].filter(
        (one) => one.event.account === event.account && one.event.bucket === event.bucket,
      );
      for (const { event: each } of evaluated) each.initial = each.equity + 1n;
    },
  ],
];

const CLOSE_OUTS: readonly Row[] = [
  [
    '5 sized-from-the-newest-evaluation',
    'a slice sized from an old frame',
    (all) => {
      find(all, 'SliceSized').event.frame -= 1;
    },
  ],
  [
    '5 sized-after-the-last-fill',
    'a slice sized from a stale asOf',
    (all) => {
      const filled = find(all, 'SliceFilled', (one) => one.event.slice > 0);
      const { account, bucket } = filled.event;
      const next = find(
        after(filled, all),
        'SliceSized',
        (one) => one.event.account === account && one.event.bucket === bucket,
      );
      next.event.accountsSeq = 1;
    },
  ],
  [
    '5 not-again-in-the-frame-of-a-cure',
    'a cured bucket liquidated in the same frame',
    (all) => {
      const sized = find(all, 'SliceSized');
      const { account, bucket, frame } = sized.event;
      const risk = all.filter(
        (one) =>
          one.service === 'risk' &&
          one.partition === sized.record.partition &&
          one.head.seq <
            (sized.record.head.in.findLast(({ topic }) => topic === 'log.risk')?.to ?? 1e9),
      );
      find(risk, 'CoverageObserved').replace({ type: 'BucketCured', account, bucket, frame });
    },
  ],
  [
    '5 never-more-than-the-position',
    'a slice larger than the position',
    (all) => {
      find(all, 'SliceSized').event.lots *= 1000;
    },
  ],
  [
    '5 fee-from-what-equity-remains',
    'a fee taken before the gainers',
    (all) => {
      find(all, 'SliceSized').event.fee += 1_000_000_000_000n;
    },
  ],
  [
    '5 away-from-the-mark',
    'a slice better than the mark',
    (all) => {
      const { event } = find(all, 'SliceSized');
      event.price += event.lots < 0 ? event.price : -Math.floor(event.price / 2);
    },
  ],
  [
    '4 one-slice-at-a-time-on-even-ticks',
    'a slice on an odd tick',
    (all) => {
      find(all, 'SliceSized').event.tick += 1;
    },
  ],
  [
    '4 rounds-and-slices-on-other-ticks',
    'a round asked for on an even tick',
    (all) => {
      const { decision } = find(
        all,
        'RoundAsked',
        (one) => one.decision.command?.type === 'ReviewRounds',
      );
      const { command } = decision;
      if (command?.type === 'ReviewRounds')
        decision.command = { ...command, tick: command.tick + 1 };
    },
  ],
  [
    '4 slice-ends-once',
    'a slice ended twice',
    (all) => {
      const first = find(all, 'SliceFilled', (one) => one.event.slice > 0);
      find(after(first, all), 'SliceFilled').replace(first.event);
    },
  ],
  [
    '4 fill-as-applied',
    'a fill noted otherwise than applied',
    (all) => {
      find(all, 'SliceFilled', (one) => one.event.slice > 0).event.lots -= 1;
    },
  ],
  [
    '4 executes-what-was-planned',
    'a slice at another price than planned',
    (all) => {
      const slice = (one: Found<'LegReserved'>): boolean =>
        one.event.purpose === 'slice' && one.event.offers;
      find(all, 'LegReserved', slice).event.price += 1;
    },
  ],
  [
    '2 against-a-liquidity-wall',
    'a slice against a client',
    (all) => {
      const { event } = find(all, 'SliceSized');
      event.against = event.account;
    },
  ],
  [
    '2 sold-at-its-value',
    'collateral sold below its value',
    (all) => {
      find(all, 'SaleOrdered').event.proceeds /= 2n;
    },
  ],
  [
    '2 sold-to-house-money',
    'collateral sold to a client',
    (all) => {
      const { event } = find(all, 'SaleOrdered');
      event.buyer = event.account;
    },
  ],
  [
    '2 sold-as-ordered',
    'collateral sold for less than ordered',
    (all) => {
      find(all, 'CollateralSold').event.proceeds -= 1n;
    },
  ],
  [
    '5 figures-of-the-evaluation',
    'an evaluation that an own fill is missing in',
    (all) => {
      const { event, record } = find(all, 'LegApplied', (one) => one.event.purpose === 'slice');
      const next = all.filter(
        (one) => one.service === 'risk' && one.partition === record.partition,
      );
      const evaluated = find(
        next,
        'MarginEvaluated',
        (one) =>
          one.event.account === event.account &&
          one.event.bucket === event.bucket &&
          one.event.accountsSeq >= record.head.seq,
      );
      evaluated.event.equity += event.cost;
    },
  ],
];

describe('an auditor of margin and close-outs', () => {
  it.each(MARGIN)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );
  it.each(CLOSE_OUTS)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );
});
