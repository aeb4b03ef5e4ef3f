import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addressesOf, addressText, SERVICES } from '@ringfence/kernel';
import { activeLanes } from './active-lanes.js';
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

/** What the engine compiled of the build, for the next process: half of a start is that. */
const COMPILED = fileURLToPath(
  new URL('../../../../node_modules/.cache/compiled', import.meta.url),
);
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

  /** Starts every process that does not run, standbys last; resolves when all serve. */
  async start(): Promise<void> {
    await this.startFirst();
    await startAll(this.processes);
  }
  /**
   * Starts the first process of each service that does not run; resolves when these serve. After
   * an end of all of them at once the house is back with these, so standbys must not take their
   * time.
   */
  startFirst(): Promise<void> {
    return startAll(this.processes.filter(({ plan }) => plan.instance === 0));
  }
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.stop()));
  }
  async kill(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.kill()));
  }

  /**
   * Resolves when every lane is decided for by a process that runs, and the gateways that run take
   * requests.
   */
  async untilOwned(ms = OWNED_MS): Promise<void> {
    const end = performance.now() + ms;
    for (;;) {
      const missing = [...(await this.#withoutOwner()), ...(await this.#unready())];
      if (missing.length === 0) return;
      if (performance.now() > end) {
        throw new Error(`the house does not come up: ${missing.join(' ')}`);
      }
      await new Promise((resume) => setTimeout(resume, LOOK_MS));
    }
  }
  /** A gateway believes for some seconds in owners that are dead: they are asked themselves. */
  async #withoutOwner(): Promise<readonly string[]> {
    const services = this.#running.filter(({ plan }) => plan.service !== 'gateway');
    const active = new Set((await Promise.all(services.map(({ url }) => activeLanes(url)))).flat());
    const lanes = addressesOf(SERVICES, this.options.partitions).map(addressText);
    return lanes.filter((lane) => !active.has(lane)).map((lane) => `nobody decides for ${lane}`);
  }
  async #unready(): Promise<readonly string[]> {
    const gateways = this.#running.filter(({ plan }) => plan.service === 'gateway');
    const places = gateways.flatMap(({ url }) => [`${url}/health`, `${url}/ready`]);
    const said = await Promise.all(places.map(whyNot));
    return gateways.length === 0 ? ['no gateway runs'] : said.filter((each) => each !== '');
  }
  get #running(): readonly ServiceProcess[] {
    return this.processes.filter(({ isRunning }) => isRunning);
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

async function startAll(processes: readonly ServiceProcess[]): Promise<void> {
  const idle = processes.filter(({ isRunning }) => !isRunning);
  await Promise.all(idle.map((each) => each.start()));
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
    NODE_COMPILE_CACHE: COMPILED,
    RINGFENCE_HOST: '127.0.0.1',
    RINGFENCE_PORT: '0',
    ...(replication ? { RINGFENCE_KAFKA_REPLICATION: String(replication) } : undefined),
    ...(topicPrefix ? { RINGFENCE_KAFKA_TOPIC_PREFIX: topicPrefix } : undefined),
    ...(databaseUrl ? { RINGFENCE_DATABASE_URL: databaseUrl } : undefined),
    ...(redisUrl ? { RINGFENCE_REDIS_URL: redisUrl } : undefined),
  };
}
