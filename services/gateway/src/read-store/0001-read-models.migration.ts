import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Amounts hold 10^38 smallest units and their sums. Written out once: later changes are migrations
 * of their own.
 */
const TABLES = [
  `create table checkpoints (service text not null, partition integer not null,
    seq bigint not null, hash text not null, primary key (service, partition))`,
  `create table accounts (account bigint not null, member integer, owner text, class text,
    domain integer, reference text, status text, primary key (account))`,
  `create table balances (account bigint not null, bucket integer not null,
    asset integer not null, available numeric not null default 0,
    reserved numeric not null default 0, primary key (account, bucket, asset))`,
  `create table buckets (account bigint not null, bucket integer not null,
    due numeric, claim numeric, debt numeric, primary key (account, bucket))`,
  `create table positions (account bigint not null, bucket integer not null,
    instrument integer not null, lots bigint, cost numeric,
    primary key (account, bucket, instrument))`,
  `create table calls (partition integer not null, call bigint not null, account bigint,
    bucket integer, amount numeric, deadline bigint, called_at bigint, status text,
    primary key (partition, call))`,
  `create table legs (partition integer not null, reservation bigint not null, trade text,
    purpose text, account bigint, bucket integer, instrument integer, lots bigint,
    price bigint, fee numeric, status text, reason text, primary key (partition, reservation))`,
  `create index legs_by_trade on legs (trade)`,
  `create table rounds (domain integer not null, round bigint not null, cause text,
    frame bigint, opened_at bigint, status text, collected numeric, claims numeric,
    debts numeric, deficits numeric, insurance_used numeric, cut_by_adl numeric, cut numeric,
    paid numeric, due numeric, primary key (domain, round))`,
  `create table withdrawals (partition integer not null, withdrawal bigint not null,
    account bigint, asset integer, amount numeric, destination text, approvals integer,
    needed integer, status text, reason text, transaction text,
    primary key (partition, withdrawal))`,
];

export class ReadModels1700000000001 implements MigrationInterface {
  readonly name = 'ReadModels1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }
  async down(runner: QueryRunner): Promise<void> {
    const names = TABLES.flatMap((statement) => /^create table (\w+)/.exec(statement)?.[1] ?? []);
    for (const name of names) await runner.query(`drop table ${name}`);
  }
}
