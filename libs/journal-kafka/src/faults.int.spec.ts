import { ChainWriter, Fenced, type Receipt } from '@ringfence/journal';
import { chainOf, openOptions, takeOver, write } from '@ringfence/journal/suite';
import { describeWith } from '@ringfence/stack';
import { type Fault, FAULTS, FaultProxy } from './fault-proxy.js';
import {
  add,
  bytesOf,
  contents,
  freshTopic,
  Journals,
  stream,
  until,
  waitFor,
} from './kafka.fixture.js';

const DEADLINE_MS = 30_000;
const SPEC_MS = 60_000;
const RECORDS = 60;
/** Shorter than a `late` append is held back, longer than a busy machine takes for one. */
const QUICK = { appendTimeoutMs: 1_200 };

interface Acked {
  readonly content: string;
  readonly receipt: Receipt;
}

/** Writes one record after another; what was answered is noted. */
async function writeAll(writer: ChainWriter, name: string, acked: Acked[]): Promise<void> {
  for (let n = 0; n < RECORDS; n++) {
    const content = `${name}-${n}`;
    acked.push({ content, receipt: await write(writer, content) });
  }
}

const live = (name: string) => openOptions(name, { wait: waitFor(DEADLINE_MS) });

describeWith(['kafka'], 'a faulty network before Kafka', ({ kafka: { brokers } }) => {
  const journals = new Journals();
  let proxy: FaultProxy;
  beforeEach(async () => (proxy = await FaultProxy.before(brokers[0] ?? '')));
  afterEach(async () => {
    await journals.closeAll();
    await proxy.close();
  });

  /** A journal behind the proxy and one beside it, on the same empty topic. */
  async function two() {
    const options = await freshTopic(brokers, { sockets: proxy.sockets, ...QUICK });
    const { sockets: _, ...sound } = options;
    return { faulty: await journals.open(options), sound: await journals.open(sound), options };
  }

  it.each([
    ['lost-ack', ['after', 'before', 'suffers']],
    ['twin', ['after', 'before', 'suffers']],
    ['late', ['after', 'before', 'suffers']],
    ['lost', ['after', 'before']],
  ] as const)('says that the outcome is unknown: %s', async (fault, expected) => {
    const { faulty, sound } = await two();
    expect(await add(faulty, 'before')).toEqual({ kind: 'appended', offset: 0 });
    proxy.plan.push(fault);
    expect(await add(faulty, 'suffers')).toMatchObject({ kind: 'unknown' });
    expect(await add(faulty, 'after')).toMatchObject({ kind: 'appended' });
    await until('nothing is on its way', () => proxy.isSettled);
    await until('all are there', async () => (await sound.end(stream)) === expected.length);
    expect((await contents(sound)).toSorted()).toEqual(expected);
    expect(faulty.counters).toMatchObject({ appends: 2, unknowns: 1 });
  });

  it.each(FAULTS)(
    'loses and doubles nothing that was acknowledged: every 7th append %s',
    async (fault) => {
      const { faulty, sound } = await two();
      proxy.everyOf(7, fault === 'late' ? 14 : 10 * RECORDS, [fault]);
      const acked: Acked[] = [];
      await writeAll(await takeOver(faulty, stream, live('A')), 'A', acked);
      await until('nothing is on its way', () => proxy.isSettled);

      const { contents: found, records, ignored } = await chainOf(sound, stream);
      expect(found).toEqual(['opened by A', ...acked.map(({ content }) => content)]);
      for (const { receipt } of acked) {
        expect(records[receipt.seq - 1]).toMatchObject(pick(receipt));
      }
      expect(proxy.suffered).toBeGreaterThan(fault === 'late' ? 1 : 7);
      const leavesTwins: readonly Fault[] = ['twin', 'late'];
      if (leavesTwins.includes(fault)) expect(ignored).toBeGreaterThan(0);
      else expect(ignored).toBe(0);
    },
    SPEC_MS,
  );

  it(
    'lets one of two writers go on and tells the other, through all faults',
    async () => {
      const { faulty, sound, options } = await two();
      proxy.everyOf(5, 10 * RECORDS, ['lost-ack', 'twin', 'lost']);
      const acked: Acked[] = [];
      const zombie = await takeOver(faulty, stream, live('A'));
      const ending = writeAll(zombie, 'A', acked).catch((fault: unknown) => fault);
      await until('A writes', () => acked.length > RECORDS / 4);
      const next = await takeOver(await journals.open(options), stream, live('B'));
      await writeAll(next, 'B', acked);
      expect(await ending).toBeInstanceOf(Fenced);
      await until('nothing is on its way', () => proxy.isSettled);

      const { contents: found, records } = await chainOf(sound, stream);
      expect(new Set(found).size).toBe(found.length);
      for (const { content, receipt } of acked) {
        expect(records[receipt.seq - 1]).toMatchObject(pick(receipt));
        expect(found[receipt.seq - 1]).toBe(content);
      }
      // the zombie's last record may count without having been answered
      const unanswered = found.length - acked.length - 2;
      expect([0, 1]).toContain(unanswered);
      expect(proxy.suffered).toBeGreaterThan(10);
    },
    SPEC_MS,
  );

  it('does not keep a record that a writer takes for written without being told', async () => {
    const { faulty, sound } = await two();
    proxy.plan.push(undefined, 'lost', undefined);
    for (const content of ['one', 'two', 'three']) await add(faulty, content);
    expect(await contents(sound)).toEqual(['one', 'three']);
  });

  it('begins a poll anew that gets no answer, and tells its watchers', async () => {
    const options = await freshTopic(brokers, {
      sockets: proxy.sockets,
      pollMs: 100,
      stallMs: 300,
    });
    const { sockets: _, ...plain } = options;
    const [follower, writer] = [await journals.open(options), await journals.open(plain)];
    let woken = 0;
    follower.watch(stream, () => woken++);
    await until('it follows', () => woken > 0);
    await add(writer, 'one');
    await until('it was woken', () => woken > 1);
    proxy.freeze();
    await add(writer, 'two');
    await until('it was woken again', () => woken > 2);
    expect(follower.counters.stalls).toBeGreaterThan(0);
    expect(await contents(follower)).toEqual(['one', 'two']);
  });

  it.each([
    ['acknowledged', undefined, 'appended'],
    ['in the log without an answer', 'lost-ack', 'unknown'],
  ] as const)('shows what is %s at once, though its own poll hangs', async (_, fault, kind) => {
    const options = await freshTopic(brokers, {
      sockets: proxy.sockets,
      pollMs: 5_000,
      stallMs: 500,
    });
    const { sockets: _proxy, ...sound } = options;
    const [follower, writer] = [await journals.open(options), await journals.open(sound)];
    let woken = 0;
    follower.watch(stream, () => woken++);
    await until('it follows', () => woken > 0);
    await add(writer, 'one');
    await until('it was woken', () => woken > 1);
    expect(await follower.read(stream, 1)).toEqual([]);
    proxy.freeze();
    proxy.plan.push(fault);
    expect(await add(follower, 'two')).toMatchObject({ kind });
    expect(await contents(follower, 1)).toEqual(['two']);
  });

  it('reads on after a connection that died', async () => {
    const { faulty, sound } = await two();
    await sound.append(stream, bytesOf('one'));
    expect(await contents(faulty)).toEqual(['one']);
    proxy.cut();
    await sound.append(stream, bytesOf('two'));
    expect(await contents(faulty)).toEqual(['one', 'two']);
  });
});

const pick = ({ hash, offset }: Receipt) => ({ hash, offset });
