import { LOOPBACK } from './exchange.js';

/** Largest batch of records that a broker takes, bytes; a record of ours is at most 2 MB. */
export const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

export interface BrokerPorts {
  broker: number;
  controller: number;
}

/** What one broker of a cluster needs to know. */
export interface BrokerSettings {
  /** Position in `cluster`; its node id is one more. */
  index: number;
  cluster: BrokerPorts[];
  logFolder: string;
}

/**
 * The `server.properties` of a broker that is also a controller.
 *
 * With three brokers a write is acknowledged by two and a leader is never elected from outside the
 * in-sync set: the promise the truth topics need. With one there is nobody to wait for.
 */
export function brokerProperties({ index, cluster, logFolder }: BrokerSettings): string {
  const { broker, controller } = cluster[index];
  const voters = cluster.map((ports, other) => `${other + 1}@${LOOPBACK}:${ports.controller}`);
  const replicas = cluster.length;
  const inSync = replicas > 1 ? 2 : 1;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://${LOOPBACK}:${broker},CONTROLLER://${LOOPBACK}:${controller}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${broker}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logFolder,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': false,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'message.max.bytes': MESSAGE_BYTES_MAX,
    'replica.fetch.max.bytes': MESSAGE_BYTES_MAX,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    // A killed broker may register again only when its old session has expired: 9 s by default.
    'broker.session.timeout.ms': 1500,
    'broker.heartbeat.interval.ms': 300,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
