import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ClassArchive } from './class-archive.js';
import { LOOPBACK } from './exchange.js';
import type { FoundKafka } from './find-parts.js';
import { brokerProperties, type BrokerPorts } from './kafka-settings.js';
import { brokersSeenAt } from './kafka-wire.js';
import { Server, type Keeper } from './server.js';
import { reasonOf, StackError } from './stack-error.js';

const READY_MS = 120_000;
const FORMAT_DEADLINE_MS = 60_000;
const STOP = { signal: 'SIGTERM', graceMs: 20_000 } as const;
const HEAP = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC'];

/** A cluster of one or three brokers; `index` counts from 0, in the order of `brokers`. */
export interface Kafka {
  /** Addresses for a client, `127.0.0.1:port`. */
  readonly brokers: string[];
  /** Sends a signal; waits for the end when the signal ends it. Default SIGKILL. */
  kill(index: number, signal?: NodeJS.Signals): Promise<void>;
  /** Stops the broker when it runs, starts it on the same port and data, waits until it serves. */
  restart(index: number): Promise<void>;
  pid(index: number): number;
}

export interface KafkaPlan {
  found: FoundKafka;
  folder: string;
  clusterId: string;
  cluster: BrokerPorts[];
}

/** The brokers of a stack; nothing runs before `start`. */
export class KafkaCluster implements Kafka {
  readonly brokers: string[];
  readonly #plan: KafkaPlan;
  readonly #servers: Server[];
  readonly #archive: ClassArchive;
  /** Until the first start is over, ready means that every broker sees all the others. */
  #forming = true;

  constructor(plan: KafkaPlan, keeper: Keeper, pidFile: (name: string) => string) {
    this.#plan = plan;
    this.#archive = new ClassArchive(plan.found.java);
    this.brokers = plan.cluster.map(({ broker }) => `${LOOPBACK}:${broker}`);
    this.#servers = plan.cluster.map((_, index) => this.#server(index, keeper, pidFile));
  }

  async start(): Promise<void> {
    await Promise.all(this.#servers.map((_, index) => this.#format(index)));
    await Promise.all(this.#servers.map((server) => server.start()));
    this.#forming = false;
  }

  async kill(index: number, signal?: NodeJS.Signals): Promise<void> {
    await this.#at(index).kill(signal);
  }

  async restart(index: number): Promise<void> {
    await this.#at(index).restart();
  }

  pid(index: number): number {
    return this.#at(index).pid;
  }

  async stop(): Promise<void> {
    const inOrder = await Promise.all(this.#servers.map((server) => server.stop()));
    if (inOrder[0]) this.#archive.keep(this.#dump());
  }

  #at(index: number): Server {
    const server = this.#servers.at(index);
    if (!server) throw new StackError(`no broker ${index}; there are ${this.#servers.length}`);
    return server;
  }

  #server(index: number, keeper: Keeper, pidFile: (name: string) => string): Server {
    const { found, cluster } = this.#plan;
    const name = `kafka-${index + 1}`;
    const folder = this.#folder(index);
    const java = [...HEAP, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
    const broker = ['-cp', join(found.jars, '*'), 'kafka.Kafka', this.#properties(index)];
    // One of several dumps is enough.
    const archive = (): string[] =>
      index === 0 ? this.#archive.useOrDump(this.#dump()) : this.#archive.use();
    return new Server(
      {
        name,
        program: found.java,
        arguments: () => [...java, ...archive(), ...broker],
        logFile: join(folder, 'broker.log'),
        pidFile: pidFile(name),
        probe: (deadlineMs) => this.#probe(cluster[index].broker, index + 1, deadlineMs),
        readyMs: READY_MS,
        stop: STOP,
      },
      keeper,
    );
  }

  async #probe(port: number, self: number, deadlineMs: number): Promise<void> {
    const seen = await brokersSeenAt(port, deadlineMs);
    const wanted = this.#forming ? this.brokers.map((_, index) => index + 1) : [self];
    const absent = wanted.filter((id) => !seen.includes(id));
    if (absent.length > 0) throw new Error(`it does not see broker ${absent.join(', ')} yet`);
  }

  /** Gives an empty folder its cluster; one that has it keeps its data. */
  async #format(index: number): Promise<void> {
    const { found, clusterId, cluster } = this.#plan;
    const logFolder = join(this.#folder(index), 'logs');
    fs.mkdirSync(this.#folder(index), { recursive: true });
    const properties = brokerProperties({ index, cluster, logFolder });
    fs.writeFileSync(this.#properties(index), properties);
    if (fs.existsSync(join(logFolder, 'meta.properties'))) return;
    const tool = ['-cp', join(found.jars, '*'), 'kafka.tools.StorageTool'];
    const format = ['format', '-t', clusterId, '-c', this.#properties(index)];
    const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...this.#archive.use()];
    try {
      await promisify(execFile)(found.java, [...java, ...tool, ...format], {
        timeout: FORMAT_DEADLINE_MS,
      });
    } catch (error) {
      throw new StackError(`kafka-${index + 1} cannot be formatted: ${reasonOf(error)}`);
    }
  }

  #folder(index: number): string {
    return join(this.#plan.folder, `kafka-${index + 1}`);
  }

  #dump(): string {
    return join(this.#folder(0), 'classes.jsa');
  }

  #properties(index: number): string {
    return join(this.#folder(index), 'server.properties');
  }
}
