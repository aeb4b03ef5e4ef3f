import type { Event } from '@ringfence/contracts';
import type { AssetId, CommandId, DomainId, InstrumentId } from '@ringfence/kernel';
import { accountId } from '@ringfence/kernel';
import { Auditor } from './index.js';
import {
  eventsOf,
  find,
  findings,
  plant,
  Scribe,
  type Draft,
  type Story,
} from './records.fixture.js';
import { findingsOf, STORY_MS, tell, type Fault } from './stories.fixture.js';
import type { AuditedRange } from './record.js';

type Row = readonly [rule: string, title: string, fault: Fault];

/** The first record that read something of that kind, and what it read. */
function reading(all: Draft[], topic: string): [record: Draft, at: number] {
  for (const record of all) {
    const at = record.head.in.findIndex((range) => range.topic === topic && range.from > 1);
    if (at >= 0) return [record, at];
  }
  throw new Error(`the story has no such ${topic}`);
}
const change = (record: Draft, at: number, changes: Partial<AuditedRange>): void => {
  record.head.in[at] = { ...record.head.in[at], ...changes };
};
const clients = (all: Draft[]): Draft['decided'][number][] =>
  all
    .filter(({ service, partition }) => service === 'accounts' && partition === 0)
    .flatMap(({ decided }) => decided)
    .filter(({ origin }) => origin.kind === 'client');

const LOGS: readonly Row[] = [
  [
    '8 one-chain',
    'a late twin accepted',
    (all) => {
      all.splice(50, 0, structuredClone(all[49]));
    },
  ],
  [
    '8 one-chain',
    'a record taken out of the middle of a log',
    (all) => {
      const at = all.findIndex(({ service, head }) => service === 'accounts' && head.seq === 20);
      all.splice(at, 1);
    },
  ],
  [
    '8 one-chain',
    'a record edited',
    (all) => {
      all[50].hash = 'edited';
    },
  ],
  [
    '8 log-time-runs-forward',
    'time that runs backward',
    (all) => {
      const last = all.findLast(({ decided, head }) => decided.length > 0 && head.ts > 1);
      if (last) last.head.ts = 1;
    },
  ],
  [
    '6 log-holds-what-peers-saw',
    'a log shorter than a peer has seen',
    (all) => {
      const peer = all.findLast((one) => one.head.in.some(({ topic }) => topic === 'log.custody'));
      const seen = peer?.head.in.find(({ topic }) => topic === 'log.custody');
      const lost = all.findIndex(
        (one) =>
          one.service === 'custody' && one.partition === seen?.p && one.head.seq === seen.from,
      );
      const { partition, head } = all[lost];
      for (let i = all.length - 1; i >= 0; i--) {
        const one = all[i];
        const after = one.partition === partition && one.head.seq >= head.seq;
        if (one.service === 'custody' && after) all.splice(i, 1);
      }
    },
  ],
  [
    '6 log-holds-what-peers-saw',
    'a log that is another one than a peer has seen',
    (all) => {
      change(...reading(all, 'log.accounts'), { hash: 'another' });
    },
  ],
  [
    '6 reads-each-record-once',
    'a record of another log passed over',
    (all) => {
      const [record, at] = reading(all, 'log.reference');
      const { from, to } = record.head.in[at];
      change(record, at, { from: from + 1, to: Math.max(from + 1, to) });
    },
  ],
  [
    '6 reads-own-column',
    "another partition's log read",
    (all) => {
      const [record, at] = reading(all, 'log.accounts');
      change(record, at, { p: 1 - record.partition });
    },
  ],
  [
    '6 answers-what-it-read',
    'a reaction to what was not read',
    (all) => {
      const reacted = all
        .flatMap(({ decided }) => decided)
        .find((one) => one.origin.kind === 'reaction');
      if (reacted?.origin.kind !== 'reaction') return;
      reacted.origin = { ...reacted.origin, seq: reacted.origin.seq + 1000 };
    },
  ],
  [
    '6 an-id-acts-once',
    'an id forgotten',
    (all) => {
      const [first, second] = clients(all);
      second.origin = first.origin;
    },
  ],
  [
    '6 channel-without-gap',
    'a gap in a channel',
    (all) => {
      const [record, at] = reading(all, 'chan.accounts');
      const { from, to } = record.head.in[at];
      change(record, at, { from: from + 1, to: to + 1 });
    },
  ],
  [
    '6 acks-follow',
    'an ack that skips',
    (all) => {
      const [record, at] = reading(all, 'ack.accounts');
      change(record, at, { from: record.head.in[at].from + 1 });
    },
  ],
  [
    '6 message-taken-once',
    'a message taken twice',
    (all) => {
      for (const { decided } of all) {
        const at = decided.findIndex(({ origin }) => origin.kind === 'channel');
        if (at < 0) continue;
        decided.splice(at, 0, structuredClone(decided[at]));
        return;
      }
    },
  ],
  [
    '6 message-as-sent',
    'a message that nobody sent so',
    (all) => {
      for (const { decided } of all) {
        const one = decided.find(({ command }) => command?.type === 'TransferOffer');
        if (one?.origin.kind !== 'channel' || one.command?.type !== 'TransferOffer') continue;
        one.command = { ...one.command, amount: one.command.amount + 1n };
        return;
      }
      throw new Error('the story has no such offer');
    },
  ],
  [
    '7 an-event-makes-sense',
    'an instrument that was never listed',
    (all) => {
      find(all, 'LegReserved').event.instrument = 99 as InstrumentId;
    },
  ],
];

/** Everything up to each of the last records in which that event stands. */
function* cutsAt(story: Story, name: Event['type']): Generator<Story> {
  const records = [...story.records] as unknown as Draft[];
  const events = [...eventsOf(records, name)];
  expect(events).not.toEqual([]);
  for (const { record } of events.slice(-CUTS_MAX)) {
    yield { ...story, records: story.records.slice(0, records.indexOf(record) + 1) };
  }
}
/** A record whose cause lies behind the cut is held back; another cut of these shows the rule. */
const CUTS_MAX = 6;

describe('an auditor of logs, channels and ids', () => {
  it.each(LOGS)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );

  it(
    'proves every receipt, and reports what is not where it says (SIM-110)',
    async () => {
      const { partitions, records } = await tell(16);
      const auditor = new Auditor({ partitions });
      for (const record of records) {
        auditor.observe(record);
        const { service, partition, head, hash, decided } = record;
        for (const { origin } of decided) {
          if (origin.kind !== 'client') continue;
          auditor.acknowledged(origin.id, service, partition, head.seq, hash);
        }
      }
      expect(auditor.checkQuiet()).toEqual([]);
      const { hash } = records[0];
      auditor.acknowledged('never decided    '.slice(0, 16) as CommandId, 'accounts', 0, 1, hash);
      expect(auditor.check()).toMatchObject([{ guarantee: 6, rule: 'acknowledged-is-in-the-log' }]);
    },
    STORY_MS,
  );

  it.each([
    ['4 transfers-ended', 'TransferReserved'],
    ['4 legs-ended', 'LegOffered'],
    ['4 rounds-ended', 'RoundOpened'],
    ['6 message-arrives', 'RoundDecided'],
    ['1 nothing-in-flight', 'WithdrawalInstructed'],
    ['1 sweeps-noted', 'SweepsDue'],
  ] as const)(
    'reports %s of a house that is not at rest: %s',
    async (rule, name) => {
      const found: string[] = [];
      for (const seed of [16, 5, 8]) {
        for (const cut of cutsAt(await tell(seed), name)) {
          expect(findings(cut)).not.toContain(rule);
          found.push(...findings(cut, true));
        }
        if (found.includes(rule)) break;
      }
      expect(found).toContain(rule);
    },
    STORY_MS,
  );

  it(
    'tells the same balances whatever order lanes are observed in (SIM-111)',
    async () => {
      const { partitions, records } = await tell(5);
      const byLane = records.toSorted(
        (a, b) => a.service.localeCompare(b.service) || a.partition - b.partition,
      );
      const [one, other] = [records, byLane].map((all) => {
        const auditor = new Auditor({ partitions });
        for (const record of all) auditor.observe(record);
        expect(auditor.checkQuiet()).toEqual([]);
        return auditor.positionsAndBalances();
      });
      expect(one.length).toBeGreaterThan(20);
      expect(one.some((line) => line.startsWith('position '))).toBe(true);
      expect(other).toEqual(one);
    },
    STORY_MS,
  );
});

const USDT = 1 as AssetId;
/** A deposit, told by hand. */
function deposited(): Scribe {
  const scribe = new Scribe(1);
  const account = accountId(0, 3);
  const [deposit, asset, amount] = [1, USDT, 100n];
  const opening = {
    member: 1,
    owner: 'anna',
    class: 'client-individual',
    domain: null,
    reference: 'a',
  };
  scribe.order(
    'reference',
    0,
    { type: 'OpenDomain', name: 'majors', settlement: USDT },
    {
      type: 'DomainOpened',
      domain: 1 as DomainId,
      name: 'majors',
      settlement: USDT,
    },
  );
  scribe.order(
    'accounts',
    0,
    { type: 'OpenAccount', ...opening } as never,
    {
      type: 'AccountOpened',
      account,
      ...opening,
    } as never,
  );
  const payment = { deposit, chain: 'c', height: 1, transaction: 't', to: 'a', asset, amount };
  scribe.goOn(
    'custody',
    0,
    'accounts',
    { type: 'DepositAnnounced', ...payment },
    {
      type: 'DepositConfirmed',
      deposit,
      account,
      vault: account,
      asset,
      amount,
    },
  );
  scribe.goOn('accounts', 0, 'custody', {
    type: 'CollateralCredited',
    account,
    asset,
    amount,
    deposit,
  });
  return scribe;
}

describe('an auditor of a house told by hand', () => {
  it('follows a deposit from the chain to the wall (SIM-120)', () => {
    const story = deposited();
    const auditor = new Auditor({ partitions: 1 });
    for (const record of story.records) auditor.observe(record);
    expect(auditor.checkQuiet()).toEqual([]);
    expect(auditor.positionsAndBalances()).toEqual([`cash ${accountId(0, 3)} 0 1 100 0`]);
  });

  it('waits for a cause that it was not shown yet (SIM-121)', () => {
    const [listing, opening, deposit, credit] = deposited().records;
    const auditor = new Auditor({ partitions: 1 });
    for (const record of [opening, credit, listing, deposit]) auditor.observe(record);
    expect(auditor.checkQuiet()).toEqual([]);
  });

  it('reports a credit that was decided and lost (SIM-122)', () => {
    const story = plant(deposited(), (all) => {
      all[3].decided = [];
    });
    expect(findings(story)).toEqual(['1 no-credit-skipped']);
  });

  it('hears messages of a channel that no log sent (SIM-123)', () => {
    const scribe = new Scribe(2);
    const peer = { service: 'accounts', partition: 1 } as const;
    const own = { service: 'accounts', partition: 0 } as const;
    const marker = { type: 'RoundMarker', domain: 1 as DomainId, round: 1 } as const;
    scribe.hear(own, peer, [[1, marker]]);
    expect(findings(scribe)).toEqual(['6 log-holds-what-peers-saw', '6 message-as-sent']);
  });
});
