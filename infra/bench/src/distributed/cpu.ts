import { sized, type Report, type Scale } from '../bench.js';
import { median, sleep } from '../clock.js';
import type { Target } from '../line.js';
import { FoundedHouse } from './founded-house.js';
import type { DistributedBench, Ground } from './ground.js';
import { cpuBetween, Rig, sumOf, type RigOptions } from './rig.js';
import { checkEnded, drive, transferBodies, type Kind } from './transfer-load.js';

export const KINDS: readonly Kind[] = ['same', 'cross'];
const SIZES = [1, 100, 1000] as const;
/** µs at 1,000 per request, of all processes; issue 5, section 7 */
const TARGETS: Readonly<Record<Kind, Target>> = {
  same: { goal: 5.5, floor: 11 },
  cross: { goal: 11, floor: 22 },
};
const UNIT = 'µs CPU per transfer';
export const WALLS = { full: 2_500, quick: 20 } as const;

/** A round of transfers from the first request until every one of them ended. */
interface Round {
  /** µs of CPU per transfer, by process */
  readonly items: ReadonlyMap<string, number>;
  readonly ms: number;
}
interface Measurement {
  readonly rounds: readonly Round[];
  readonly transfers: number;
}

async function measure(
  rig: Rig,
  house: FoundedHouse,
  scale: Scale,
  { kind, size, salt }: { readonly kind: Kind; readonly size: number; readonly salt: number },
): Promise<Measurement> {
  const transfers = transfersOf(scale, size);
  const rounds: Round[] = [];
  for (let no = 0; no < sized(scale, 4, 1); no++) {
    const plan = { kind, size, requests: transfers / size, seed: salt * 100 + no };
    const bodies = [...transferBodies(house.walls, plan)];
    const before = rig.cpu();
    const from = performance.now();
    const answered = await drive(house.operator, bodies, size);
    await house.untilQuiet();
    const ms = performance.now() - from;
    const used = cpuBetween(before, rig.cpu());
    checkKind(kind, answered.accepted, transfers);
    await checkEnded(house.operator, bodies);
    rounds.push({ ms, items: new Map([...used].map(([name, us]) => [name, us / transfers])) });
  }
  // the engines of the processes still compile in the first
  return { rounds: rounds.slice(rounds.length > 1 ? 1 : 0), transfers };
}
const transfersOf = (scale: Scale, size: number): number =>
  sized(scale, { 1: 2_000, 100: 40_000 }[size] ?? 80_000, size === 1 ? 40 : size * 4);

/** @throws Error when transfers of one partition were not over with their answer */
function checkKind(kind: Kind, accepted: number, transfers: number): void {
  if (kind === 'same' && accepted !== transfers) {
    throw new Error(`${transfers - accepted} transfers of one partition were answered as pending`);
  }
}

/** µs of CPU per ms that each process uses while nothing is asked of it. */
async function idleRates(rig: Rig, scale: Scale): Promise<ReadonlyMap<string, number>> {
  const before = rig.cpu();
  const from = performance.now();
  await sleep(sized(scale, 5_000, 500));
  const ms = performance.now() - from;
  return new Map([...cpuBetween(before, rig.cpu())].map(([name, us]) => [name, us / ms]));
}

/** The round in the middle by its sum, so that the items belong together. */
function middle(rounds: readonly Round[]): Round {
  const total = median(rounds.map(({ items }) => sumOf(items)));
  const found = rounds.find(({ items }) => sumOf(items) === total);
  if (!found) throw new RangeError('nothing was measured');
  return found;
}

interface Named {
  readonly name: string;
  readonly kind: Kind;
  readonly size: number;
}
function report(
  { name, kind, size }: Named,
  { rounds, transfers }: Measurement,
  idle: ReadonlyMap<string, number>,
  { to, ground }: { readonly to: Report; readonly ground: Ground },
): void {
  const { items, ms } = middle(rounds);
  const value = sumOf(items);
  const baseline = `postgres.${size}`;
  const against = ground.known.get(baseline);
  to.add({
    name,
    value,
    unit: UNIT,
    ...(size === 1000 ? { target: TARGETS[kind] } : undefined),
    ...(against === undefined ? undefined : { against: { value: against, name: baseline } }),
    detail: {
      net: value - (sumOf(idle) * ms) / transfers,
      least: Math.min(...rounds.map((round) => sumOf(round.items))),
      perSecond: (transfers / ms) * 1000,
      ...Object.fromEntries(items),
    },
  });
}

/** A house of its own per variant: its projections, and whether its lanes have standbys. */
async function variant(
  scale: Scale,
  to: Report,
  ground: Ground,
  { options, sizes, suffix }: Variant,
): Promise<void> {
  await Rig.with(ground, { partitions: 2, ...options }, async (rig) => {
    const house = await FoundedHouse.found(rig, sized(scale, WALLS.full, WALLS.quick));
    const idle = await idleRates(rig, scale);
    to.add({
      name: `cpu.idle.${suffix}`,
      value: sumOf(idle) * 1000,
      unit: 'µs CPU per second',
      detail: Object.fromEntries([...idle].map(([name, rate]) => [name, rate * 1000])),
    });
    let salt = 0;
    // the large ones first: after them the engines have compiled what the small ones use
    for (const size of [...sizes].reverse()) {
      for (const kind of KINDS) {
        const measured = await measure(rig, house, scale, { kind, size, salt: ++salt });
        const name = `cpu.${kind}.${size}.${suffix}`;
        report({ name, kind, size }, measured, idle, { to, ground });
      }
    }
    house.close();
  });
}
interface Variant {
  readonly options: Pick<RigOptions, 'projections' | 'instances'>;
  readonly sizes: readonly number[];
  readonly suffix: string;
}

const VARIANTS: readonly Variant[] = [
  { options: { projections: 'off' }, sizes: SIZES, suffix: 'projections-off' },
  { options: { projections: 'on' }, sizes: SIZES, suffix: 'projections-on' },
  { options: { projections: 'on', instances: 2 }, sizes: [1000], suffix: 'standbys' },
];

/** CPU of a transfer until it ended, over every process of the house and its servers. */
export const cpu: DistributedBench = {
  name: 'cpu',
  needs: ['kafka', 'postgres', 'redis'],
  async run(scale, to, ground) {
    for (const each of VARIANTS) await variant(scale, to, ground, each);
  },
};
