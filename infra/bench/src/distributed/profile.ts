import { mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROCESSES } from '@ringfence/house';
import { sized, type Report, type Scale } from '../bench.js';
import { KINDS, WALLS } from './cpu.js';
import { profileClock, selfTimes, type CpuProfile } from './cpu-profile.js';
import { FoundedHouse } from './founded-house.js';
import type { DistributedBench, Ground } from './ground.js';
import { Rig } from './rig.js';
import { drive, transferBodies, type Kind } from './transfer-load.js';

const SIZE = 1000;
/** Packages below this share of a process's time are summed up. */
const SHARE_MIN = 0.01;

/** When the transfers of one kind ran, on the clock of the profiles. */
interface Window {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly transfers: number;
}

async function load(house: FoundedHouse, scale: Scale): Promise<Window[]> {
  const windows: Window[] = [];
  for (const [no, kind] of KINDS.entries()) {
    const requests = sized(scale, 200, 4);
    const bodies = (seed: number): string[] => [
      ...transferBodies(house.walls, { kind, size: SIZE, requests, seed }),
    ];
    await drive(house.operator, bodies(no * 2 + 1), SIZE);
    await house.untilQuiet();
    const measured = bodies(no * 2 + 2);
    const from = profileClock();
    await drive(house.operator, measured, SIZE);
    await house.untilQuiet();
    windows.push({ kind, from, to: profileClock(), transfers: requests * SIZE });
  }
  return windows;
}

/** Profiles by process; of those not named there, such as takers of snapshots, together. */
async function profilesIn(
  folder: string,
  processes: ReadonlyMap<number, string>,
): Promise<Map<string, CpuProfile[]>> {
  const profiles = new Map<string, CpuProfile[]>();
  for (const file of await readdir(folder)) {
    // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile
    const name = processes.get(Number(file.split('.')[3])) ?? 'others';
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    profiles.set(name, [...(profiles.get(name) ?? []), profile]);
  }
  return profiles;
}

function report(
  to: Report,
  name: string,
  profiles: readonly CpuProfile[],
  { from, to: end, transfers }: Window,
): void {
  const times = new Map<string, number>();
  for (const profile of profiles) {
    for (const [of, us] of selfTimes(profile, from, end)) {
      times.set(of, (times.get(of) ?? 0) + us / transfers);
    }
  }
  const value = [...times.values()].reduce((sum, us) => sum + us, 0);
  const detail: Record<string, number> = {};
  let rest = 0;
  for (const [of, us] of [...times].sort(([, a], [, b]) => b - a)) {
    if (us >= value * SHARE_MIN) detail[of] = us;
    else rest += us;
  }
  to.add({ name, value, unit: 'µs self time per transfer', detail: { ...detail, rest } });
}

/** Where the time of the house's processes goes, by package. */
export const profile: DistributedBench = {
  name: 'profile',
  needs: ['kafka', 'postgres', 'redis'],
  isOptional: true,
  async run(scale: Scale, to: Report, ground: Ground) {
    const folder = join(ground.folder, 'profiles');
    mkdirSync(folder);
    const environment = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
    const options = { partitions: 2, projections: 'on', environment } as const;
    const processes = new Map<number, string>();
    const windows = await Rig.with(ground, options, async (rig) => {
      for (const service of PROCESSES) processes.set(rig.cluster.of(service).pid ?? 0, service);
      const house = await FoundedHouse.found(rig, sized(scale, WALLS.full, WALLS.quick));
      const loaded = await load(house, scale);
      house.close();
      return loaded;
    });
    const profiles = await profilesIn(folder, processes);
    for (const window of windows) {
      for (const [name, of] of profiles) {
        report(to, `profile.${window.kind}.${SIZE}.${name}`, of, window);
      }
    }
  },
};
