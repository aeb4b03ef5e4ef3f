import { BROKER_JARS, fetchJars } from './jars.js';
import { findParts, foundOf, type Findings } from './find-parts.js';
import { Guard } from './guard.js';
import { KafkaCluster, type Kafka } from './kafka.js';
import { PostgresServer, type SingleServer } from './postgres.js';
import { RedisServer } from './redis.js';
import type { Keeper } from './server.js';
import { StackError, type Part } from './stack-error.js';
import { StackFolder, type FolderMemory } from './stack-folder.js';

export const PARTS = ['kafka', 'postgres', 'redis'] as const satisfies readonly Part[];

export interface StackOptions<P extends Part> {
  /** Where data, logs and pids are, kept for the next start; a temporary one when absent. */
  folder?: string;
  /** Size of the cluster, 1 or 3; fixed for a folder. Default 1. */
  brokers?: 1 | 3;
  parts: readonly P[];
  /** Told a line at a time what happens; silent when absent. */
  log?: (line: string) => void;
}

interface Servers {
  kafka: Kafka;
  postgres: SingleServer;
  redis: SingleServer;
}

/** The started parts, and the end of them all. */
export type Stack<P extends Part = Part> = Pick<Servers, P> & {
  readonly folder: string;
  /** Stops what runs, in order; nothing of it is left then. Twice is once. */
  stop(): Promise<void>;
};

/** What can be started and stopped; addresses are known before. */
interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

type Plan<P extends Part> = Stack<P> & {
  /** Starts one part and waits until it serves. */
  start(part: P): Promise<void>;
};

/**
 * Starts servers as ordinary processes on free loopback ports, all parts at once, and waits until
 * each answers over its own protocol. Whatever becomes of this process, they end with it.
 *
 * @throws PartMissing when a part cannot be had here; StackError when a living stack holds the
 *         folder or a server does not get ready: nothing is left running then
 */
export async function startStack<P extends Part>(options: StackOptions<P>): Promise<Stack<P>> {
  const plan = await planStack(options);
  try {
    await allSettled(options.parts.map((part) => plan.start(part)));
  } catch (error) {
    await plan.stop();
    throw error;
  }
  return plan;
}

/** Chooses folder, ports and programs without starting anything; for those who start lazily. */
export async function planStack<P extends Part>(
  options: StackOptions<P>,
  known?: Findings,
): Promise<Plan<P>> {
  const { brokers = 1, parts, log = () => undefined } = options;
  if (![1, 3].includes(brokers)) throw new StackError(`brokers: 1 or 3, not ${brokers}`);
  const findings = known ?? (await findParts());
  for (const part of parts) foundOf(findings, part);
  if (parts.some((part) => part === 'kafka')) await ensureJars(findings, log);
  const folder = await StackFolder.take(options.folder, log);
  let memory: FolderMemory;
  try {
    memory = await remembered(folder, parts, brokers);
  } catch (error) {
    folder.release();
    throw error;
  }
  const keeper: Keeper = { guard: new Guard(), stopped: false, log };
  if (folder.isTemporary) keeper.guard.removeAtEnd(folder.path);
  const servers = Object.fromEntries(
    parts.map((part) => [part, server({ part, findings, folder, memory, keeper })]),
  ) as unknown as Pick<Servers, P> & Record<P, Startable>;
  return { ...servers, folder: folder.path, ...lifeOf(servers, parts, keeper, folder) };
}

/** Start and stop of the parts, where a stop also holds back a start that is under way. */
function lifeOf<P extends Part>(
  servers: Record<P, Startable>,
  parts: readonly P[],
  keeper: Keeper,
  folder: StackFolder,
): Pick<Plan<P>, 'start' | 'stop'> {
  const starts: Promise<void>[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    keeper.stopped = true;
    try {
      await allSettled(parts.map((part) => servers[part].stop()));
      // What a start was still preparing ends by itself, and no server follows it.
      await Promise.allSettled(starts);
    } finally {
      keeper.guard.release();
      folder.release();
    }
  };
  return {
    start(part) {
      const start = servers[part].start();
      starts.push(start);
      return start;
    },
    stop: () => (stopping ??= stopAll()),
  };
}

/** Fetches Kafka's jars when they are not there yet. @throws PartMissing when that fails */
export async function ensureJars(findings: Findings, log: (line: string) => void): Promise<void> {
  const { maven } = foundOf(findings, 'kafka');
  if (maven) await fetchJars(BROKER_JARS, maven, log);
}

interface ServerContext {
  part: Part;
  findings: Findings;
  folder: StackFolder;
  memory: FolderMemory;
  keeper: Keeper;
}

function server({ part, findings, folder, memory, keeper }: ServerContext): Startable {
  const { ports, clusterId, brokers = 1 } = memory;
  const pidFile = (name: string): string => folder.pidFile(name);
  const place = { folder: folder.path, port: ports[part] };
  switch (part) {
    case 'kafka': {
      const found = foundOf(findings, 'kafka');
      const cluster = brokerNames(brokers).map(({ broker, controller }) => ({
        broker: ports[broker],
        controller: ports[controller],
      }));
      return new KafkaCluster({ found, clusterId, cluster, folder: folder.path }, keeper, pidFile);
    }
    case 'postgres':
      return new PostgresServer(
        { ...place, found: foundOf(findings, 'postgres') },
        keeper,
        pidFile,
      );
    case 'redis':
      return new RedisServer({ ...place, found: foundOf(findings, 'redis') }, keeper, pidFile);
  }
}

function remembered(
  folder: StackFolder,
  parts: readonly Part[],
  brokers: number,
): Promise<FolderMemory> {
  const ofKafka = parts.includes('kafka') ? brokers : undefined;
  const brokerPorts = brokerNames(ofKafka ?? 0).flatMap((names) => Object.values(names));
  const others = parts.filter((part) => part !== 'kafka');
  return folder.remember(ofKafka, [...brokerPorts, ...others]);
}

function brokerNames(count: number): { broker: string; controller: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    broker: `kafka-${index + 1}`,
    controller: `kafka-${index + 1}-controller`,
  }));
}

/** Waits for all, also when one fails, so that nothing goes on behind the caller's back. */
async function allSettled(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length === 1) throw failed[0].reason;
  if (failed.length > 1) {
    const reasons = failed.map(({ reason }) => (reason as Error).message);
    throw new StackError(reasons.join('\n'));
  }
}
