import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sized, type Report, type Scale } from '../bench.js';
import { sleep } from '../clock.js';
import { WALLS } from './cpu.js';
import { FoundedHouse } from './founded-house.js';
import { DEADLINE_MS, type DistributedBench } from './ground.js';
import { Rig } from './rig.js';
import { drive, transferBodies } from './transfer-load.js';

const SIZE = 1000;
/** Part of the log that is newer than the snapshot that was asked for. */
const NEWER = 0.1;
/** Between two orders that ask whether the lane decides again. */
const ASK_MS = 25;
/** Within ten seconds of a kill the house goes on; issue 5, sections 2 and 5. */
const TARGET = { goal: 5_000, floor: 10_000 };

/**
 * Sends orders, each a new one, until the house acknowledges one.
 *
 * @returns ms from the call to the first acknowledgement
 */
async function untilAcknowledged(house: FoundedHouse, seed: number): Promise<number> {
  const from = performance.now();
  const plan = { kind: 'same', size: 1, requests: DEADLINE_MS / ASK_MS, seed } as const;
  let acknowledged: number | undefined;
  const asked: Promise<void>[] = [];
  for (const body of transferBodies(house.walls, plan)) {
    if (acknowledged !== undefined || performance.now() - from > DEADLINE_MS) break;
    asked.push(
      house.operator.post('/v1/transfers', body).then(
        ({ body: said }) => {
          if (said.includes('"status":"accepted"')) acknowledged ??= performance.now() - from;
        },
        // a connection that broke acknowledges nothing; the next order asks again
        () => undefined,
      ),
    );
    await sleep(ASK_MS);
  }
  await Promise.all(asked);
  if (acknowledged === undefined) throw new Error(`no acknowledgement within ${DEADLINE_MS} ms`);
  return acknowledged;
}

/** Fills the log of the one accounts lane; a snapshot is asked for before the last part. */
async function fill(house: FoundedHouse, commands: number): Promise<void> {
  const load = (count: number, seed: number): Promise<unknown> => {
    const plan = { kind: 'same', size: SIZE, requests: count / SIZE, seed } as const;
    return drive(house.operator, transferBodies(house.walls, plan), SIZE);
  };
  await load(commands * (1 - NEWER), 1);
  await house.operator.must('/v1/snapshots', {});
  await load(commands * NEWER, 2);
  await house.untilQuiet();
}

async function measure(rig: Rig, scale: Scale, to: Report): Promise<void> {
  const { cluster } = rig;
  const house = await FoundedHouse.found(rig, sized(scale, WALLS.full, WALLS.quick));
  const commands = sized(scale, 1_000_000, 10_000);
  await fill(house, commands);
  const line = (name: string, ms: number): void =>
    to.add({
      name: `recovery.${name}`,
      value: ms,
      unit: 'ms',
      target: TARGET,
      detail: { commands },
    });

  const [owner, standby] = [cluster.of('accounts', 0), cluster.of('accounts', 1)];
  await owner.kill();
  line('standby', await untilAcknowledged(house, 3));

  await standby.kill();
  for (const [no, name] of (['snapshot', 'from-zero'] as const).entries()) {
    if (name === 'from-zero') {
      await owner.kill();
      await rm(join(cluster.options.folder, owner.name), { recursive: true });
    }
    const [ms] = await Promise.all([untilAcknowledged(house, 4 + no), owner.start()]);
    line(`cold.${name}`, ms);
  }
  await house.untilQuiet();
  house.close();
}

/** From the kill of a lane's owner to the next acknowledged order, with a long log. */
export const recovery: DistributedBench = {
  name: 'recovery',
  needs: ['kafka', 'postgres', 'redis'],
  run: (scale, to, ground) =>
    Rig.with(ground, { partitions: 1, projections: 'off', instances: 2 }, (rig) =>
      measure(rig, scale, to),
    ),
};
