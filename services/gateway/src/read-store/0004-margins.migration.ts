import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every read model of before: they are filled again with the new one, from the logs' beginning. */
const FILLED = [
  'accounts',
  'balances',
  'buckets',
  'positions',
  'calls',
  'legs',
  'rounds',
  'withdrawals',
  'parked_accounts',
  'checkpoints',
];

/**
 * The newest evaluation of every margin bucket. The checkpoints say how far all read models are,
 * so a table that begins empty makes all of them begin again.
 */
export class Margins1700000000004 implements MigrationInterface {
  readonly name = 'Margins1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table margins (account bigint not null, bucket integer not null,
      level text, lines text, requirements text, worst_scenario integer, net_option_value numeric,
      collateral numeric, debt numeric, equity numeric, free numeric, maintenance numeric,
      call numeric, initial numeric, release numeric, delta numeric, gamma numeric, vega numeric,
      theta numeric, rho numeric, vanna numeric, volga numeric, liquidation_price bigint,
      liquidation_of integer, risk_score integer, is_kept boolean, missing text,
      parameters bigint, accounts_seq bigint, frame bigint, inputs text,
      primary key (account, bucket))`);
    for (const table of FILLED) await runner.query(`delete from ${table}`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table margins');
  }
}
