import { hash } from '@ringfence/journal';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { custodyLane } from '@ringfence/domain-custody';
import { liquidationLane } from '@ringfence/domain-liquidation';
import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import { accountText, commandIdText, type AccountId } from '@ringfence/kernel';
import { journalFolder } from '@ringfence/service-kit';
import { sized, type Bench, type Scale } from './bench.js';
import { median, Stopwatch, turn } from './clock.js';
import { Dice, Ids } from './ids.js';
import { inFolder, openJournal } from './journal.js';
import { ACCOUNTS, drive, portions } from './ledger-yard.js';
import type { Target } from './line.js';
import { found, OPERATOR, USDT } from './market.js';
import { HELD, openWalls, TransferMaker } from './walls.js';
import { Yard, type AnyDefinition } from './yard.js';

/** The whole house in one process, with its public HTTP. */
const HOUSE = fileURLToPath(new URL('../../../services/house/dist/main.js', import.meta.url));
const SECRET = 'bench venue';
const PAYMENTS = 500;
/** Requests under way at once. */
const CALLERS = 4;
const CUSTODY = { service: 'custody', partition: 0 } as const;
/**
 * Items per request, and the CPU of each that DESIGN 12 asks for, in µs: of the HTTP edge alone.
 */
const SIZES: readonly { readonly size: number; readonly target: Target }[] = [
  { size: 1, target: { goal: 20, floor: 40 } },
  { size: 100, target: { goal: 1.3, floor: 3 } },
  { size: 1000, target: { goal: 1.3, floor: 3 } },
];
/** Of the clock that Linux counts a process's CPU with. */
const TICK_US = 10_000;

const LANES = [
  referenceLane,
  ACCOUNTS,
  custodyLane,
  riskLane,
  liquidationLane,
] as unknown as AnyDefinition[];

interface Prepared {
  readonly walls: readonly AccountId[];
  /** CPU of a transfer in the same lanes without HTTP, µs, by size */
  readonly inside: ReadonlyMap<number, number>;
}

/** Writes the logs of a house with funded walls, so that its API can be measured at once. */
async function prepare(folder: string, scale: Scale): Promise<Prepared> {
  const count = sized(scale, 5_000, 10);
  const journal = await openJournal(journalFolder(folder));
  const yard = await Yard.open({ journal, partitions: 1, definitions: LANES, breathe: turn });
  await found(yard, 1, hash(new TextEncoder().encode(SECRET)));
  const walls = await openWalls(yard, 0, count);
  let height = 0;
  const observe = async (paid: readonly AccountId[]): Promise<void> => {
    const payments = paid.map((account) => {
      const to = accountText(account);
      return { transaction: `funding ${to}`, to, asset: USDT, amount: HELD };
    });
    const chain = { type: 'ObserveBlock', chain: 'simulated', confirmed: [] } as const;
    await yard.order(CUSTODY, [{ ...chain, height: ++height, payments }], OPERATOR);
  };
  for (let i = 0; i < count; i += PAYMENTS) await observe(walls.slice(i, i + PAYMENTS));
  for (let i = 0; i < 3; i++) await observe([]);
  await yard.quiet();
  const inside = new Map<number, number>();
  for (const { size } of SIZES) inside.set(size, median(await without(yard, walls, scale, size)));
  await yard.close();
  await journal.close();
  return { walls, inside };
}

/** The same orders handed to the lanes directly. */
async function without(
  yard: Yard,
  walls: readonly AccountId[],
  scale: Scale,
  size: number,
): Promise<number[]> {
  const count = ordersOf(scale, size);
  const samples: number[] = [];
  for (let round = 0; round < sized(scale, 4, 1); round++) {
    const maker = new TransferMaker(walls, walls, [USDT], size * 10 + round);
    const packed = portions(maker, count, size);
    const watch = new Stopwatch();
    await drive(yard.lane('accounts'), packed);
    await yard.quiet();
    samples.push(watch.cpu() / count);
  }
  return samples;
}
const ordersOf = (scale: Scale, size: number): number =>
  sized(scale, size === 1 ? 3_000 : 60_000, size * CALLERS);

interface House {
  readonly url: string;
  readonly child: ChildProcess;
}
async function serve(folder: string, projections: 'on' | 'off'): Promise<House> {
  const options = ['--folder', folder, '--partitions', '1', '--port', '0'];
  const args = [HOUSE, ...options, '--projections', projections];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((ready, fail) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = /"url":"([^"]+)"/.exec(line);
      if (told) ready(told[1]);
    });
    child.once('exit', () => fail(new Error('the house ended before it was ready')));
  });
  return { url, child };
}
/** CPU time of another process, µs. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Requests with transfers between random walls, made before the clock runs. */
function bodies(walls: readonly AccountId[], requests: number, size: number): string[] {
  const dice = new Dice(requests * size);
  const ids = new Ids(Math.floor(performance.now() * 1000));
  const item = (): object => {
    const from = dice.below(walls.length);
    return {
      id: commandIdText(ids.next()),
      from: accountText(walls[from]),
      to: accountText(walls[(from + 1 + dice.below(walls.length - 1)) % walls.length]),
      asset: 'USDT',
      amount: `0.${String(1 + dice.below(999_998)).padStart(6, '0')}`,
    };
  };
  return Array.from({ length: requests }, () =>
    JSON.stringify(size === 1 ? item() : Array.from({ length: size }, item)),
  );
}

async function send(url: string, requests: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
  const queue = requests.values();
  const call = async (): Promise<void> => {
    for (const body of queue) {
      const response = await fetch(`${url}/v1/transfers`, { method: 'POST', headers, body });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
}

async function measure(
  { url, child }: House,
  walls: readonly AccountId[],
  scale: Scale,
  size: number,
): Promise<number[]> {
  const count = ordersOf(scale, size);
  const samples: number[] = [];
  for (let round = 0; round < sized(scale, 5, 1); round++) {
    const requests = bodies(walls, count / size, size);
    const before = cpuOf(child);
    await send(url, requests);
    samples.push((cpuOf(child) - before) / count);
  }
  return samples.slice(samples.length > 1 ? 1 : 0);
}

/** Transfers through the public API of a house in another process; its CPU is what counts. */
export const http: Bench = {
  name: 'http',
  async run(scale, to) {
    if (!existsSync(HOUSE)) return to.skip('http', 'services/house is not built');
    if (process.platform !== 'linux') return to.skip('http', 'reads CPU times from /proc');
    for (const projections of ['off', 'on'] as const) {
      await inFolder(async (folder) => {
        const { walls, inside } = await prepare(folder, scale);
        const house = await serve(folder, projections);
        for (const { size, target } of SIZES) {
          const value = median(await measure(house, walls, scale, size));
          const name = `http.${size}.projections-${projections}`;
          const lanes = inside.get(size) ?? 0;
          const against = { value: lanes, name: `${name}.lanes` };
          to.add({ name, value, unit: 'µs CPU per command', against });
          to.add({ name: `${name}.lanes`, value: lanes, unit: 'µs CPU per command' });
          to.add({
            name: `${name}.edge`,
            value: value - lanes,
            unit: 'µs CPU per command',
            target,
          });
        }
        const ended = new Promise((done) => house.child.once('exit', done));
        house.child.kill('SIGTERM');
        await ended;
      });
    }
  },
};
