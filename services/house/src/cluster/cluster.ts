import { mkdirSync } from 'node:fs';
import { PROCESSES, ServiceProcess, type ProcessService } from './service-process.js';

export interface ClusterOptions {
  readonly folder: string;
  readonly partitions: number;
  /** `host:port` each */
  readonly brokers: readonly string[];
  readonly replication?: number;
  readonly topicPrefix?: string;
  /** read models; without it each gateway keeps its own in memory */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** SHA-256 of the first operator's secret */
  readonly operatorPrint: string;
  /** processes per service: one that owns its lanes and standbys; 2 by default */
  readonly instances?: number;
  /** 1 by default */
  readonly gateways?: number;
  /** more variables for all processes */
  readonly environment?: Readonly<Record<string, string>>;
}

const OWNED_MS = 120_000;
const LOOK_MS = 50;

/** A key of the peers that nobody else knows. */
const randomKey = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex');

/** A house of processes on loopback: every service and its standbys, and a gateway. */
export class Cluster {
  readonly processes: readonly ServiceProcess[];

  constructor(readonly options: ClusterOptions) {
    const { instances = 2, gateways = 1 } = options;
    const common = environmentOf(options);
    mkdirSync(options.folder, { recursive: true });
    this.processes = PROCESSES.flatMap((service) => {
      const count = service === 'gateway' ? gateways : instances;
      return Array.from({ length: count }, (_, instance) => {
        const own = { RINGFENCE_INSTANCE: String(instance), RINGFENCE_INSTANCES: String(count) };
        const environment = { ...common, ...own, ...options.environment };
        return new ServiceProcess({ service, instance, folder: options.folder, environment });
      });
    });
  }

  /** Starts every process that does not run; resolves when all serve. */
  async start(): Promise<void> {
    // the topics are made by whoever comes first
    const [first, ...rest] = this.processes.filter(({ isRunning }) => !isRunning);
    await first?.start();
    await Promise.all(rest.map((each) => each.start()));
  }
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.stop()));
  }
  async kill(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.kill()));
  }

  /** Resolves when every lane has an owner that decides, and the gateways take requests. */
  async untilOwned(ms = OWNED_MS): Promise<void> {
    const end = performance.now() + ms;
    const gateways = this.processes.filter(({ plan }) => plan.service === 'gateway');
    const places = gateways.flatMap(({ url }) => [`${url}/health`, `${url}/ready`]);
    for (;;) {
      const said = await Promise.all(places.map(whyNot));
      if (said.every((each) => each === '')) return;
      if (performance.now() > end) throw new Error(`the house does not come up: ${said.join(' ')}`);
      await new Promise((resume) => setTimeout(resume, LOOK_MS));
    }
  }

  of(service: ProcessService, instance = 0): ServiceProcess {
    const found = this.processes.find(
      ({ plan }) => plan.service === service && plan.instance === instance,
    );
    if (!found) throw new Error(`there is no ${service}-${instance}`);
    return found;
  }
  get url(): string {
    return this.of('gateway').url;
  }
}

/** Why a process does not answer that all is well; empty when it does. */
async function whyNot(place: string): Promise<string> {
  try {
    const response = await fetch(place);
    return response.ok ? '' : await response.text();
  } catch (fault) {
    return String(fault);
  }
}

function environmentOf(options: ClusterOptions): Record<string, string> {
  const { folder, partitions, brokers, replication, topicPrefix, operatorPrint } = options;
  const { databaseUrl, redisUrl } = options;
  return {
    RINGFENCE_FOLDER: folder,
    RINGFENCE_PARTITIONS: String(partitions),
    RINGFENCE_KAFKA_BROKERS: brokers.join(','),
    RINGFENCE_PEER_KEY: randomKey(),
    RINGFENCE_OPERATOR_PRINT: operatorPrint,
    RINGFENCE_HOST: '127.0.0.1',
    RINGFENCE_PORT: '0',
    ...(replication ? { RINGFENCE_KAFKA_REPLICATION: String(replication) } : undefined),
    ...(topicPrefix ? { RINGFENCE_KAFKA_TOPIC_PREFIX: topicPrefix } : undefined),
    ...(databaseUrl ? { RINGFENCE_DATABASE_URL: databaseUrl } : undefined),
    ...(redisUrl ? { RINGFENCE_REDIS_URL: redisUrl } : undefined),
  };
}
