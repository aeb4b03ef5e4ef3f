import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How often each projection was built anew beside the one that served. A projector that knows an
 * older sum moves no checkpoint: it looks again at what stands there.
 */
export class ProjectionVersions1700000000003 implements MigrationInterface {
  readonly name = 'ProjectionVersions1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'create table projection_versions (projection text primary key, version bigint not null)',
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table projection_versions');
  }
}
