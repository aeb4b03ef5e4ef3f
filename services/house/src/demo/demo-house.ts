import { readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '@ringfence/kernel';
import { journalFolder, snapshotFolder, type JournalPlace } from '@ringfence/service-kit';
import { startStack, type Stack } from '@ringfence/stack';
import { Cluster } from '../cluster/cluster.js';
import { startProcess, type HouseProcess } from './child.js';

/** The house of a demo: one process over a folder, or many on servers of their own. */
export interface DemoHouse {
  /** Starts it, for the first time or again. @returns where its API is */
  start(): Promise<string>;
  /** Resolves when what starts beside its lanes' owners is there too: nobody takes over then. */
  whole(): Promise<void>;
  /** kill -9 of every process of it at once; what it stands on lives */
  kill(): Promise<void>;
  /** Ends all of it in order. */
  stop(): Promise<void>;
  /** where its logs are, while it is not stopped */
  readonly journal: JournalPlace;
  /** where snapshots of that lane may be, the best place first */
  snapshotFolders(address: Address): readonly string[];
  /** the most memory that its processes ever held together, MB; undefined when they say it */
  peakMb(): number | undefined;
}

/** All services in one process. */
export class EmbeddedDemoHouse implements DemoHouse {
  readonly journal: JournalPlace;
  #process: HouseProcess | undefined;

  constructor(
    readonly folder: string,
    readonly partitions: number,
    readonly firstKey: string,
  ) {
    this.journal = { kind: 'segments', folder: journalFolder(folder) };
  }
  async start(): Promise<string> {
    this.#process = await startProcess(this.folder, this.partitions, this.firstKey);
    return this.#process.url;
  }
  whole(): Promise<void> {
    return Promise.resolve();
  }
  async kill(): Promise<void> {
    await this.#process?.kill();
  }
  async stop(): Promise<void> {
    await this.#process?.stop();
  }
  snapshotFolders(): readonly string[] {
    return [snapshotFolder(this.folder)];
  }
  peakMb(): undefined {
    return undefined;
  }
}

export interface DistributedOptions {
  readonly folder: string;
  readonly partitions: number;
  readonly firstKey: string;
  readonly brokers: 1 | 3;
  readonly say: (line: string) => void;
}

const KILOBYTES_PER_MEGABYTE = 1024;
const TRAVERSABLE = 0o711;
/** copies of each partition on a cluster of three */
const REPLICATION = 3;

/** Every service a process of its own with a standby, on Kafka, PostgreSQL and Redis. */
export class DistributedDemoHouse implements DemoHouse {
  #stack: Stack | undefined;
  #cluster: Cluster | undefined;
  /** the start of standbys: the house is there without them, and does not wait */
  #standbys: Promise<void> = Promise.resolve();

  constructor(readonly options: DistributedOptions) {}

  async start(): Promise<string> {
    const { folder, brokers, say } = this.options;
    // PostgreSQL runs as a user of its own when this process is root: it must get to its data
    await mkdir(folder, { recursive: true });
    await chmod(folder, TRAVERSABLE);
    this.#stack ??= await startStack({
      folder: join(folder, 'stack'),
      brokers,
      parts: ['kafka', 'postgres', 'redis'],
      log: say,
    });
    this.#cluster ??= this.#clusterOn(this.#stack);
    await this.#cluster.startFirst();
    await this.#cluster.untilOwned();
    this.#standbys = this.#cluster.start();
    // whoever ends the house next hears of a standby that did not start
    this.#standbys.catch(() => undefined);
    return this.#cluster.url;
  }
  whole(): Promise<void> {
    return this.#standbys;
  }
  async kill(): Promise<void> {
    await this.#standbys;
    await this.#cluster?.kill();
  }
  async stop(): Promise<void> {
    // one that did not start has ended already
    await this.#standbys.catch(() => undefined);
    await this.#cluster?.stop();
    await this.#stack?.stop();
  }

  get journal(): JournalPlace {
    const { brokers = [] } = this.#stack?.kafka ?? {};
    return { kind: 'kafka', brokers };
  }
  snapshotFolders({ service }: Address): readonly string[] {
    // the reference lane lives with risk
    const host = service === 'reference' ? 'risk' : service;
    return [0, 1].map((instance) =>
      snapshotFolder(join(this.options.folder, `${host}-${instance}`)),
    );
  }
  peakMb(): number {
    const pids = this.#cluster?.processes.flatMap(({ pid }) => (pid ? [pid] : [])) ?? [];
    return Math.round(pids.reduce((sum, pid) => sum + peakKbOf(pid), 0) / KILOBYTES_PER_MEGABYTE);
  }

  #clusterOn(stack: Stack): Cluster {
    const { folder, partitions, firstKey, brokers } = this.options;
    return new Cluster({
      folder,
      partitions,
      brokers: stack.kafka.brokers,
      operatorPrint: firstKey,
      databaseUrl: stack.postgres.url,
      redisUrl: stack.redis.url,
      ...(brokers === 3 ? { replication: REPLICATION } : undefined),
    });
  }
}

/** As the system says; 0 where it does not. */
function peakKbOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
