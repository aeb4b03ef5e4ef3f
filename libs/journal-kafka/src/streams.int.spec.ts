import { InvariantViolation } from '@ringfence/kernel';
import { ENTRY_BYTES_MAX } from '@ringfence/contracts';
import { describeWith } from '@ringfence/stack';
import { type Admin, openAdmin } from './client.js';
import { ensureTopics } from './ensure-topics.js';
import { KafkaUnavailable, StreamShrunk, StreamTrimmed } from './faults.js';
import { KafkaJournal } from './kafka-journal.js';
import {
  add,
  contents,
  freshTopic,
  Journals,
  stream,
  SUITE_TOPIC,
  until,
} from './kafka.fixture.js';
import { type KafkaOptions, settingsFrom } from './options.js';
import { openSocket } from './sockets.js';

const nowhere = ['127.0.0.1:1'];

async function administer(options: KafkaOptions, work: (admin: Admin) => Promise<unknown>) {
  const { client, sockets } = await openAdmin(settingsFrom(options, openSocket));
  try {
    await work(client);
  } finally {
    await client.disconnect();
    sockets.destroy();
  }
}

describeWith(['kafka'], 'streams on Kafka', ({ kafka: { brokers } }) => {
  const journals = new Journals();
  afterEach(() => journals.closeAll());
  const topicIn = ({ topicPrefix = '' }: KafkaOptions): string => `${topicPrefix}${stream.topic}`;

  it('serves a follower what came without asking, and reads back in large pieces', async () => {
    const options = await freshTopic(brokers);
    const [follower, writer] = [await journals.open(options), await journals.open(options)];
    const written = Array.from({ length: 40 }, (_, n) => `${n}:${'x'.repeat(10_000)}`);
    const seen: string[] = [];
    let reading = Promise.resolve();
    const read = async () => void seen.push(...(await contents(follower, seen.length)));
    follower.watch(stream, () => {
      reading = reading.then(read);
    });
    for (const content of written) await add(writer, content);
    await until('all were seen', () => seen.length === written.length);
    expect(seen).toEqual(written);
    const { readsAhead, fetches } = follower.counters;
    expect(readsAhead).toBeGreaterThan(0);
    expect(await contents(writer)).toEqual(written);
    expect(writer.counters.fetches).toBeLessThan(5);
    expect(await contents(follower)).toEqual(written); // from its own memory now
    expect(follower.counters.fetches - fetches).toBeLessThan(5);
  });

  it('follows many streams by one poll, those added later too', async () => {
    const options = await freshTopic(brokers);
    const [follower, writer] = [await journals.open(options), await journals.open(options)];
    const woken = [0, 0, 0, 0];
    const stops = woken.map((_, partition) =>
      follower.watch({ ...stream, partition }, () => woken[partition]++),
    );
    await until('all are followed', () => woken.every((times) => times > 0));
    stops[3]?.();
    const before = [...woken];
    for (const partition of [0, 1, 2, 3]) {
      await writer.append({ ...stream, partition }, Buffer.from(`to ${partition}`));
    }
    await until('three were told', () => [0, 1, 2].every((p) => woken[p] > before[p]));
    expect(woken[3]).toBe(before[3]);
  });

  it('waits for a topic that is not there yet', async () => {
    const options = { ...(await freshTopic(brokers)), readTimeoutMs: 300 };
    const journal = await journals.open(options);
    const later = { topic: 'log.later', partition: 0 };
    await expect(journal.read(later, 0)).rejects.toThrow(/log\.later\/0: the cluster has no such/);
    await expect(journal.read({ ...stream, partition: 4 }, 0)).rejects.toThrow(KafkaUnavailable);
    expect(await journal.append(later, Buffer.from('x'))).toMatchObject({ kind: 'unknown' });
    let woken = 0;
    journal.watch(later, () => woken++);
    await ensureTopics(options, [{ ...SUITE_TOPIC, topic: 'log.later' }]);
    await until('it is followed', () => woken > 0);
    expect(await journal.append(later, Buffer.from('x'))).toMatchObject({ offset: 0 });
  });

  it('says that records were deleted from the front', async () => {
    const options = await freshTopic(brokers);
    const journal = await journals.open(options);
    for (const content of ['a', 'b', 'c']) await add(journal, content);
    await administer(options, async (admin) => {
      const topic = topicIn(options);
      await admin.fetchTopicOffsets(topic); // or kafkajs does not know whom to tell
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
    });
    const reading = journal.read(stream, 1);
    await expect(reading).rejects.toThrow(StreamTrimmed);
    await expect(reading).rejects.toThrow(
      'log.suite/0: offset 1 was deleted, the oldest kept is 2',
    );
    expect(await journal.begin(stream)).toBe(2);
    expect(await contents(journal, 2)).toEqual(['c']);
  });

  it('stops a reader whose topic was made anew', async () => {
    const options = await freshTopic(brokers);
    const journal = await journals.open(options);
    for (const content of ['a', 'b', 'c']) await add(journal, content);
    await administer(options, (admin) => admin.deleteTopics({ topics: [topicIn(options)] }));
    await ensureTopics(options, [SUITE_TOPIC]);
    const reading = journal.read(stream, 3);
    await expect(reading).rejects.toThrow(StreamShrunk);
    await expect(reading).rejects.toThrow('ends at offset 0, this process has seen up to 3');
  });

  it('takes the largest record there is, and none that is larger', async () => {
    const journal = await journals.open(await freshTopic(brokers));
    expect(await journal.append(stream, new Uint8Array(ENTRY_BYTES_MAX))).toMatchObject({
      kind: 'appended',
    });
    const [entry] = await journal.read(stream, 0, 1);
    expect(entry?.bytes.length).toBe(ENTRY_BYTES_MAX);
    const tooLarge = journal.append(stream, new Uint8Array(ENTRY_BYTES_MAX + 1));
    await expect(tooLarge).rejects.toThrow(InvariantViolation);
  });

  it('begins with a broker that lives, and names all when none does', async () => {
    const options = await freshTopic(brokers);
    for (let n = 0; n < 5; n++) {
      const journal = await journals.open({ ...options, brokers: [...nowhere, ...brokers] });
      expect(await add(journal, `by ${n}`)).toMatchObject({ kind: 'appended', offset: n });
    }
    const alone = KafkaJournal.open({ ...options, brokers: nowhere, readTimeoutMs: 200 });
    await expect(alone).rejects.toThrow(KafkaUnavailable);
    await expect(alone).rejects.toThrow(/127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it('answers the append in flight before it closes, and none behind it', async () => {
    const options = await freshTopic(brokers);
    const journal = await KafkaJournal.open(options);
    await add(journal, 'opened');
    const inFlight = add(journal, 'in flight');
    const behind = add(journal, 'behind').catch((fault: unknown) => fault);
    await Promise.resolve();
    await journal.close();
    expect(await inFlight).toEqual({ kind: 'appended', offset: 1 });
    expect(await behind).toMatchObject({ name: 'JournalClosed' });
    expect(await contents(await journals.open(options))).toEqual(['opened', 'in flight']);
  });
});
