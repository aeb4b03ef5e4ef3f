import { ServiceProcess } from '@ringfence/house';
import { freshDatabase, query } from '@ringfence/stack';
import { sized } from '../bench.js';
import { sleep } from '../clock.js';
import { written } from '../log-bytes.js';
import { WALLS } from './cpu.js';
import { Client } from './client.js';
import { FoundedHouse } from './founded-house.js';
import { DEADLINE_MS, type DistributedBench } from './ground.js';
import { cpuOf } from './process-cpu.js';
import { OPERATOR_SECRET, Rig } from './rig.js';
import { drive, transferBodies } from './transfer-load.js';

const SIZE = 1000;
const PARTITIONS = 2;
const LOOK_MS = 20;

/** Rows that a database was given, those of its own tables too; each writer must have left it. */
async function rowsTouched(databaseUrl: string): Promise<number> {
  const [[rows]] = await query(
    databaseUrl,
    'select sum(n_tup_ins + n_tup_upd)::bigint from pg_stat_user_tables',
  );
  return Number(rows);
}

/** Waits until the read models of a gateway show all. @returns when, ms of this process */
async function untilShown(operator: Client): Promise<number> {
  for (const end = performance.now() + DEADLINE_MS; ;) {
    const metrics = await operator.text('/metrics');
    const lag = /^ringfence_projection_lag_records (\d+)$/m.exec(metrics)?.[1];
    if (lag === '0') {
      const at = performance.now();
      // it may not have heard yet how far the logs go
      const { quiet } = await operator.get<{ quiet: boolean }>('/v1/house/quiet?wait=200');
      if (quiet) return at;
    }
    if (performance.now() > end) throw new Error(`the read models do not catch up: lag ${lag}`);
    await sleep(LOOK_MS);
  }
}

async function eventsIn(rig: Rig): Promise<number> {
  return rig.withJournal(async (journal) => {
    let events = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = await written(journal, { service: 'accounts', partition }, 0);
      for (const { decided } of records) for (const one of decided) events += one.events.length;
    }
    return events;
  });
}

/** How fast a gateway over an empty PostgreSQL catches up with the logs that are there. */
export const projectionRate: DistributedBench = {
  name: 'projections',
  needs: ['kafka', 'postgres', 'redis'],
  run: (scale, to, ground) =>
    Rig.with(ground, { partitions: PARTITIONS, projections: 'off' }, async (rig) => {
      const house = await FoundedHouse.found(rig, sized(scale, WALLS.full, WALLS.quick));
      const requests = sized(scale, 200, 4);
      const plan = { kind: 'same', size: SIZE, requests, seed: 1 } as const;
      await drive(house.operator, transferBodies(house.walls, plan), SIZE);
      await house.untilQuiet();
      house.close();

      const databaseUrl = await freshDatabase(ground.stack.postgres.url, 'catchup');
      const { environment, folder } = rig.cluster.of('gateway').plan;
      const gateway = new ServiceProcess({
        service: 'gateway',
        instance: 1,
        folder,
        environment: {
          ...environment,
          RINGFENCE_INSTANCE: '1',
          RINGFENCE_INSTANCES: '2',
          RINGFENCE_PROJECTIONS: 'on',
          RINGFENCE_DATABASE_URL: databaseUrl,
        },
      });
      const events = await eventsIn(rig);
      try {
        await gateway.start();
        const from = performance.now();
        const operator = new Client(gateway.url, OPERATOR_SECRET);
        const cpu = (): Map<string, number> =>
          cpuOf(
            new Map([
              ['gateway', [gateway.pid ?? 0]],
              ['postgres', [ground.stack.postgres.pid]],
            ]),
          );
        const before = cpu();
        const ms = (await untilShown(operator)) - from;
        const after = cpu();
        operator.close();
        await gateway.stop();
        const rows = await rowsTouched(databaseUrl);
        const used = (name: string): number =>
          ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / events;
        to.add({
          name: 'projections.catch-up',
          value: (events * 1000) / ms,
          unit: 'events/s',
          detail: { rowsPerSecond: (rows * 1000) / ms, events, rows, ms },
        });
        to.add({
          name: 'projections.cpu',
          value: used('gateway') + used('postgres'),
          unit: 'µs CPU per event',
          detail: { gateway: used('gateway'), postgres: used('postgres') },
        });
      } finally {
        await gateway.stop();
      }
    }),
};
