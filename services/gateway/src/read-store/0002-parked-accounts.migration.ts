import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts whose rows the database refuses. */
export class ParkedAccounts1700000000002 implements MigrationInterface {
  readonly name = 'ParkedAccounts1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'create table parked_accounts (account bigint not null, reason text, primary key (account))',
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table parked_accounts');
  }
}
