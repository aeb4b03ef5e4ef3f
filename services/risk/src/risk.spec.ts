import { Test } from '@nestjs/testing';
import type { INestMicroservice } from '@nestjs/common';
import type { Command, Event } from '@ringfence/contracts';
import { hash, JournalBroken, MemoryJournal, type ChainWriter } from '@ringfence/journal';
import { openOptions, recordFor, takeOver } from '@ringfence/journal/suite';
import {
  accountId,
  cross,
  EXCESS,
  type By,
  type CommandId,
  type DomainId,
  type Service,
} from '@ringfence/kernel';
import {
  DecodeCache,
  LocalExchange,
  LogTail,
  logStream,
  NO_SNAPSHOTS,
  type Answer,
  type HouseDecided,
} from '@ringfence/lane';
import {
  derivedId,
  HOSTED_LANES,
  isQuiet,
  LaneGround,
  LanesModule,
  LaneTransport,
  untilQuiet,
  type LocalLanes,
} from '@ringfence/service-kit';
import { RiskModule } from './risk.module.js';

const OPERATOR = { key: 1, member: 0, role: 'operator' } as By;
const VENUE = { key: 2, member: 1, role: 'venue' } as By;
const NOON = 1_600_000_000_000;

let journal: MemoryJournal;
let cache: DecodeCache;
let ground: LaneGround;
let transport: LaneTransport;
let service: INestMicroservice;
let ids: number;

beforeEach(() => {
  journal = new MemoryJournal();
  cache = new DecodeCache();
  ids = 0;
});
afterEach(() => service.close());

async function start(): Promise<void> {
  ground = new LaneGround({
    journal,
    cache,
    exchange: new LocalExchange(),
    snapshots: NO_SNAPSHOTS,
    partitions: 2,
    writer: 'a spec',
  });
  transport = new LaneTransport();
  const lanes = LanesModule.of([RiskModule.on(ground)], ['reference', 'risk']);
  const built = await Test.createTestingModule({ imports: [lanes] }).compile();
  service = built.createNestMicroservice({ strategy: transport });
  await service.listen();
}
const hosts = (): readonly LocalLanes[] => service.get<LocalLanes[]>(HOSTED_LANES);
const standing = (): string[] =>
  hosts().flatMap((host) =>
    host.reports().map((each) => `${each.service}/${each.partition} ${each.status}`),
  );
const riskLanes = (): LocalLanes => hosts()[1];

const newId = (): CommandId => derivedId(`spec/${++ids}`);
/** An order to the reference lane, the way the gateway hands it in. */
async function order(command: object, by = OPERATOR, id = newId()): Promise<Answer> {
  const commands = [{ id, by, command: command as Command }];
  const answer = await transport.hand({ service: 'reference', partition: 0, commands });
  if (answer.kind !== 'answers') throw new Error(answer.kind);
  return answer.answers[0];
}
/** Every decision in a log, as a reader of the journal sees it. */
async function decided(of: Service, partition: number): Promise<HouseDecided[]> {
  const tail = new LogTail(journal, of, logStream(of, partition), {});
  const records = await tail.poll(() => Promise.reject(new Error('a memory cannot be read')));
  return records.flatMap((record) => record.decided);
}
const eventsOf = async (of: Service, partition: number): Promise<Event[]> =>
  (await decided(of, partition)).flatMap(({ events }) => [...events]);

/** A neighbour's fact in the log that the lanes of that partition read. */
async function neighbour(writer: ChainWriter, ...events: object[]): Promise<void> {
  const bytes = recordFor(writer, '', { p: 1 });
  const origin = { kind: 'continuation' };
  const fact = { origin, command: null, outcome: { kind: 'accepted' }, events };
  cache.put(hash(bytes), [fact as unknown as HouseDecided]);
  await writer.append(bytes);
}
/** Until the lanes have done what follows from this neighbour's log. */
async function quiet(accounts: ChainWriter): Promise<void> {
  const endOf = (partition: number): number => (partition === 1 ? accounts.head.seq : 0);
  const beside = { service: 'accounts', quiet: () => true, endOf } as unknown as LocalLanes;
  const all = [...hosts(), beside];
  // what was told is read in turns of its own; looked at between them a lane may seem quiet
  await new Promise((resume) => setImmediate(resume));
  expect(await untilQuiet(ground, () => isQuiet(all), 10_000)).toBe(true);
}

it('hosts the reference lane once and a lane of risk per partition', async () => {
  await start();
  expect(standing()).toEqual(['reference/0 active', 'risk/0 active', 'risk/1 active']);
});

it('decides and records what comes through the transport, and a repeat once', async () => {
  await start();
  const id = newId();
  const admit = { type: 'AdmitMember', name: 'Anna' };
  const first = await order(admit, OPERATOR, id);
  expect(first).toMatchObject({ kind: 'answered', repeated: false });
  expect(await order(admit, OPERATOR, id)).toMatchObject({ kind: 'answered', repeated: true });
  expect(await order(admit, VENUE)).toMatchObject({
    decided: { outcome: { kind: 'rejected', rejection: { code: 'role-not-allowed' } } },
  });
  expect(await eventsOf('reference', 0)).toEqual([
    { type: 'MemberAdmitted', member: expect.any(Number), name: 'Anna' },
  ]);
  expect((await decided('reference', 0)).map(({ outcome }) => outcome.kind)).toEqual([
    'accepted',
    'rejected',
  ]);
});

it('judges what an account of its partition reserved, with what reference has listed', async () => {
  const accounts = await takeOver(journal, logStream('accounts', 1), openOptions('accounts'));
  await start();
  const listed = { caip: 'eip155:1/slip44:60', symbol: 'USD', scale: 2, haircutPpm: 0 };
  const asset = { type: 'ListAsset', ...listed, confirmations: 1, pricedBy: '' };
  const opened = { type: 'OpenDomain', name: 'linear', settlement: 1 };
  for (const command of [asset, opened, { type: 'Tick', time: NOON, source: 'spec' }]) {
    expect(await order(command)).toMatchObject({ decided: { outcome: { kind: 'accepted' } } });
  }
  const account = accountId(1, 3);
  const bucket = cross(1 as DomainId);
  const move = { account, asset: 1, amount: 100n };
  await neighbour(
    accounts,
    { type: 'CollateralCredited', ...move, deposit: 1 },
    { type: 'CollateralMoved', ...move, reservation: 0, source: EXCESS, target: bucket },
    { type: 'MoveReserved', ...move, reservation: 1, source: bucket, target: EXCESS },
  );
  await quiet(accounts);
  expect(await eventsOf('risk', 1)).toMatchObject([
    { type: 'GateJudged', reservation: 1, account, bucket, passed: true, requirement: 0n },
  ]);
  expect(await eventsOf('risk', 0)).toEqual([]);
  expect(
    riskLanes()
      .reports()
      .map(({ time }) => time),
  ).toEqual([NOON, NOON]);
});

it('reports a lane that cannot open, and opens it when that is mended', async () => {
  const read = journal.read.bind(journal);
  journal.read = (stream, ...rest) =>
    stream.topic === 'log.risk' && stream.partition === 1
      ? Promise.reject(new JournalBroken('a page is torn out'))
      : read(stream, ...rest);
  await start();
  expect(standing()).toEqual(['reference/0 active', 'risk/0 active', 'risk/1 stopped']);
  const why = 'JournalBroken: a page is torn out';
  expect(riskLanes().reports()[1]).toMatchObject({ partition: 1, fault: why });
  const answer = await transport.hand({ service: 'risk', partition: 1, commands: [] });
  expect(answer).toEqual({ kind: 'stopped', reason: `risk/1 is stopped: ${why}` });
  expect(await riskLanes().answerOf(1, newId())).toBe('unknown');

  journal.read = read;
  expect(await riskLanes().resume(1)).toMatchObject({ status: 'active', fault: '' });
});

it('opens a lane again that stopped after it had opened', async () => {
  await start();
  const append = journal.append.bind(journal);
  journal.append = () => Promise.reject(new JournalBroken('the page is full'));
  const lost = { type: 'AdmitMember', name: 'Bert' };
  const id = newId();
  expect(await order(lost, OPERATOR, id)).toMatchObject({ kind: 'pending' });
  expect(hosts()[0].reports()).toMatchObject([
    { status: 'stopped', fault: 'JournalBroken: the page is full' },
  ]);
  journal.append = append;
  expect(await hosts()[0].resume(0)).toMatchObject({ status: 'active', fault: '' });
  expect(await order(lost, OPERATOR, id)).toMatchObject({ kind: 'answered', repeated: false });
  expect(await eventsOf('reference', 0)).toHaveLength(1);
});
