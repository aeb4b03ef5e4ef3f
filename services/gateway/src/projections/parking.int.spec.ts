import { QueryFailedError } from 'typeorm';
import { describeWith } from '@ringfence/stack';
import type { Event } from '@ringfence/contracts';
import { hash, MemoryJournal, type ChainWriter } from '@ringfence/journal';
import { openOptions, recordFor, takeOver } from '@ringfence/journal/suite';
import { accountId, accountText } from '@ringfence/kernel';
import { DecodeCache, logStream, type HouseDecided } from '@ringfence/lane';
import type { DatabaseConfig } from '../read-store/database.config.js';
import { emptyDatabase } from '../read-store/postgres.fixture.js';
import { Outages } from '../read-store/outages.js';
import { ReadStore } from '../read-store/read-store.js';
import { accountsProjection } from './accounts/accounts.projection.js';
import { balancesProjection } from './balances/balances.projection.js';
import { Projector } from './projector.js';
import { roundsProjection } from './rounds/rounds.projection.js';

const PROJECTIONS = [accountsProjection, balancesProjection, roundsProjection];
const [ANNA, BERT, CLEO, DORA] = [3, 4, 5, 6].map((number) => accountId(0, number));
const LANES = { accounts: 'accounts', liquidation: 'liquidation' } as const;
type Service = keyof typeof LANES;

const opened = (account: number): Event =>
  ({
    type: 'AccountOpened',
    account,
    member: 1,
    owner: 'o',
    class: 'client-individual',
    domain: null,
    reference: '',
  }) as unknown as Event;
const credited = (account: number, amount: bigint): Event =>
  ({ type: 'CollateralCredited', account, asset: 1, amount, deposit: 1 }) as unknown as Event;
const closedRound = (round: number): Event =>
  ({ type: 'RoundClosed', domain: 1, round, again: 0 }) as unknown as Event;

/** What `pg` says when the way to the database breaks. */
const connectionLost = (): Error =>
  new QueryFailedError('', [], Object.assign(new Error('terminated'), { code: '57P01' }));

const OUTAGE_WITHIN_MS = 10_000;

let journal: MemoryJournal;
let cache: DecodeCache;
let writers: Record<Service, ChainWriter>;
let store: ReadStore;
let projector: Projector | undefined;
let fault: unknown;
let outages: Outages;
let waits: string[];
let lines: string[];

/** What a rebuild begins with: the tables, and nothing in them. */
const empty = (): Promise<unknown> =>
  store.source.query(
    `truncate checkpoints, parked_accounts, projection_versions, accounts, balances, buckets,
      rounds`,
  );

/** One record of a log with one decision. */
async function record(service: Service, ...events: Event[]): Promise<void> {
  const writer = writers[service];
  const bytes = recordFor(writer, '');
  const origin = { kind: 'continuation' } as const;
  const decided = { origin, command: null, outcome: { kind: 'accepted' }, events };
  cache.put(hash(bytes), [decided as unknown as HouseDecided]);
  await writer.append(bytes);
}
async function start(): Promise<void> {
  fault = undefined;
  outages = new Outages({
    onBegin: ({ fault: why }) => waits.push(String(why)),
    onEnd: () => waits.push('over'),
  });
  projector = await Projector.start({
    journal,
    cache,
    partitions: 1,
    store,
    projections: PROJECTIONS,
    reference: () => Promise.resolve(),
    outages,
    onParked: (line) => lines.push(line),
  });
  void projector.ended.then((why) => (fault = why));
}
/** Until the rows reflect all there is, or nothing moves any more. */
async function caughtUp(): Promise<void> {
  const lag = (): number | undefined =>
    projector?.lag((service) => writers[service as Service]?.head.seq ?? 0);
  while (lag() !== 0 && fault === undefined) {
    projector?.hurry();
    await new Promise((resume) => setImmediate(resume));
  }
}
/** Until a batch was tried again; the database takes none meanwhile. */
async function untilOutage(): Promise<void> {
  const end = performance.now() + OUTAGE_WITHIN_MS;
  while ((outages.outage?.attempts ?? 0) < 2) {
    if (performance.now() > end) throw new Error('no outage was noted');
    projector?.hurry();
    await new Promise((resume) => setImmediate(resume));
  }
}
async function written(): Promise<Record<string, string>> {
  const rows = await store.source.query<{ account: string; available: string }[]>(
    'select account, available from balances',
  );
  return Object.fromEntries(rows.map(({ account, available }) => [account, available]));
}
async function checkpoints(): Promise<Record<string, number>> {
  const found = await store.checkpoints();
  return Object.fromEntries(found.map(({ service, seq }) => [service, Number(seq)]));
}
/** From now on the database takes no row of these accounts. */
const refuse = (...accounts: number[]): Promise<unknown> =>
  store.source.query(
    `alter table balances add constraint unfit check (account not in (${accounts.join(', ')}))
     not valid`,
  );
const takeAgain = async (): Promise<void> => {
  await store.source.query('alter table balances drop constraint if exists unfit');
  await store.source.query('alter table rounds drop constraint if exists unfit');
};

const REASON = 'new row for relation "balances" violates check constraint "unfit"';

/**
 * How accounts are parked, on any engine that the read models live in.
 *
 * @param open  an empty database, or undefined for memory
 */
function parkingSuite(open: () => Promise<DatabaseConfig | undefined>): void {
  beforeAll(async () => {
    const tables = PROJECTIONS.flatMap((each) => each.tables);
    store = await ReadStore.open(tables, await open());
  }, 60_000);
  afterAll(() => store.close());

  beforeEach(async () => {
    journal = new MemoryJournal();
    cache = new DecodeCache();
    fault = undefined;
    waits = [];
    lines = [];
    const take = (service: Service) =>
      takeOver(journal, logStream(service, 0), openOptions(service));
    writers = { accounts: await take('accounts'), liquidation: await take('liquidation') };
    await empty();
  });
  afterEach(async () => {
    await projector?.close();
    projector = undefined;
    await takeAgain();
  });

  it('parks the accounts whose rows are refused, and no other', async () => {
    const all = [ANNA, BERT, CLEO, DORA];
    await record('accounts', ...all.map(opened), ...all.map((account) => credited(account, 5n)));
    await record('liquidation', closedRound(1));
    await refuse(BERT, DORA);
    await start();
    await caughtUp();
    expect([fault, waits]).toEqual([undefined, []]);
    expect(await written()).toEqual({ [ANNA]: '5', [CLEO]: '5' });
    expect(await checkpoints()).toEqual({ accounts: 2, liquidation: 2, reference: 0 });
    expect(projector?.parked).toEqual(new Map([BERT, DORA].map((account) => [account, REASON])));
    expect(lines).toContain(`rows of ${accountText(BERT)} are parked: ${REASON}`);
    const titles = await store.source.query<{ account: string }[]>('select account from accounts');
    expect(new Set(titles.map(({ account }) => Number(account)))).toEqual(new Set([ANNA, CLEO]));
    const rounds = await store.source.query<{ round: string }[]>('select round from rounds');
    expect(rounds).toEqual([{ round: '1' }]);
  });

  it('leaves what a parked account had as it was, also for the next process', async () => {
    await record('accounts', credited(ANNA, 1n), credited(BERT, 1n));
    await start();
    await caughtUp();
    await refuse(BERT);
    await record('accounts', credited(ANNA, 10n), credited(BERT, 10n));
    await caughtUp();
    await takeAgain();
    await record('accounts', credited(ANNA, 100n), credited(BERT, 100n));
    await caughtUp();
    expect(await written()).toEqual({ [ANNA]: '111', [BERT]: '1' });
    expect(await checkpoints()).toMatchObject({ accounts: 4 });

    await projector?.close();
    await start();
    expect([...(projector?.parked.keys() ?? [])]).toEqual([BERT]);
    await record('accounts', credited(ANNA, 1000n), credited(BERT, 1000n));
    await caughtUp();
    expect(await written()).toEqual({ [ANNA]: '1111', [BERT]: '1' });
  });

  it('shows a mended account whole when the read models are built anew', async () => {
    await record('accounts', credited(ANNA, 1n), credited(BERT, 1n));
    await refuse(BERT);
    await start();
    await caughtUp();
    expect([...(projector?.parked.keys() ?? [])]).toEqual([BERT]);
    await projector?.close();
    await takeAgain();
    await empty();
    await start();
    await caughtUp();
    expect(projector?.parked.size).toBe(0);
    expect(await written()).toEqual({ [ANNA]: '1', [BERT]: '1' });
  });

  it('stops visibly, and parks nobody, when a row of no account is refused', async () => {
    await record('accounts', credited(ANNA, 1n));
    await record('liquidation', closedRound(1));
    await store.source.query('alter table rounds add constraint unfit check (round < 0) not valid');
    await start();
    await caughtUp();
    expect(fault).toMatchObject({ name: 'RowRefused' });
    expect(projector?.parked.size).toBe(0);
    expect(await written()).toEqual({});
    expect(await checkpoints()).toEqual({ accounts: 0, liquidation: 0, reference: 0 });
  });

  it('parks nobody when the database cannot be reached', async () => {
    await record('accounts', credited(ANNA, 1n), credited(BERT, 1n));
    const { source } = store;
    const runnerOf = source.createQueryRunner.bind(source);
    source.createQueryRunner = (...mode) => {
      const runner = runnerOf(...mode);
      const query = runner.query.bind(runner) as (...of: unknown[]) => Promise<unknown>;
      runner.query = async (sql: string, ...rest: unknown[]): Promise<never> => {
        // it is back when somebody who was blamed wrongly would be noted
        const isBack = sql.includes('parked_accounts');
        if (sql.startsWith('with ') && !isBack) throw connectionLost();
        return (await query(sql, ...rest)) as never;
      };
      return runner;
    };
    await start();
    await untilOutage();
    expect([projector?.parked.size, await written()]).toEqual([0, {}]);
    expect(waits).toEqual([expect.stringContaining('terminated')]);
    expect(await checkpoints()).toMatchObject({ accounts: 0 });
    source.createQueryRunner = runnerOf;
    await caughtUp();
    expect([await written(), waits.at(-1)]).toEqual([{ [ANNA]: '1', [BERT]: '1' }, 'over']);
  });

  it('parks nobody when the database is lost while it looks for the account', async () => {
    await record('accounts', credited(ANNA, 1n), credited(BERT, 1n));
    await refuse(BERT);
    const looked: ReadonlySet<number>[] = [];
    const refusal = store.refusal.bind(store);
    store.refusal = async (rows) => {
      looked.push(rows.accounts());
      throw connectionLost();
    };
    await start();
    await untilOutage();
    expect(looked[0]).toEqual(new Set([ANNA, BERT]));
    expect([projector?.parked.size, await written()]).toEqual([0, {}]);
    expect(await checkpoints()).toMatchObject({ accounts: 0 });
    store.refusal = refusal;
    await caughtUp();
    expect([...(projector?.parked.keys() ?? [])]).toEqual([BERT]);
    expect(await written()).toEqual({ [ANNA]: '1' });
  });
}

describe('parking in memory', () => {
  parkingSuite(() => Promise.resolve(undefined));
});
describeWith(['postgres'], 'parking on PostgreSQL', ({ postgres }) => {
  parkingSuite(() => emptyDatabase(postgres.url));
});
