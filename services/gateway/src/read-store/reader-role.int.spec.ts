import { describeWith, query } from '@ringfence/stack';
import { caughtUp, SpecHouse } from '../projections/spec-house.fixture.js';
import { rebuild } from '../rebuild/rebuild.js';
import type { DatabaseConfig } from './database.config.js';
import { emptyDatabase } from './postgres.fixture.js';
import { makeReaderRole, READER_ROLE, ReaderRoleRefused } from './reader-role.js';

const as = (user: string, { url }: DatabaseConfig): string => {
  const made = new URL(url);
  made.username = user;
  return made.href;
};

describeWith(['postgres'], 'the role that can only read', ({ postgres }) => {
  let database: DatabaseConfig;
  let house: SpecHouse;
  beforeAll(async () => {
    database = await emptyDatabase(postgres.url);
    house = new SpecHouse();
    const models = house.readModels(database);
    await house.trade(10, 5);
    await caughtUp(models);
    await query(database.url, 'create schema other; create table other.secrets (name text)');
    await makeReaderRole(database);
    await makeReaderRole(database); // a second time it only mends
  }, 60_000);
  afterAll(async () => {
    await house.end();
    await query(database.url, `drop owned by ${READER_ROLE}; drop role ${READER_ROLE}`);
  });
  const reader = (sql: string) => query(as(READER_ROLE, database), sql);

  it('reads every table of the read models', async () => {
    expect(await reader('select count(*) > 0 from balances')).toEqual([['t']]);
    const tables = await query(
      database.url,
      "select tablename from pg_tables where schemaname = 'ringfence'",
    );
    expect(tables.length).toBeGreaterThan(9);
    for (const [name] of tables) await reader(`select * from ringfence.${name}`);
  });

  it('reads what a rebuild has put in their place', async () => {
    const { journal } = house;
    const { swapped } = await rebuild({
      journal,
      database,
      projection: 'all',
      say: () => undefined,
    });
    expect(swapped).toBe(true);
    expect(await reader('select count(*) > 0 from balances')).toEqual([['t']]);
  });

  const WRITES = [
    'insert into balances (account, bucket, asset) values (1, 1, 1)',
    'update balances set available = 0',
    'delete from balances',
    'truncate balances',
    'create table mine (name text)',
    'alter table balances add column mine text',
    'drop table balances',
    'create schema mine',
    'create role mine',
  ];
  it.each(WRITES)('is refused: %s', async (sql) => {
    await expect(reader(sql)).rejects.toThrow(/read-only transaction/);
    // it may leave the read-only mode; what counts are its rights
    await expect(reader(`begin; set transaction read write; ${sql}`)).rejects.toThrow(
      /permission denied|must be owner/,
    );
  });

  it('sees no other schema', async () => {
    await expect(reader('select * from other.secrets')).rejects.toThrow(/permission denied/);
  });

  it('is refused clearly to a user who may not make roles', async () => {
    const user = 'spec_gateway_user';
    await query(database.url, `create role ${user} login`);
    try {
      const making = makeReaderRole({ ...database, url: as(user, database) }, 'secret word');
      const fault = await making.catch((each: unknown) => each as Error);
      expect(fault).toBeInstanceOf(ReaderRoleRefused);
      const { message } = fault as Error;
      expect(message).toContain('user spec_gateway_user may not make ringfence_reader');
      expect(message).toContain('grant select on all tables in schema ringfence');
      expect(message).not.toContain('secret word');
    } finally {
      await query(database.url, `drop role ${user}`);
    }
  });
});
