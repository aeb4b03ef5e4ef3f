import { createRequire } from 'node:module';
import kafkajs, { type Admin, type Broker, type Cluster, type Kafka, type Producer } from 'kafkajs';
import { present } from '@ringfence/kernel';
import { within } from './deadline.js';
import { KafkaUnavailable, reasonIn } from './faults.js';
import type { KafkaSettings } from './options.js';
import { Sockets } from './sockets.js';

/**
 * The only file that touches the client library, and the only one that touches what it keeps
 * private: `Kafka[createCluster]`, `Cluster.findLeaderForPartitions`, `Broker.fetch`,
 * `Broker.listOffsets` and `RequestQueue.scheduleCheckPendingRequests`. They were read in this
 * version, so no other is accepted.
 */
const VERSION = '2.2.4';
const CREATE_CLUSTER = 'private:Kafka:createCluster';

const CONNECT_TIMEOUT_MS = 2_000;
const METADATA_MAX_AGE_MS = 300_000;
/** Set everywhere: its own defaults change under NODE_ENV=test. Trying again is our business. */
const NO_RETRY = { retries: 0, initialRetryTime: 50, maxRetryTime: 1_000 };
const ADMIN_RETRY = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 };

const { CompressionTypes, ConfigResourceTypes, Kafka: Client, logLevel } = kafkajs;
export { CompressionTypes, ConfigResourceTypes };
export type { Admin, Producer };

/** A broker as the raw reader needs it; kafkajs declares some of it. */
export interface RawBroker extends Pick<Broker, 'disconnect'> {
  fetch(request: FetchRequest): Promise<FetchResponse>;
  listOffsets(request: ListOffsetsRequest): Promise<ListOffsetsResponse>;
}
export type RawCluster = Omit<Cluster, 'findBroker'> & {
  findBroker(node: { nodeId: string }): Promise<RawBroker>;
};

interface OfTopic<Partition> {
  readonly topic: string;
  readonly partitions: readonly Partition[];
}
export interface FetchRequest {
  readonly replicaId: number;
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly rackId: string;
  readonly topics: readonly OfTopic<{
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }>[];
}
export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly {
    readonly offset: string;
    readonly value: Buffer | null;
    readonly isControlRecord?: boolean;
  }[];
}
export interface FetchResponse {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}
export interface ListOffsetsRequest {
  readonly replicaId: number;
  readonly isolationLevel: number;
  readonly topics: readonly OfTopic<{ readonly partition: number; readonly timestamp: number }>[];
}
export interface ListOffsetsResponse {
  readonly responses: readonly OfTopic<{ readonly partition: number; readonly offset: string }>[];
}

export const READ_UNCOMMITTED = 0;
export const OFFSET_OUT_OF_RANGE = 'OFFSET_OUT_OF_RANGE';
export const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

/** The broker's own word for what went wrong, such as `NOT_LEADER_FOR_PARTITION`. */
export const protocolErrorIn = (fault: unknown): string | undefined =>
  fault instanceof Error && 'type' in fault ? String(fault.type) : undefined;

const require = createRequire(import.meta.url);
checkVersion();
quietenQueues();

function checkVersion(): void {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version === VERSION) return;
  throw new Error(`kafkajs ${version} is installed; its internals were read in ${VERSION} only`);
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}
/**
 * Every connection of kafkajs looks each millisecond, for as long as it is open, whether a request
 * waits: a third of what an idle process of ours did. Whatever begins to wait looks by itself.
 */
function quietenQueues(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const look = Reflect.get(prototype, 'scheduleCheckPendingRequests');
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) look.call(this);
  };
}

/** One kafkajs client whose connections can all be ended at once. */
export interface Opened<T> {
  readonly client: T;
  readonly sockets: Sockets;
}

/**
 * Connects through the first of the brokers that answers, in an order of chance: kafkajs alone
 * would begin with the same one every time, dead or not.
 *
 * @throws KafkaUnavailable that says what each of them said
 */
async function open<T extends { connect(): Promise<void> }>(
  settings: KafkaSettings,
  requestTimeoutMs: number,
  make: (kafka: Kafka) => T,
): Promise<Opened<T>> {
  const said: string[] = [];
  for (const seed of shuffled(settings.brokers)) {
    const sockets = new Sockets(settings.sockets);
    const client = make(newKafka(settings, seed, requestTimeoutMs, sockets));
    try {
      await within(2 * CONNECT_TIMEOUT_MS, `connecting to ${seed}`, client.connect());
      return { client, sockets };
    } catch (fault) {
      sockets.destroy();
      said.push(`${seed}: ${reasonIn(fault)}`);
    }
  }
  throw new KafkaUnavailable(`no broker answers: ${said.join('; ')}`);
}

const newKafka = (
  { clientId, ssl, sasl }: KafkaSettings,
  seed: string,
  requestTimeout: number,
  sockets: Sockets,
): Kafka =>
  new Client({
    brokers: [seed],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout,
    enforceRequestTimeout: true,
    retry: NO_RETRY,
    socketFactory: sockets.make,
    logLevel: logLevel.NOTHING, // every fault reaches us as an error, and we say it once
  });

/** One request in flight at a time is the caller's business; nothing is tried twice in here. */
export const openProducer = (settings: KafkaSettings): Promise<Opened<Producer>> =>
  open(settings, settings.appendTimeoutMs, (kafka) =>
    kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      maxInFlightRequests: 1,
      retry: NO_RETRY,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      createPartitioner:
        () =>
        ({ message }) =>
          present(message.partition, 'the partition of an append'),
    }),
  );

export const openAdmin = (settings: KafkaSettings): Promise<Opened<Admin>> =>
  open(settings, settings.readTimeoutMs, (kafka) => kafka.admin({ retry: ADMIN_RETRY }));

/** @param requestTimeoutMs  after which the client itself gives a request up */
export const openCluster = (
  settings: KafkaSettings,
  requestTimeoutMs: number,
): Promise<Opened<RawCluster>> => open(settings, requestTimeoutMs, clusterOf);

function clusterOf(kafka: Kafka): RawCluster {
  const key = Object.getOwnPropertySymbols(kafka).find((one) => one.description === CREATE_CLUSTER);
  const create: unknown = key && Reflect.get(kafka, key);
  if (typeof create !== 'function') {
    throw new Error(`kafkajs ${VERSION} has no ${CREATE_CLUSTER}: it is not the one that was read`);
  }
  const cluster: unknown = Reflect.apply(create, kafka, [
    { metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false },
  ]);
  return cluster as RawCluster;
}

export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
