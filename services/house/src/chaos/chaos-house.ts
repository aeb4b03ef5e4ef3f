import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '@ringfence/journal';
import type { Address } from '@ringfence/kernel';
import {
  BeatBoard,
  openJournal,
  snapshotFolder,
  type Beat,
  type JournalPlace,
} from '@ringfence/service-kit';
import { startStack, type Stack } from '@ringfence/stack';
import { Cluster } from '../cluster/cluster.js';
import type { ServiceProcess } from '../cluster/service-process.js';
import { Api } from '../demo/api.js';
import { firstKeyPrint, OPERATOR_SECRET } from '../demo/founding.js';
import { LaneWatch } from './lane-watch.js';
import { FaultyNetwork } from './network.js';
import { settle, type People } from './people.js';

export interface ChaosHouseOptions {
  readonly brokers: 1 | 3;
  /** processes per service */
  readonly instances?: number;
  readonly say: (line: string) => void;
}

export const PARTITIONS = 2;
const REPLICATION = 3;
/** the partition whose accounts lane can be poisoned */
export const POISONED: Address = { service: 'accounts', partition: 1 };

interface Parts {
  readonly folder: string;
  readonly stack: Stack<'kafka' | 'postgres' | 'redis'>;
  readonly network: FaultyNetwork;
  readonly cluster: Cluster;
}

/** A house of processes on servers of its own, whose every part can be made to fail. */
export class ChaosHouse {
  /** the brokers as they are, not as the services reach them */
  readonly place: JournalPlace;
  /** while it exists, the lane `POISONED` meets a fault */
  readonly poison: string;
  readonly operator: Api;

  private constructor(
    readonly parts: Parts,
    readonly journal: Journal,
    readonly watch: LaneWatch,
    readonly board: BeatBoard,
  ) {
    const { stack, folder, cluster } = parts;
    this.place = { kind: 'kafka', brokers: stack.kafka.brokers };
    this.poison = join(folder, 'poison');
    this.operator = new Api(cluster.url, OPERATOR_SECRET);
  }

  /** Starts servers and processes; resolves when every lane decides. */
  static async open(options: ChaosHouseOptions): Promise<ChaosHouse> {
    const { brokers, say } = options;
    const folder = await mkdtemp(join(tmpdir(), 'ringfence-chaos-'));
    const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
    try {
      const parts = ['kafka', 'postgres', 'redis'] as const;
      const stack = await startStack({ brokers, parts, log: say });
      ends.unshift(() => stack.stop());
      const network = await FaultyNetwork.before(stack.kafka.brokers);
      ends.unshift(() => network.close());
      const cluster = await clusterOn(stack, network, folder, options);
      ends.unshift(() => cluster.kill());
      await cluster.start();
      await cluster.untilOwned();
      return await ChaosHouse.#over({ folder, stack, network, cluster });
    } catch (fault) {
      for (const end of ends) await end();
      throw fault;
    }
  }
  static async #over(parts: Parts): Promise<ChaosHouse> {
    const place: JournalPlace = { kind: 'kafka', brokers: parts.stack.kafka.brokers };
    const options = { writer: 'chaos', partitions: PARTITIONS, readOnly: true };
    const journal = await openJournal(place, options);
    const watch = new LaneWatch(journal, PARTITIONS);
    const board = new BeatBoard({ journal, addresses: watch.addresses });
    await board.start();
    return new ChaosHouse(parts, journal, watch, board);
  }
  async close(): Promise<void> {
    const { cluster, stack, network, folder } = this.parts;
    for (const process of cluster.processes) process.signal('SIGCONT');
    await cluster.stop();
    this.watch.close();
    this.board.close();
    await this.journal.close();
    await network.close();
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }

  /** Makes it a house with members, instruments and accounts that hold something. */
  people(): Promise<People> {
    return settle(this.url, PARTITIONS);
  }
  get url(): string {
    return this.parts.cluster.url;
  }
  /** the operator's API, wherever it is now */
  get api(): Api {
    this.operator.url = this.url;
    return this.operator;
  }
  get processes(): readonly ServiceProcess[] {
    return this.parts.cluster.processes;
  }
  /** The process that opened the lane's newest epoch; undefined when it does not run. */
  ownerOf(address: Address): ServiceProcess | undefined {
    const { writer } = this.watch.takeoverOf(address);
    return this.processes.find(({ pid }) => pid !== undefined && writer.endsWith(`-${pid}`));
  }
  /** What that process says of a lane. */
  beatOf(address: Address, { pid }: ServiceProcess): Beat | undefined {
    return this.board.processesOf(address).find(({ writer }) => writer.endsWith(`-${pid}`));
  }
  snapshotFolders({ service }: Address): readonly string[] {
    const host = service === 'reference' ? 'risk' : service;
    return this.processes
      .filter(({ plan }) => plan.service === host)
      .map(({ name }) => snapshotFolder(join(this.parts.folder, name)));
  }
}

async function clusterOn(
  { kafka, postgres, redis }: Parts['stack'],
  network: FaultyNetwork,
  folder: string,
  { brokers, instances = 2 }: ChaosHouseOptions,
): Promise<Cluster> {
  return new Cluster({
    folder,
    partitions: PARTITIONS,
    brokers: kafka.brokers,
    operatorPrint: await firstKeyPrint(),
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    instances,
    environment: network.environment(`${join(folder, 'poison')}:${POISONED.partition}`),
    ...(brokers === 3 ? { replication: REPLICATION } : undefined),
  });
}
