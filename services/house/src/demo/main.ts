import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesOf, addressText, SERVICES } from '@ringfence/kernel';
import { lanesApart, linesApart, sumsApart, type LaneLine } from './apart.js';
import { runToEnd } from './child.js';
import { DistributedDemoHouse, EmbeddedDemoHouse, type DemoHouse } from './demo-house.js';
import { CrashScenario } from './crash-scenario.js';
import { firstKeyPrint } from './founding.js';
import { OptionScenario } from './option-scenario/option-scenario.js';
import { mustBeEmpty, parseOptions, startsAgain, WrongOption } from './options.js';
import type { DemoOptions } from './options.js';
import { Progress } from './progress.js';
import { joined, type Part, type Rebuilt } from './rebuild.js';
import { jsonOf, summaryOf, uncoveredOf, type Seen } from './report.js';
import type { Cast, Scenario } from './scenario.js';

/** moves under way when the house is killed */
const MOVES_AT_KILL = 2000;

class Demo {
  readonly progress = new Progress();

  constructor(
    readonly options: DemoOptions,
    readonly folder: string,
    readonly house: DemoHouse,
  ) {}

  async run(): Promise<Seen> {
    const { options, progress } = this;
    const url = await this.house.start();
    const Played = options.scenario === 'options' ? OptionScenario : CrashScenario;
    const scenario: Scenario = new Played(options, progress, url);
    progress.say(`house at ${url}, ${options.partitions} partitions, log in ${this.folder}`);
    await scenario.play();
    const killed = await this.#killAndReturn(scenario.cast);
    return this.#judge(scenario, killed);
  }

  /** kill -9 in the middle of work; what was not answered is sent again under the same ids. */
  async #killAndReturn(crowd: Cast): Promise<Seen['killed']> {
    const { rssMb } = await crowd.operator.get<{ rssMb: number }>('/v1/house/working');
    const orders = crowd.someMoves(MOVES_AT_KILL);
    const sending = crowd.send(orders).catch(() => undefined);
    await Promise.race([sending, crowd.operator.get('/health')]);
    await this.house.kill();
    await sending;
    const started = performance.now();
    crowd.url = await this.house.start();
    await crowd.operator.quiet();
    const recoveredMs = performance.now() - started;
    await crowd.send(orders);
    await this.house.whole();
    await crowd.operator.quiet(true);
    this.progress.say(`killed, and back after ${recoveredMs.toFixed(0)} ms`);
    return { unanswered: orders.length, recoveredMs, rssMb };
  }

  /** Every lane from the logs, in processes of their own: as many at once as processors. */
  async #rebuilt(): Promise<Rebuilt> {
    const { house, options } = this;
    const { partitions } = options;
    const parts = Array.from({ length: options.partitions }, (_, part) => part);
    const found: Rebuilt[] = [];
    const work = async (): Promise<void> => {
      for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
        const lanes = addressesOf(SERVICES, partitions);
        const order: Part = {
          journal: house.journal,
          partitions,
          part,
          snapshots: Object.fromEntries(
            lanes.map((lane) => [addressText(lane), house.snapshotFolders(lane)]),
          ),
        };
        found[part] = await runToEnd<Rebuilt>('./rebuild-main.js', [JSON.stringify(order)]);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    return joined(found);
  }

  async #judge(scenario: Scenario, killed: Seen['killed']): Promise<Seen> {
    const { options, progress } = this;
    const crowd = scenario.cast;
    const { items: lanes } = await crowd.operator.get<{ items: LaneLine[] }>('/v1/lanes');
    const { items: models } = await crowd.operator.get<{ items: string[] }>('/v1/house/ledger');
    const after = await crowd.operator.get<{ rssMb: number }>('/v1/house/working');
    const rssMb = this.house.peakMb() ?? Math.max(killed.rssMb, after.rssMb);
    const rebuilt = await this.#rebuilt();
    const apart = [
      ...lanesApart(lanes, rebuilt),
      ...linesApart('read models', models, rebuilt.balances),
    ];
    const readModels = !apart.some((each) => each.startsWith('read models'));
    const seen: Seen = {
      options,
      commands: crowd.commands,
      refused: crowd.refused,
      seconds: progress.seconds,
      rssMb,
      rebuilt,
      readModels,
      requirements: scenario.requirements?.(),
      killed,
      differences: apart,
    };
    return { ...seen, differences: [...apart, ...wrongSums(seen)] };
  }
}

function* wrongSums(seen: Seen): Generator<string> {
  const { tally } = seen.rebuilt;
  yield* sumsApart(seen.rebuilt);
  if (uncoveredOf(seen) !== '0') yield `uncovered: ${uncoveredOf(seen)}`;
  if (tally.breaks > 0) yield `${tally.breaks} breaks found by reconciliation`;
}

async function houseOf(options: DemoOptions, folder: string): Promise<DemoHouse> {
  const { partitions, brokers } = options;
  const firstKey = await firstKeyPrint();
  if (!options.distributed) return new EmbeddedDemoHouse(folder, partitions, firstKey);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return new DistributedDemoHouse({ folder, partitions, firstKey, say, brokers });
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.data !== null) mustBeEmpty(options.data);
  const folder = options.data ?? (await mkdtemp(join(tmpdir(), 'ringfence-demo-')));
  // PostgreSQL may run as a user of its own
  if (options.distributed && options.data === null) await chmod(folder, 0o755);
  const house = await houseOf(options, folder);
  const demo = new Demo(options, folder, house);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      process.stderr.write(`\nstopping; ${startsAgain(folder, options.distributed)}\n`);
      void house.stop().finally(() => process.exit(130));
    });
  }
  try {
    const seen = await demo.run();
    process.stdout.write(summaryOf(seen));
    if (options.json) process.stdout.write(`${JSON.stringify(jsonOf(seen))}\n`);
    return seen.differences.length === 0 ? 0 : 1;
  } finally {
    await house.stop();
    if (options.data === null && !stopping) await rm(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (fault) {
  const text =
    fault instanceof WrongOption
      ? fault.message
      : fault instanceof Error
        ? fault.stack
        : String(fault);
  process.stderr.write(`${text}\n`);
  process.exitCode = fault instanceof WrongOption ? 2 : 1;
}
