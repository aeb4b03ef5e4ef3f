import { setTimeout as pass } from 'node:timers/promises';
import type { TopicSpec } from '@ringfence/contracts';
import { type Admin, ConfigResourceTypes, openAdmin } from './client.js';
import { KafkaUnavailable, reasonIn, type TopicFinding, TopicsRefused } from './faults.js';
import { type KafkaOptions, type KafkaSettings, settingsFrom } from './options.js';
import { openSocket } from './sockets.js';
import { type Durability, topicSettings } from './topic-settings.js';

export interface EnsureOptions extends Durability {
  /** adds partitions to topics that have too few; otherwise such a topic is refused */
  readonly grow?: boolean;
}

const TIMEOUT_MS = 15_000;
const PAUSE_MS = 20;

/** A topic of the house as this cluster is to have it. */
interface Target {
  readonly topic: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Creates the topics that are missing and checks all of them. Several processes may do so at once.
 *
 * @param specs  such as `topicsOf(4)`
 * @returns the names of the topics that this call asked for, prefix and all
 * @throws TopicsRefused when a topic has other settings, fewer replicas or fewer partitions; a
 *         topic with more partitions is one that grew
 * @throws KafkaOptionsRefused, KafkaUnavailable
 */
export async function ensureTopics(
  options: KafkaOptions,
  specs: readonly TopicSpec[],
  { grow = false, ...durability }: EnsureOptions = {},
): Promise<readonly string[]> {
  const settings = settingsFrom(options, openSocket);
  const targets = specs.map((spec) => targetOf(settings, spec, durability));
  const { client: admin, sockets } = await openAdmin(settings);
  try {
    const replication = durability.replication ?? 1;
    await createMissing(admin, targets, replication);
    await untilServed(admin, targets, () => 1);
    if (grow) {
      await growSmall(admin, targets);
      await untilServed(admin, targets, ({ partitions }) => partitions);
    }
    const findings = await inspect(admin, targets, replication);
    if (findings.length > 0) throw new TopicsRefused(findings);
    return targets.map(({ topic }) => topic);
  } finally {
    await admin.disconnect();
    sockets.destroy();
  }
}

/**
 * How many partitions a topic has.
 *
 * @param topic  without the prefix of the options
 * @returns 0 when the cluster has no such topic
 * @throws KafkaOptionsRefused, KafkaUnavailable
 */
export async function countPartitions(options: KafkaOptions, topic: string): Promise<number> {
  const settings = settingsFrom(options, openSocket);
  const name = `${settings.topicPrefix}${topic}`;
  const { client: admin, sockets } = await openAdmin(settings);
  try {
    if (!(await admin.listTopics()).includes(name)) return 0;
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    return topics[0]?.partitions.length ?? 0;
  } finally {
    await admin.disconnect();
    sockets.destroy();
  }
}

const targetOf = (
  { topicPrefix }: KafkaSettings,
  spec: TopicSpec,
  durability: Durability,
): Target => ({
  topic: `${topicPrefix}${spec.topic}`,
  partitions: spec.partitions,
  settings: topicSettings(spec, durability),
});

async function createMissing(
  admin: Admin,
  targets: readonly Target[],
  replicationFactor: number,
): Promise<void> {
  const present = new Set(await admin.listTopics());
  const missing = targets.filter(({ topic }) => !present.has(topic));
  if (missing.length === 0) return;
  await admin.createTopics({
    timeout: TIMEOUT_MS,
    waitForLeaders: false, // kafkajs gives up when a broker has not heard of them yet
    topics: missing.map(({ topic, partitions, settings }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
    })),
  });
}

/**
 * Waits until so many partitions of each topic are led, and their leaders know that they lead: a
 * broker tells of a new topic before it serves it.
 */
async function untilServed(
  admin: Admin,
  targets: readonly Target[],
  wanted: (target: Target) => number,
): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (const target of targets) {
    for (;;) {
      const served = await admin.fetchTopicOffsets(target.topic).catch(reasonIn);
      if (typeof served !== 'string' && served.length >= wanted(target)) break;
      if (performance.now() > deadline) {
        const said = typeof served === 'string' ? served : `${served.length} partitions`;
        throw new KafkaUnavailable(`${target.topic} after ${TIMEOUT_MS} ms: ${said}`);
      }
      await pass(PAUSE_MS);
    }
  }
}

async function growSmall(admin: Admin, targets: readonly Target[]): Promise<void> {
  const found = await partitionsOf(admin, targets);
  const small = targets.filter(({ topic, partitions }) => {
    const count = found.get(topic)?.length ?? 0;
    return count > 0 && count < partitions;
  });
  if (small.length === 0) return;
  await admin.createPartitions({
    timeout: TIMEOUT_MS,
    topicPartitions: small.map(({ topic, partitions }) => ({ topic, count: partitions })),
  });
}

async function inspect(
  admin: Admin,
  targets: readonly Target[],
  replication: number,
): Promise<readonly TopicFinding[]> {
  const partitions = await partitionsOf(admin, targets);
  const settings = await settingsOf(admin, targets);
  return targets.flatMap((target) => {
    const all = partitions.get(target.topic) ?? [];
    const replicas = Math.min(...all.map((one) => one.replicas.length));
    return compare(target, {
      partitions: all.length,
      replicas: { found: replicas, wanted: replication },
      settings: settings.get(target.topic) ?? new Map(),
    });
  });
}

/** What is not as wanted; more partitions and more replicas are. */
export function compare(
  { topic, partitions, settings }: Target,
  found: {
    readonly partitions: number;
    readonly replicas: { readonly found: number; readonly wanted: number };
    readonly settings: ReadonlyMap<string, string>;
  },
): readonly TopicFinding[] {
  const findings: TopicFinding[] = [];
  const atLeast = (setting: string, is: number, wanted: number): void => {
    if (is >= wanted) return;
    findings.push({ topic, setting, found: String(is), wanted: `${wanted} or more` });
  };
  atLeast('number of partitions', found.partitions, partitions);
  atLeast('number of replicas', found.replicas.found, found.replicas.wanted);
  for (const [setting, wanted] of Object.entries(settings)) {
    const is = found.settings.get(setting) ?? 'not known to the broker';
    if (is !== wanted) findings.push({ topic, setting, found: is, wanted });
  }
  return findings;
}

async function partitionsOf(admin: Admin, targets: readonly Target[]) {
  const names = targets.map(({ topic }) => topic);
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  return new Map(topics.map(({ name, partitions }) => [name, partitions]));
}

async function settingsOf(admin: Admin, targets: readonly Target[]) {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: targets.map(({ topic, settings }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: Object.keys(settings),
    })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}
