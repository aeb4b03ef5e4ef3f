import { brokerProperties, MESSAGE_BYTES_MAX, type BrokerPorts } from './kafka-settings.js';

const ports = (count: number): BrokerPorts[] =>
  Array.from({ length: count }, (_, index) => ({ broker: 100 + index, controller: 200 + index }));

const settingsOf = (count: number, index: number): Record<string, string> => {
  const text = brokerProperties({ index, cluster: ports(count), logFolder: '/data/logs' });
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s)));
};

describe('the settings of a broker', () => {
  it('alone, waits for nobody', () => {
    expect(settingsOf(1, 0)).toMatchObject({
      'node.id': '1',
      'controller.quorum.voters': '1@127.0.0.1:200',
      'default.replication.factor': '1',
      'min.insync.replicas': '1',
      'offsets.topic.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
    });
  });

  it('of three, acknowledges what two have and elects no one else', () => {
    expect(settingsOf(3, 2)).toMatchObject({
      'node.id': '3',
      'controller.quorum.voters': '1@127.0.0.1:200,2@127.0.0.1:201,3@127.0.0.1:202',
      listeners: 'PLAINTEXT://127.0.0.1:102,CONTROLLER://127.0.0.1:202',
      'advertised.listeners': 'PLAINTEXT://127.0.0.1:102',
      'default.replication.factor': '3',
      'min.insync.replicas': '2',
      'unclean.leader.election.enable': 'false',
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
    });
  });

  it('copies every message that it takes, and makes no topic by accident', () => {
    const settings = settingsOf(3, 0);
    expect(Number(settings['message.max.bytes'])).toBe(MESSAGE_BYTES_MAX);
    expect(Number(settings['replica.fetch.max.bytes'])).toBeGreaterThanOrEqual(MESSAGE_BYTES_MAX);
    expect(settings['auto.create.topics.enable']).toBe('false');
  });

  it('lets a killed broker back soon: several beats fit into its session', () => {
    const settings = settingsOf(1, 0);
    const session = Number(settings['broker.session.timeout.ms']);
    expect(session).toBeLessThan(2_000);
    expect(session).toBeGreaterThan(3 * Number(settings['broker.heartbeat.interval.ms']));
  });
});
