import type { KafkaConfig } from 'kafkajs';
import type { SocketMaker } from './sockets.js';

/** How to reach the brokers, and how long to wait for them. */
export interface KafkaOptions {
  /** `host:port` of some brokers, the others are found by them */
  readonly brokers: readonly string[];
  /** names this process in the brokers' logs */
  readonly clientId: string;
  /** TLS and SASL as kafkajs takes them */
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** before every topic's name, so that several houses share one cluster */
  readonly topicPrefix?: string;
  /** an append that was not answered by then has an unknown outcome; 5,000 ms */
  readonly appendTimeoutMs?: number;
  /** a read that no broker served by then is given up; 10,000 ms */
  readonly readTimeoutMs?: number;
  /** how long a broker holds a poll open when there is nothing new; 500 ms */
  readonly pollMs?: number;
  /** a poll that is this late is torn down and begun anew; 5,000 ms */
  readonly stallMs?: number;
  /** hears why a connection was dropped, for the log of the process */
  readonly onTrouble?: (what: string) => void;
  /** opens connections; tests put a faulty network here */
  readonly sockets?: SocketMaker;
}

export type KafkaSettings = Required<Omit<KafkaOptions, 'ssl' | 'sasl'>> &
  Pick<KafkaOptions, 'ssl' | 'sasl'>;

const TOPIC_PREFIX = /^[\w.-]{0,100}$/;
const BROKER = /^[^:\s]+:\d{1,5}$/;

/** Options that somebody wrote down wrongly. */
export class KafkaOptionsRefused extends Error {
  override readonly name = 'KafkaOptionsRefused';
}

/**
 * @param sockets  used when the options name none
 * @throws KafkaOptionsRefused that names the field and its rule
 */
export function settingsFrom(options: KafkaOptions, sockets: SocketMaker): KafkaSettings {
  const settings = {
    topicPrefix: '',
    appendTimeoutMs: 5_000,
    readTimeoutMs: 10_000,
    pollMs: 500,
    stallMs: 5_000,
    onTrouble: () => undefined,
    sockets,
    ...options,
  };
  const { brokers, clientId, topicPrefix } = settings;
  if (brokers.length === 0) refuse('brokers', 'names one broker at least');
  const odd = brokers.find((broker) => !BROKER.test(broker));
  if (odd !== undefined) refuse('brokers', `is a list of host:port, not "${odd}"`);
  if (clientId === '') refuse('clientId', 'is not empty');
  if (!TOPIC_PREFIX.test(topicPrefix)) {
    refuse('topicPrefix', 'has letters, digits, ".", "_", "-" only, 100 at most');
  }
  for (const field of ['appendTimeoutMs', 'readTimeoutMs', 'pollMs', 'stallMs'] as const) {
    if (!(settings[field] > 0)) refuse(field, 'is a number of milliseconds above 0');
  }
  return settings;
}

function refuse(field: string, rule: string): never {
  throw new KafkaOptionsRefused(`Kafka option ${field} ${rule}`);
}
