import { describeWith } from './describe-with.js';
import { brokersSeenAt } from './kafka-wire.js';
import { freshDatabase, query } from './postgres-wire.js';
import { command } from './redis-wire.js';

const DEADLINE_MS = 5_000;

describeWith(['kafka', 'postgres', 'redis'], 'the shared stack', (addresses) => {
  it('has a broker that knows itself', async () => {
    const [broker] = addresses.kafka.brokers;
    expect(await brokersSeenAt(Number(broker.split(':')[1]), DEADLINE_MS)).toEqual([1]);
  });

  it('gives each spec a database of its own', async () => {
    const [one, other] = await Promise.all([
      freshDatabase(addresses.postgres.url),
      freshDatabase(addresses.postgres.url),
    ]);
    await query(one, "CREATE TABLE only_here (word text); INSERT INTO only_here VALUES ('kept')");
    expect(await query(one, 'SELECT word, NULL FROM only_here')).toEqual([['kept', null]]);
    await expect(query(other, 'SELECT word FROM only_here')).rejects.toThrow(
      'relation "only_here" does not exist',
    );
  });

  it('has a Redis that answers', async () => {
    expect(await command(addresses.redis.url, ['PING'])).toBe('PONG');
  });
});
