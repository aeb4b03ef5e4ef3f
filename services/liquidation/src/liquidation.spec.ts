import { Test } from '@nestjs/testing';
import type { INestMicroservice } from '@nestjs/common';
import type { Command } from '@ringfence/contracts';
import { hash, JournalBroken, MemoryJournal, type ChainWriter } from '@ringfence/journal';
import { openOptions, recordFor, takeOver } from '@ringfence/journal/suite';
import { accountId, cross, type By, type DomainId, type Service } from '@ringfence/kernel';
import {
  DecodeCache,
  LocalExchange,
  LogTail,
  logStream,
  NO_SNAPSHOTS,
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
  type BatchAnswer,
  type Gauge,
  type LocalLanes,
} from '@ringfence/service-kit';
import { LiquidationModule } from './liquidation.module.js';

const OPERATOR = { key: 1, member: 0, role: 'operator' } as By;
/** Cleared by the lane of partition 1, as there are two. */
const DOMAIN = 1 as DomainId;
const BUCKET = cross(DOMAIN);
const [ANNA, BERT] = [3, 4].map((number) => accountId(0, number));

let journal: MemoryJournal;
let cache: DecodeCache;
let ground: LaneGround;
let transport: LaneTransport;
let service: INestMicroservice;
let reference: ChainWriter;
let risk: ChainWriter;

beforeEach(async () => {
  journal = new MemoryJournal();
  cache = new DecodeCache();
  const beside = (of: Service): Promise<ChainWriter> =>
    takeOver(journal, logStream(of, 0), openOptions(of));
  [reference, risk] = [await beside('reference'), await beside('risk')];
  await tell(reference, { type: 'DomainOpened', domain: DOMAIN, name: 'linear', settlement: 1 });
});
afterEach(() => service.close());

/** A fact of another service in its log. */
async function tell(writer: ChainWriter, ...events: object[]): Promise<void> {
  const bytes = recordFor(writer, '');
  const origin = { kind: 'continuation' };
  const fact = { origin, command: null, outcome: { kind: 'accepted' }, events };
  cache.put(hash(bytes), [fact as unknown as HouseDecided]);
  await writer.append(bytes);
}

async function start(): Promise<LocalLanes> {
  ground = new LaneGround({
    journal,
    cache,
    exchange: new LocalExchange(),
    snapshots: NO_SNAPSHOTS,
    partitions: 2,
    writer: 'a spec',
  });
  transport = new LaneTransport();
  const lanes = LanesModule.of([LiquidationModule.on(ground)], ['liquidation']);
  const built = await Test.createTestingModule({ imports: [lanes] }).compile();
  service = built.createNestMicroservice({ strategy: transport });
  await service.listen();
  return service.get<LocalLanes[]>(HOSTED_LANES)[0];
}
/** Until the lanes have done what follows from what was told. */
async function quiet(lanes: LocalLanes): Promise<void> {
  const ends: readonly [Service, (partition: number) => number][] = [
    ['reference', () => reference.head.seq],
    ['risk', (partition) => (partition === 0 ? risk.head.seq : 0)],
  ];
  const others = ends.map(([of, endOf]) => ({ service: of, quiet: () => true, endOf }));
  const all = [lanes, ...(others as unknown as LocalLanes[])];
  // what was told is read in turns of its own; looked at between them a lane may seem quiet
  await new Promise((resume) => setImmediate(resume));
  expect(await untilQuiet(ground, () => isQuiet(all), 10_000)).toBe(true);
}
function schedule(partition: number): Promise<BatchAnswer> {
  const command = { type: 'ScheduleRound', domain: DOMAIN, funding: [] } as Command;
  const commands = [{ id: derivedId(`round/${partition}`), by: OPERATOR, command }];
  return transport.hand({ service: 'liquidation', partition, commands });
}
async function recorded(partition: number): Promise<object[]> {
  const tail = new LogTail(journal, 'liquidation', logStream('liquidation', partition), {});
  const records = await tail.poll(() => Promise.reject(new Error('a memory cannot be read')));
  return records.flatMap(({ decided }) => decided.flatMap(({ events }) => [...events]));
}
const shown = (gauges: readonly Gauge[]): string[] =>
  gauges.map(({ name, value, labels = {} }) => [name, ...Object.values(labels), value].join(' '));

it('hosts a lane per partition, with nothing to show at first', async () => {
  const lanes = await start();
  expect(lanes.reports()).toMatchObject([
    { service: 'liquidation', partition: 0, status: 'active', fault: '' },
    { service: 'liquidation', partition: 1, status: 'active', fault: '' },
  ]);
  expect([...lanes.gauges(0), ...lanes.gauges(1)]).toEqual([]);
});

it('shows calls and close-outs by how far they went, as risk records them', async () => {
  const lanes = await start();
  const of = (account: number): object => ({ account, bucket: BUCKET, frame: 1 });
  const called = (call: number, account: number): object => ({
    ...of(account),
    type: 'MarginCalled',
    call,
    amount: 5n,
    deadline: 9,
  });
  await tell(risk, called(1, ANNA), called(2, BERT));
  await quiet(lanes);
  expect(shown(lanes.gauges(0))).toEqual(['close_outs called 2']);
  expect(lanes.gauges(1)).toEqual([]);

  await tell(risk, { ...of(BERT), type: 'MaintenanceBreached', equity: -1n, maintenance: 5n });
  await quiet(lanes);
  expect(shown(lanes.gauges(0)).toSorted()).toEqual([
    'close_outs called 1',
    'close_outs reducing 1',
  ]);

  await tell(risk, { ...of(ANNA), type: 'CallMet', call: 1 }, { ...of(BERT), type: 'BucketCured' });
  await quiet(lanes);
  expect(shown(lanes.gauges(0))).toEqual([]);
  expect((await recorded(0)).map((event) => (event as { type: string }).type)).toEqual([
    'CallNoted',
    'CallNoted',
    'CloseOutOpened',
    'CloseOutCured',
    'CloseOutCured',
  ]);
});

it('decides and records the schedule of a round, and shows whom the round waits for', async () => {
  const lanes = await start();
  await quiet(lanes);
  expect(await schedule(0)).toMatchObject({
    answers: [{ decided: { outcome: { rejection: { code: 'wrong-partition' } } } }],
  });
  expect(await schedule(1)).toMatchObject({
    answers: [{ decided: { outcome: { kind: 'accepted' } }, repeated: false }],
  });
  expect(await schedule(1)).toMatchObject({ answers: [{ kind: 'answered', repeated: true }] });
  expect(await recorded(1)).toMatchObject([
    { type: 'RoundScheduled', domain: DOMAIN },
    { type: 'RoundAsked', domain: DOMAIN, round: 1, cause: 'schedule' },
  ]);
  expect(await recorded(0)).toEqual([]);
  expect(shown(lanes.gauges(1))).toEqual([
    'open_round 1 1',
    'open_round_waits_for 1 reference/0 1',
    'open_round_waits_for 1 accounts/0 1',
    'open_round_waits_for 1 accounts/1 1',
  ]);
  expect(lanes.gauges(0)).toEqual([]);
});

it('reports a lane that cannot open, and the other one decides', async () => {
  const read = journal.read.bind(journal);
  journal.read = (stream, ...rest) =>
    stream.topic === 'log.liquidation' && stream.partition === 0
      ? Promise.reject(new JournalBroken('a page is torn out'))
      : read(stream, ...rest);
  const lanes = await start();
  const fault = 'JournalBroken: a page is torn out';
  expect(lanes.reports()).toMatchObject([{ status: 'stopped', fault }, { status: 'active' }]);
  const reason = `liquidation/0 is stopped: ${fault}`;
  expect(await schedule(0)).toEqual({ kind: 'stopped', reason });
  expect(lanes.gauges(0)).toEqual([]);
  expect(await schedule(1)).toMatchObject({ kind: 'answers' });
});
