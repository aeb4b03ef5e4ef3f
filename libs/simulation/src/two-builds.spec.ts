import { readdirSync } from 'node:fs';
import {
  ACCOUNTS_COMMANDS,
  ACCOUNTS_EVENTS,
  catalogue,
  compile,
  CUSTODY_COMMANDS,
  CUSTODY_EVENTS,
  event,
  LIQUIDATION_COMMANDS,
  LIQUIDATION_EVENTS,
  REFERENCE_COMMANDS,
  REFERENCE_EVENTS,
  RISK_COMMANDS,
  RISK_EVENTS,
  uint,
} from '@ringfence/contracts';
import { encodeRecord, follow, GENESIS, hash, MemoryJournal } from '@ringfence/journal';
import { present, type Address, type Service } from '@ringfence/kernel';
import {
  DecodeCache,
  foldLane,
  Lane,
  LocalExchange,
  LogTail,
  logStream,
  NO_SNAPSHOTS,
  type HouseDecided,
} from '@ringfence/lane';
import { HOUSE_LANES } from './definitions.js';
import { readGolden } from './golden.js';
import type { AnyDefinition } from './house.js';

/** An event that this build does not know, and a build that does. */
const TAG = 16_001;
const GREETED = event(TAG, 'AccountGreeted', 1, { times: uint() });
const newer = compile([
  ...REFERENCE_COMMANDS,
  ...REFERENCE_EVENTS,
  ...ACCOUNTS_COMMANDS,
  ...ACCOUNTS_EVENTS,
  ...CUSTODY_COMMANDS,
  ...CUSTODY_EVENTS,
  ...RISK_COMMANDS,
  ...RISK_EVENTS,
  ...LIQUIDATION_COMMANDS,
  ...LIQUIDATION_EVENTS,
  GREETED,
]);

const FOLDER = new URL('../golden/', import.meta.url);
const [file] = readdirSync(FOLDER).filter((name) => name.endsWith('.golden'));
const golden = readGolden(new URL(file, FOLDER));
const { partitions } = golden;
const MET: Address = { service: 'accounts', partition: 0 };
const STREAM = logStream('accounts', 0);
const DEADLINE_MS = 10_000;

const definitionOf = (service: Service): AnyDefinition =>
  present(
    HOUSE_LANES.find((each) => each.service === service),
    `lane of ${service}`,
  );
const wait = (): Promise<void> => Promise.reject(new Error('a stored log always reads'));
const digestOf = (lane: string): string | undefined =>
  golden.lanes.find((each) => each.lane === lane)?.digest;

/** The golden house after a newer build wrote one more record into the log of accounts/0. */
function metHouse() {
  const journal = new MemoryJournal();
  let head = GENESIS;
  let ts = 0;
  for (const { lane, entries } of golden.lanes) {
    const [service, partition] = lane.split('/');
    const stream = logStream(service as Service, Number(partition));
    for (const [offset, entry] of entries.entries()) {
      const bytes = new Uint8Array(Buffer.from(entry, 'base64'));
      journal.land(stream, bytes);
      if (lane !== 'accounts/0') continue;
      const followed = follow(head, offset, bytes);
      if (followed.kind === 'ignored') continue;
      ({ head } = followed);
      ({ ts } = followed.record.head);
    }
  }
  const decided = {
    origin: { kind: 'continuation' },
    command: null,
    outcome: { kind: 'accepted' },
    events: [{ type: 'AccountGreeted', times: 3 }],
  } as const;
  const body = newer.encode([decided]);
  const { seq, epoch, hash: prev } = head;
  const of = { v: 1, p: 0, seq: seq + 1, epoch, writer: 'newer', prev, ts, in: [], n: 1 } as const;
  const bytes = encodeRecord({ ...of, contracts: newer.fingerprint }, body);
  journal.land(STREAM, bytes);
  return { journal, before: head, record: { seq: seq + 1, hash: hash(bytes), body } };
}

const { journal, before, record } = metHouse();
const FAULT =
  `log.accounts/0, sequence ${record.seq}, hash ${record.hash}: tag ${TAG}, offset 4: ` +
  `no such event; written with contracts ${newer.fingerprint}, ` +
  `this build has ${catalogue.fingerprint}`;

/** Takes a lane of this build over, as its process would; nothing of the golden logs is lost. */
async function opened({ service, partition }: Address): Promise<Lane<never>> {
  const lane = await Lane.open({
    definition: definitionOf(service),
    partition,
    partitions,
    journal: journal.session(`${service}/${partition}`),
    snapshots: NO_SNAPSHOTS,
    exchange: new LocalExchange(),
    writer: 'this build',
    seed: 1,
    wait,
  });
  if (lane === 'stood-down') throw new Error('nobody else opens it');
  return lane;
}
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error('never');
    await new Promise((resume) => setImmediate(resume));
  }
}

/** How far a lane was given the log of accounts. */
const accountsRead = ({ inputStandings }: Pick<Lane<never>, 'inputStandings'>): number =>
  inputStandings.find(({ topic }) => topic === 'log.accounts')?.read ?? 0;

describe('a build that meets an event of a newer one', () => {
  it('does not open that log, and names record, tag and builds (GOLD-010)', async () => {
    await expect(opened(MET)).rejects.toMatchObject({ name: 'DecodeError' });
    await expect(opened(MET)).rejects.toThrow(FAULT);
  });

  it('gives out all that is before it, and never what is behind (GOLD-011)', async () => {
    const tail = new LogTail(journal.session('reader'), 'accounts', STREAM);
    let last = 0;
    const read = async (): Promise<never> => {
      for (;;) for (const { head } of await tail.poll(wait)) last = head.seq;
    };
    await expect(read()).rejects.toThrow(FAULT);
    expect([last, tail.head]).toEqual([before.seq, before]);
    // whoever asks again hears the same
    await expect(read()).rejects.toThrow(FAULT);
    expect([last, tail.head]).toEqual([before.seq, before]);
  });

  it('stops the lane that reads it; its neighbour goes on (GOLD-012)', async () => {
    const reader = await opened({ service: 'risk', partition: 0 });
    const neighbour = await opened({ service: 'risk', partition: 1 });
    await until(() => reader.status === 'stopped');
    expect(String(reader.fault)).toContain(FAULT);
    expect(accountsRead(reader)).toBe(before.seq);
    await until(() => accountsRead(neighbour) > 0 && neighbour.quiet(() => 0));
    expect(neighbour.status).toBe('active');
    await Promise.all([reader.close(), neighbour.close()]);
  });

  it('leaves the other logs as they were (GOLD-013)', async () => {
    const { core } = await foldLane({
      definition: definitionOf('accounts'),
      partition: 1,
      partitions,
      journal: journal.session('neighbour'),
      snapshots: NO_SNAPSHOTS,
      seed: 1,
      wait,
    });
    expect(core.digest()).toBe(digestOf('accounts/1'));
  });
});

it('the newer build folds the same log to its end (GOLD-014)', async () => {
  const cache = new DecodeCache();
  cache.put(record.hash, newer.decode(record.body) as unknown as readonly HouseDecided[]);
  const greeted: unknown[] = [];
  const definition = definitionOf('accounts');
  const evolve = {
    ...definition.evolve,
    AccountGreeted: (_: unknown, { times }: { times: number }) => void greeted.push(times),
  };
  const { core, head } = await foldLane({
    definition: { ...definition, evolve } as AnyDefinition,
    partition: 0,
    partitions,
    journal: journal.session('newer'),
    snapshots: NO_SNAPSHOTS,
    seed: 1,
    cache,
    wait,
  });
  expect([head.seq, head.hash, greeted]).toEqual([record.seq, record.hash, [3]]);
  expect(core.digest()).toBe(digestOf('accounts/0'));
});
