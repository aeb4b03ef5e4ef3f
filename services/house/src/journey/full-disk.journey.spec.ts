import { commandIdText, type Service } from '@ringfence/kernel';
import {
  nodeFiles,
  SegmentJournal,
  type Files,
  type SegmentSizes,
} from '@ringfence/journal-segments';
import { LogTail, logStream } from '@ringfence/lane';
import { journalFolder } from '@ringfence/service-kit';
import { furnish, venueKey, Walk, type Json, type Reply } from './walk.fixture.js';

/** Like the system's own: with its code and its words. */
const noRoom = (): Error =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** A disk that has no more room when a test says so. */
class FullDisk {
  /** `files`: only new files find no room; what is there was filled ahead and takes records */
  full: 'no' | 'files' | 'writes' | 'all' = 'no';
  /** bytes of the next write that still land before it fails */
  lands = 0;
  readonly #created = new Set<number>();

  readonly files: Files = {
    ...nodeFiles,
    open: (path, mode) => {
      const file = nodeFiles.open(path, mode);
      if (mode === 'create') this.#created.add(file);
      else this.#created.delete(file);
      return file;
    },
    write: (file, bytes, position) => this.#write(file, bytes, position),
    writeLater: async (file, bytes, position) => this.#write(file, bytes, position),
    createWhole: (path, text) => {
      if (this.full === 'all') throw noRoom();
      return nodeFiles.createWhole(path, text);
    },
  };

  readonly openJournal =
    (sizes?: SegmentSizes) =>
    (folder: string): Promise<SegmentJournal> =>
      SegmentJournal.open(folder, { files: this.files, sizes });

  #write(file: number, bytes: Uint8Array, position: number): number {
    const isFull = this.full === 'files' ? this.#created.has(file) : this.full !== 'no';
    if (!isFull) return nodeFiles.write(file, bytes, position);
    if (this.lands > 0) nodeFiles.write(file, bytes.subarray(0, this.lands), position);
    this.lands = 0;
    throw noRoom();
  }
}

/** What the house says to its operator. */
class Said {
  readonly lines: string[] = [];
  #wake = (): void => undefined;

  readonly log = (line: string): void => {
    this.lines.push(line);
    this.#wake();
  };
  /** Resolves when every lane that could not write has said that it writes again. */
  async untilAllWrite(): Promise<void> {
    while (this.#silent().size > 0) await new Promise<void>((wake) => (this.#wake = wake));
  }
  #silent(): ReadonlySet<string> {
    const silent = new Set<string>();
    for (const line of this.lines) {
      const [lane] = line.split(' ');
      if (line.includes(' cannot use its log and tries again: ')) silent.add(lane);
      if (line.includes(' uses its log again, after ')) silent.delete(lane);
    }
    return silent;
  }
}

const WHY = 'the disk is full (Error: ENOSPC: no space left on device, write)';

let disk: FullDisk;
let said: Said;
let walk: Walk;
let account: string;
let lane: string;
beforeEach(() => {
  disk = new FullDisk();
  said = new Said();
});
afterEach(() => walk.end());

/** A house with one account that has 1,000 in excess. */
async function settled(sizes?: SegmentSizes): Promise<void> {
  walk = await Walk.begin({ log: said.log }, disk.openJournal(sizes));
  await furnish(walk);
  account = await walk.openAccount(1, 'anna');
  lane = `accounts/${Number(account.slice(2, 4))}`;
  await walk.quiet();
  await walk.deposit(account, 'USDT', '1000');
}

const moveOf = (amount: string): Json & { id: string } => ({
  id: walk.id(),
  account,
  source: 'excess',
  target: 'isolated:BTC-PERP',
  asset: 'USDT',
  amount,
});
const send = (order: Json | readonly Json[]): Promise<Reply> =>
  walk.post('/v1/moves', order, venueKey(1));

/** How often each of these orders is in the account's log, read beside the house. */
async function recorded(...orders: readonly Json[]): Promise<number[]> {
  const [service, partition] = lane.split('/') as [Service, string];
  const journal = await SegmentJournal.open(journalFolder(walk.config.folder), { readOnly: true });
  const tail = new LogTail(journal, service, logStream(service, Number(partition)), {});
  const ids: string[] = [];
  try {
    for (;;) {
      const records = await tail.poll(() => Promise.reject(new Error('it cannot be read')));
      if (records.length === 0) break;
      for (const { origin } of records.flatMap(({ decided }) => decided)) {
        if (origin.kind === 'client') ids.push(commandIdText(origin.id));
      }
    }
  } finally {
    await journal.close();
  }
  return orders.map(({ id }) => ids.filter((each) => each === id).length);
}

/** What the lane itself holds for the account's isolated bucket, in smallest units. */
async function moved(): Promise<unknown> {
  const { body } = await walk.get(`/v1/lanes/${lane}/state`);
  const lines = body['lines'] as Json[];
  return lines.find(({ kind, bucket }) => kind === 'cash' && bucket !== 0)?.['available'];
}
const health = (): Promise<Reply> => walk.ask('GET', '/health', { as: '' });

/** The lane's figure on the page of metrics. */
async function figure(name: string): Promise<number> {
  const [service, partition] = lane.split('/');
  const { body } = await walk.ask('GET', '/metrics', { as: '' });
  const line = `ringfence_${name}{service="${service}",partition="${partition}"} `;
  const found = String(body['text'])
    .split('\n')
    .find((each) => each.startsWith(line));
  return Number(found?.slice(line.length));
}

/** Nothing of this request was taken, and the sender knows it. */
function expectNotTaken({ status, headers, body }: Reply): void {
  expect([status, body['code']]).toEqual([503, 'lane-stalled']);
  expect(body['detail']).toBe(`${lane} is stalled: ${WHY}`);
  expect(body['facts']).toEqual({ lane });
  expect(headers.get('retry-after')).toBe('5');
  expect(headers.get('content-type')).toContain('application/problem+json');
}
/** It may be recorded some day: nobody says that it is, nor that it is not. */
function expectPending({ status, body }: Reply, { id }: Json): void {
  expect(status).toBe(202);
  const reason = `not known to be recorded: ${WHY}`;
  expect(body).toEqual({ status: 'pending', id, reason });
}
async function expectStalled(why = WHY): Promise<void> {
  const { status: code, body } = await health();
  expect([code, body['status']]).toEqual([503, 'error']);
  const { accounts } = body['error'] as { accounts: { stopped: Json[] } };
  const partition = Number(lane.split('/')[1]);
  expect(accounts.stopped).toContainEqual({ partition, status: 'stalled', fault: why });
}
async function expectWell(): Promise<void> {
  expect((await health()).status).toBe(200);
  expect([await figure('lane_active'), await figure('lane_failing_ms')]).toEqual([1, 0]);
}

it.each([0, 40])(
  'answers no order as recorded while the disk is full, and goes on with room (%d bytes landed)',
  async (lands) => {
    await settled();
    const before = moveOf('1');
    expect((await send(before)).body['status']).toBe('accepted');
    await walk.quiet();
    disk.lands = lands;
    disk.full = 'writes';

    const first = moveOf('10');
    expectPending(await send(first), first);
    const second = moveOf('100');
    expectNotTaken(await send(second));
    expectNotTaken(await send([second, moveOf('5')]));
    expectPending(await send(first), first);
    const asked = await walk.get(`/v1/commands/${first.id}`, venueKey(1));
    expect([asked.status, asked.body['code']]).toEqual([503, 'outcome-unknown']);
    expect(asked.body['detail']).toContain(lane);
    await expectStalled();
    expect(await figure('lane_active')).toBe(0);
    expect(await figure('lane_failing_ms')).toBeGreaterThan(0);
    expect(await recorded(before, first, second)).toEqual([1, 0, 0]);

    disk.full = 'no';
    await walk.quiet();
    await expectWell();
    expect(await recorded(before, first, second)).toEqual([1, 1, 0]);
    const told = await walk.get(`/v1/commands/${first.id}`, venueKey(1));
    expect(told.body['status']).toBe('accepted');
    expect((await send(first)).body).toMatchObject({ status: 'accepted', repeated: true });
    expect((await send(second)).body['status']).toBe('accepted');
    await walk.quiet();
    expect(await recorded(before, first, second)).toEqual([1, 1, 1]);
    expect(await moved()).toBe('111000000');
  },
  60_000,
);

it('has all that it acknowledged once after a restart, even one on a disk still full', async () => {
  await settled();
  const kept = moveOf('1');
  expect((await send(kept)).body['status']).toBe('accepted');
  await walk.quiet();
  disk.lands = 40;
  disk.full = 'writes';
  const lost = moveOf('10');
  expectPending(await send(lost), lost);
  expect(said.lines).toContain(`${lane} cannot use its log and tries again: ${WHY}`);
  await walk.house.close();
  said.lines.length = 0;
  disk.full = 'all';
  await expect(walk.start()).rejects.toThrow('ENOSPC: no space left on device');

  disk.full = 'writes';
  await walk.start();
  // what the failed write left must be cut off before the log is read, and there is no room for it
  await expectStalled(String(noRoom()));
  const refused = await send(lost);
  expect([refused.status, refused.body['code']]).toEqual([503, 'lane-stalled']);

  disk.full = 'no';
  await said.untilAllWrite();
  await walk.quiet();
  await expectWell();
  expect(await recorded(kept, lost)).toEqual([1, 0]);
  expect((await send(kept)).body).toMatchObject({ status: 'accepted', repeated: true });
  expect((await send(lost)).body['status']).toBe('accepted');
  expect((await send(lost)).body).toMatchObject({ status: 'accepted', repeated: true });
  await walk.quiet();
  expect(await recorded(kept, lost)).toEqual([1, 1]);
  expect(await moved()).toBe('11000000');
}, 60_000);

it('takes orders until the files that are there are full, and none after that', async () => {
  await settled({ firstBytes: 8192, maxBytes: 16_384 });
  disk.full = 'files';
  const taken: Json[] = [];
  let last: Json;
  for (;;) {
    last = moveOf('1');
    const reply = await send(last);
    if (reply.body['status'] !== 'accepted') {
      expectPending(reply, last);
      break;
    }
    taken.push(last);
  }
  expect(taken.length).toBeGreaterThan(0);
  await expectStalled();
  expect(await recorded(...taken, last)).toEqual([...taken.map(() => 1), 0]);
  disk.full = 'no';
  await walk.restart();
  expect((await send(last)).status).toBe(202);
  await walk.quiet();
  expect(await recorded(...taken, last)).toEqual([...taken, last].map(() => 1));
  expect(await moved()).toBe(`${taken.length + 1}000000`);
}, 60_000);
