import { join } from 'node:path';
import { Cluster, PROCESSES } from '@ringfence/house';
import { hash } from '@ringfence/journal';
import { KafkaJournal } from '@ringfence/journal-kafka';
import { freshDatabase, uniqueName } from '@ringfence/stack';
import { cpuOf } from './process-cpu.js';
import type { Ground } from './ground.js';

export const OPERATOR_SECRET = 'bench operator';

export interface RigOptions {
  readonly partitions: number;
  readonly projections: 'on' | 'off';
  /** each record is on the broker's disk before it is acknowledged */
  readonly flush?: 'on' | 'off';
  /** processes per service; 2: each lane has a hot standby */
  readonly instances?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Clusters that run; a run that is interrupted ends them. */
const running = new Set<Cluster>();
export const killClusters = (): Promise<unknown> =>
  Promise.all([...running].map((cluster) => cluster.kill()));

/** A house of processes with topics and a database of its own, on the servers of the run. */
export class Rig {
  private constructor(
    readonly ground: Ground,
    readonly options: RigOptions,
    readonly cluster: Cluster,
    readonly topicPrefix: string,
    readonly databaseUrl: string,
  ) {}

  /** Starts it and does the work; it is ended whatever happens. */
  static async with<T>(
    ground: Ground,
    options: RigOptions,
    work: (rig: Rig) => Promise<T>,
  ): Promise<T> {
    const rig = await Rig.#plan(ground, options);
    running.add(rig.cluster);
    try {
      await rig.cluster.start();
      await rig.cluster.untilOwned();
      return await work(rig);
    } finally {
      await rig.cluster.stop();
      running.delete(rig.cluster);
    }
  }

  static async #plan(ground: Ground, options: RigOptions): Promise<Rig> {
    const { stack, folder } = ground;
    const { partitions, projections, flush = 'off', instances = 1, environment } = options;
    const name = uniqueName('bench');
    const databaseUrl = await freshDatabase(stack.postgres.url, 'bench');
    const cluster = new Cluster({
      folder: join(folder, name),
      partitions,
      instances,
      brokers: stack.kafka.brokers,
      topicPrefix: `${name}.`,
      databaseUrl,
      redisUrl: stack.redis.url,
      operatorPrint: hash(new TextEncoder().encode(OPERATOR_SECRET)),
      environment: {
        RINGFENCE_PROJECTIONS: projections,
        RINGFENCE_KAFKA_FLUSH: flush,
        ...environment,
      },
    });
    return new Rig(ground, options, cluster, `${name}.`, databaseUrl);
  }

  get url(): string {
    return this.cluster.url;
  }
  /** Processes by the name under which their CPU is reported; standbys count with their service. */
  get roots(): ReadonlyMap<string, readonly number[]> {
    const { stack } = this.ground;
    const roots = new Map<string, number[]>();
    for (const service of PROCESSES) {
      const own = this.cluster.processes.filter(({ plan }) => plan.service === service);
      roots.set(
        service,
        own.flatMap(({ pid }) => pid ?? []),
      );
    }
    roots.set('kafka', [stack.kafka.pid(0)]);
    roots.set('postgres', [stack.postgres.pid]);
    roots.set('redis', [stack.redis.pid]);
    return roots;
  }
  /** CPU of every process of the house and its servers so far, µs. */
  cpu(): Map<string, number> {
    return cpuOf(this.roots);
  }

  /** Its logs, to be read beside it. */
  async withJournal<T>(work: (journal: KafkaJournal) => Promise<T>): Promise<T> {
    const { brokers } = this.ground.stack.kafka;
    const { topicPrefix } = this;
    const journal = await KafkaJournal.open({ brokers, topicPrefix, clientId: 'bench' });
    try {
      return await work(journal);
    } finally {
      await journal.close();
    }
  }
}

/** What each process used between two looks, µs. */
export function cpuBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...after].map(([name, used]) => [name, used - (before.get(name) ?? 0)]));
}
export const sumOf = (items: ReadonlyMap<string, number>): number =>
  [...items.values()].reduce((sum, each) => sum + each, 0);
