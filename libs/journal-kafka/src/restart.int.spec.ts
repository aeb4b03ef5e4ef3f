import { chainOf, openOptions, takeOver, write } from '@ringfence/journal/suite';
import { describeIfFound, type Stack, startStack } from '@ringfence/stack';
import { freshTopic, Journals, stream, until, waitFor } from './kafka.fixture.js';

const START_MS = 180_000;
/** Two starts of a broker on a busy machine; without load it takes a quarter of this. */
const SPEC_MS = 90_000;
const RECORDS = 40;

describeIfFound(['kafka'], 'a broker that is killed under load', () => {
  const journals = new Journals();
  let stack: Stack<'kafka'>;
  beforeAll(async () => (stack = await startStack({ parts: ['kafka'] })), START_MS);
  afterAll(async () => {
    await journals.closeAll();
    await stack.stop();
  }, START_MS);

  it(
    'loses and doubles nothing that was acknowledged, and writing and following go on',
    async () => {
      const options = await freshTopic(stack.kafka.brokers, { appendTimeoutMs: 2_000 });
      const [journal, follower] = [await journals.open(options), await journals.open(options)];
      const live = openOptions('A', { wait: waitFor(SPEC_MS) });
      const writer = await takeOver(journal, stream, live);
      let followed = 0;
      follower.watch(stream, () => followed++);

      const acked: string[] = [];
      let isWriting = true;
      const writing = (async () => {
        for (let n = 0; isWriting; n++) {
          await write(writer, `record ${n}`);
          acked.push(`record ${n}`);
        }
      })();
      await until('it writes', () => acked.length >= RECORDS);
      await until('it is followed', () => followed > 1);
      await stack.kafka.kill(0, 'SIGKILL');
      const [target, told] = [acked.length + RECORDS, followed];
      await stack.kafka.restart(0);
      await until('it writes again', () => acked.length >= target);
      await until('it is followed again', () => followed > told);
      isWriting = false;
      await writing;

      expect(journal.counters.unknowns).toBeGreaterThan(0);
      const { contents: found } = await chainOf(follower, stream);
      expect(found).toEqual(['opened by A', ...acked]);
    },
    SPEC_MS,
  );
});
