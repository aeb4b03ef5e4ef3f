import { sized, type Report, type Scale } from '../bench.js';
import { quantile, sleep } from '../clock.js';
import type { Client } from './client.js';
import { KINDS, WALLS } from './cpu.js';
import { FoundedHouse } from './founded-house.js';
import type { DistributedBench, Ground } from './ground.js';
import { Rig } from './rig.js';
import { checkEnded, drive, transferBodies, type Kind } from './transfer-load.js';

/** `taken`: until the house answers; `ended`: until the transfer is over, which the answer says. */
const WAYS = [
  { way: 'taken', headers: {} },
  { way: 'ended', headers: { prefer: 'wait=5' } },
] as const;

/** Each kind has ids of its own. */
const seedOf = (kind: Kind): number => KINDS.indexOf(kind) * 100;

/** Ten seconds of them; enough for a p99, and not so many that a slow disk holds up the run. */
const requestsAt = (perSecond: number): number =>
  Math.min(2_000, Math.max(300, Math.round(perSecond * 10)));

/** Transfers per second that four callers get through one by one. */
async function singleRate(house: FoundedHouse, kind: Kind, scale: Scale): Promise<number> {
  const run = async (requests: number, seed: number): Promise<number> => {
    const bodies = [...transferBodies(house.walls, { kind, size: 1, requests, seed })];
    const from = performance.now();
    await drive(house.operator, bodies, 1);
    return (requests * 1000) / (performance.now() - from);
  };
  await run(sized(scale, 300, 20), seedOf(kind) + 1);
  const rate = await run(sized(scale, 1_000, 40), seedOf(kind) + 2);
  await house.untilQuiet();
  return rate;
}

/**
 * Sends at an even pace, whether or not the house has answered what was sent before.
 *
 * @returns ms from each request to its answer
 */
async function paced(
  client: Client,
  bodies: readonly string[],
  { perSecond, headers }: { perSecond: number; headers: Readonly<Record<string, string>> },
): Promise<number[]> {
  const begin = performance.now();
  const answers: Promise<number>[] = [];
  for (let no = 0; no < bodies.length; no++) {
    const due = begin + (no * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    answers.push(timed(client, bodies[no], headers));
  }
  return Promise.all(answers);
}
async function timed(
  client: Client,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const from = performance.now();
  const { status, body: said } = await client.post('/v1/transfers', body, headers);
  const ms = performance.now() - from;
  if (status !== 202) throw new Error(`${status} ${said.slice(0, 300)}`);
  const { status: fate } = JSON.parse(said) as { readonly status: string };
  const isWaited = 'prefer' in headers;
  if (fate !== 'accepted' && (isWaited || fate !== 'pending')) {
    throw new Error(`a transfer is ${fate}: ${said.slice(0, 300)}`);
  }
  return ms;
}

async function measure(
  scale: Scale,
  to: Report,
  ground: Ground,
  flush: 'on' | 'off',
): Promise<void> {
  await Rig.with(ground, { partitions: 2, projections: 'on', flush }, async (rig) => {
    const house = await FoundedHouse.found(rig, sized(scale, WALLS.full, WALLS.quick));
    for (const kind of KINDS) {
      const rate = await singleRate(house, kind, scale);
      const perSecond = rate / 2;
      for (const [no, { way, headers }] of WAYS.entries()) {
        const requests = sized(scale, requestsAt(perSecond), 40);
        const plan = { kind, size: 1, requests, seed: seedOf(kind) + 3 + no };
        const bodies = [...transferBodies(house.walls, plan)];
        const ms = await paced(house.operator, bodies, { perSecond, headers });
        await house.untilQuiet();
        await checkEnded(house.operator, bodies);
        for (const [name, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
        ] as const) {
          to.add({
            name: `latency.${kind}.${way}.flush-${flush}.${name}`,
            value: quantile(ms, share),
            unit: 'ms',
            detail: { perSecond, requests },
          });
        }
      }
    }
    house.close();
  });
}

/** One transfer at half of what single requests reach, with and without forced flush. */
export const latency: DistributedBench = {
  name: 'latency',
  needs: ['kafka', 'postgres', 'redis'],
  async run(scale, to, ground) {
    for (const flush of ['off', 'on'] as const) await measure(scale, to, ground, flush);
  },
};
