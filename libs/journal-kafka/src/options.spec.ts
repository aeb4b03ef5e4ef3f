import { topicsOf } from '@ringfence/contracts';
import { present } from '@ringfence/kernel';
import { within } from './deadline.js';
import { compare } from './ensure-topics.js';
import { KafkaStalled, TopicsRefused } from './faults.js';
import { KafkaOptionsRefused, settingsFrom } from './options.js';
import { openSocket } from './sockets.js';
import { topicSettings } from './topic-settings.js';

const good = { brokers: ['127.0.0.1:9092', 'kafka-2:9092'], clientId: 'accounts-0' };

describe('the options of a journal on Kafka', () => {
  it('have sound defaults', () => {
    expect(settingsFrom(good, openSocket)).toMatchObject({
      topicPrefix: '',
      appendTimeoutMs: 5_000,
      readTimeoutMs: 10_000,
      pollMs: 500,
      stallMs: 5_000,
    });
  });

  it.each([
    [{ brokers: [] }, /brokers names one broker at least/],
    [{ brokers: ['kafka'] }, /brokers is a list of host:port, not "kafka"/],
    [{ brokers: ['[::1]:9092'] }, /brokers is a list of host:port/],
    [{ clientId: '' }, /clientId is not empty/],
    [{ topicPrefix: 'a/b' }, /topicPrefix has letters/],
    [{ appendTimeoutMs: 0 }, /appendTimeoutMs is a number of milliseconds above 0/],
    [{ stallMs: Number.NaN }, /stallMs is a number/],
  ])('are refused by field and rule: %j', (bad, message) => {
    const reading = () => settingsFrom({ ...good, ...bad }, openSocket);
    expect(reading).toThrow(KafkaOptionsRefused);
    expect(reading).toThrow(message);
  });
});

describe('the settings of a topic', () => {
  const [log, cmd, chan, beat] = topicsOf(4);
  const spec = present(log, 'a log');

  it('keep what is true for ever and the rest for its time', () => {
    const kept = [log, cmd, chan, beat].map(
      (one) => topicSettings(present(one, 'a topic'))['retention.ms'],
    );
    expect(kept).toEqual(['-1', '-1', '604800000', '600000']);
    expect(topicSettings(spec)).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.bytes': '-1',
      'max.message.bytes': '2101248',
      'unclean.leader.election.enable': 'false',
    });
  });

  it('ask for a second copy before an acknowledgement where there are several', () => {
    const inSync = [1, 2, 3].map(
      (replication) => topicSettings(spec, { replication })['min.insync.replicas'],
    );
    expect(inSync).toEqual(['1', '1', '2']);
    expect(topicSettings(spec)).not.toHaveProperty('flush.messages');
    expect(topicSettings(spec, { flushEach: true })).toMatchObject({ 'flush.messages': '1' });
  });

  it('are compared one by one; a topic that grew is as wanted', () => {
    const target = { topic: 'log.risk', partitions: 4, settings: { 'retention.ms': '-1' } };
    const found = (partitions: number, replicas: number, retention?: string) => ({
      partitions,
      replicas: { found: replicas, wanted: 3 },
      settings: new Map(retention === undefined ? [] : [['retention.ms', retention]]),
    });
    expect(compare(target, found(8, 3, '-1'))).toEqual([]);
    const { message } = new TopicsRefused(compare(target, found(2, 1, '5')));
    expect(message.split('; ')).toEqual([
      'log.risk: number of partitions is 2, not 4 or more',
      'log.risk: number of replicas is 1, not 3 or more',
      'log.risk: retention.ms is 5, not -1',
    ]);
    expect(compare(target, found(4, 3))).toMatchObject([{ found: 'not known to the broker' }]);
  });
});

describe('a deadline', () => {
  it('gives the answer or the error that came in time', async () => {
    expect(await within(1_000, 'a call', Promise.resolve(7))).toBe(7);
    const failing = within(1_000, 'a call', Promise.reject(new Error('refused')));
    await expect(failing).rejects.toThrow('refused');
  });

  it('names the call that was not answered', async () => {
    const call = within(5, 'poll of broker 2', new Promise(() => undefined));
    await expect(call).rejects.toThrow(KafkaStalled);
    await expect(call).rejects.toThrow('poll of broker 2: no answer in 5 ms');
  });
});
