import { topicsOf } from '@ringfence/contracts';
import { describeWith } from '@ringfence/stack';
import { openAdmin } from './client.js';
import { ensureTopics } from './ensure-topics.js';
import { TopicsRefused } from './faults.js';
import { optionsFor, SUITE_TOPIC } from './kafka.fixture.js';
import { type KafkaOptions, settingsFrom } from './options.js';
import { openSocket } from './sockets.js';

const refusal = async (attempt: Promise<unknown>): Promise<TopicsRefused> => {
  const fault: unknown = await attempt.catch((thrown: unknown) => thrown);
  if (fault instanceof TopicsRefused) return fault;
  throw new Error(`not refused: ${String(fault)}`);
};

async function partitionsOf(options: KafkaOptions, topics: string[]): Promise<number[]> {
  const { client, sockets } = await openAdmin(settingsFrom(options, openSocket));
  const metadata = await client.fetchTopicMetadata({ topics });
  await client.disconnect();
  sockets.destroy();
  const counts = new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
  return topics.map((topic) => counts.get(topic) ?? 0);
}

describeWith(['kafka'], 'the topics of the house on Kafka', ({ kafka: { brokers } }) => {
  it('are made by whoever comes first, and found in order by the others', async () => {
    const options = optionsFor(brokers);
    const [one, other] = await Promise.all([
      ensureTopics(options, topicsOf(2)),
      ensureTopics(options, topicsOf(2)),
    ]);
    expect(one).toEqual(other);
    expect(one).toContain(`${options.topicPrefix}log.accounts`);
    expect(await ensureTopics(options, topicsOf(2))).toEqual(one);
    const named = ['log.reference', 'log.accounts', 'beat.risk'];
    const topics = named.map((name) => `${options.topicPrefix}${name}`);
    expect(await partitionsOf(options, topics)).toEqual([1, 2, 2]);
  });

  it('are refused with other settings, each by name', async () => {
    const options = optionsFor(brokers);
    const topic = `${options.topicPrefix}log.suite`;
    await ensureTopics(options, [{ ...SUITE_TOPIC, retentionMs: 60_000, entryBytesMax: 1_000 }]);
    const { findings, message } = await refusal(ensureTopics(options, [SUITE_TOPIC]));
    expect(findings).toEqual([
      { topic, setting: 'retention.ms', found: '60000', wanted: '-1' },
      { topic, setting: 'max.message.bytes', found: '5096', wanted: '2101248' },
    ]);
    expect(message).toContain(`${topic}: retention.ms is 60000, not -1`);
  });

  it('are refused when they do not flush, and the operator wants it', async () => {
    const options = optionsFor(brokers);
    await ensureTopics(options, [SUITE_TOPIC]);
    const { findings } = await refusal(ensureTopics(options, [SUITE_TOPIC], { flushEach: true }));
    expect(findings.map(({ setting }) => setting)).toEqual(['flush.messages']);
  });

  it('are refused with too few partitions, unless they may grow; more are fine', async () => {
    const options = optionsFor(brokers);
    await ensureTopics(options, [SUITE_TOPIC]);
    const larger = { ...SUITE_TOPIC, partitions: 6 };
    const { findings } = await refusal(ensureTopics(options, [larger]));
    expect(findings).toMatchObject([
      { setting: 'number of partitions', found: '4', wanted: '6 or more' },
    ]);
    await ensureTopics(options, [larger], { grow: true });
    await ensureTopics(options, [SUITE_TOPIC]);
    expect(await partitionsOf(options, [`${options.topicPrefix}log.suite`])).toEqual([6]);
  });

  it('are refused with fewer copies than wanted', async () => {
    const options = optionsFor(brokers);
    await ensureTopics(options, [SUITE_TOPIC]);
    const { findings } = await refusal(ensureTopics(options, [SUITE_TOPIC], { replication: 3 }));
    expect(findings).toMatchObject([
      { setting: 'number of replicas', found: '1', wanted: '3 or more' },
      { setting: 'min.insync.replicas', found: '1', wanted: '2' },
    ]);
  });
});
