import { topicsOf } from '@ringfence/contracts';
import { ensureTopics, KafkaJournal } from '@ringfence/journal-kafka';
import { logStream } from '@ringfence/lane';
import { kafkaTools, PartMissing, uniqueName } from '@ringfence/stack';
import { sized, type Report, type Scale } from '../bench.js';
import { median } from '../clock.js';
import { written } from '../log-bytes.js';
import { WALLS } from './cpu.js';
import { FoundedHouse } from './founded-house.js';
import type { DistributedBench, Ground } from './ground.js';
import { perfProducer } from './perf-producer.js';
import { Rig } from './rig.js';
import { drive, transferBodies } from './transfer-load.js';

const SIZE = 1000;
/** More than elsewhere: the lane must never wait for orders. */
const LOAD_CALLERS = 8;
const MB = 1e6;
const UNIT = 'MB/s';
/** Of the perf producer's bytes per second; issue 5, section 7. More is better. */
const SHARE = { floor: 0.6, goal: 1 };
const LANE = { service: 'accounts', partition: 0 } as const;

interface LaneLoad {
  /** of a record of a thousand transfers */
  readonly recordBytes: number;
  readonly bytesPerSecond: number;
  readonly perSecond: number;
}

/** What one accounts lane writes while its orders come through the API as fast as it takes them. */
const laneLoad = (scale: Scale, ground: Ground): Promise<LaneLoad> =>
  Rig.with(ground, { partitions: 1, projections: 'off' }, async (rig) => {
    const house = await FoundedHouse.found(rig, sized(scale, WALLS.full, WALLS.quick));
    const load = async (requests: number, seed: number): Promise<number> => {
      const bodies = [...transferBodies(house.walls, { kind: 'same', size: SIZE, requests, seed })];
      const from = performance.now();
      await drive(house.operator, bodies, SIZE, LOAD_CALLERS);
      return performance.now() - from;
    };
    await load(sized(scale, 60, 1), 1);
    return rig.withJournal(async (journal) => {
      const after = await journal.end(logStream(LANE.service, LANE.partition));
      const requests = sized(scale, 200, 8);
      const ms = await load(requests, 2);
      const records = await written(journal, LANE, after);
      house.close();
      const bytes = records.reduce((sum, { bytes: each }) => sum + each.length, 0);
      const whole = records.filter(({ decided }) => decided.length >= SIZE);
      const recordBytes = median((whole.length > 0 ? whole : records).map((r) => r.bytes.length));
      const perSecond = (requests * SIZE * 1000) / ms;
      return { recordBytes, bytesPerSecond: (bytes * 1000) / ms, perSecond };
    });
  });

/** Topics that no house uses. @returns their prefix */
async function emptyTopics({ stack }: Ground): Promise<string> {
  const topicPrefix = `${uniqueName('bytes')}.`;
  const options = { brokers: stack.kafka.brokers, clientId: 'bench', topicPrefix };
  await ensureTopics(options, topicsOf(1));
  return topicPrefix;
}

/** The journal alone: one append after the other, as a lane makes them. */
async function journalLoad(scale: Scale, ground: Ground, recordBytes: number): Promise<number> {
  const topicPrefix = await emptyTopics(ground);
  const { brokers } = ground.stack.kafka;
  const journal = await KafkaJournal.open({ brokers, clientId: 'bench', topicPrefix });
  try {
    const stream = logStream(LANE.service, LANE.partition);
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(recordBytes, RANDOM_MAX)));
    const record = Buffer.alloc(recordBytes);
    for (let at = 0; at < recordBytes; at += bytes.length)
      record.set(bytes.subarray(0, recordBytes - at), at);
    const append = async (count: number): Promise<void> => {
      for (let no = 0; no < count; no++) {
        const { kind } = await journal.append(stream, record);
        if (kind !== 'appended') throw new Error(`an append on a quiet broker is ${kind}`);
      }
    };
    await append(sized(scale, 200, 5));
    const count = sized(scale, 2_000, 20);
    const from = performance.now();
    await append(count);
    return (count * recordBytes * 1000) / (performance.now() - from);
  } finally {
    await journal.close();
  }
}
/** `getRandomValues` gives no more at once. */
const RANDOM_MAX = 65_536;

async function producerLoad(
  scale: Scale,
  ground: Ground,
  recordBytes: number,
): Promise<number | string> {
  try {
    const tools = await kafkaTools((line) => console.error(line));
    const topic = `${await emptyTopics(ground)}log.${LANE.service}`;
    const { brokers } = ground.stack.kafka;
    return await perfProducer({
      tools,
      brokers,
      topic,
      records: sized(scale, 8_000, 100),
      warmUp: sized(scale, 2_000, 100),
      recordBytes,
    });
  } catch (fault) {
    if (fault instanceof PartMissing) return fault.message;
    throw fault;
  }
}

/** Bytes per second: a lane through the API, the journal alone, the broker's own producer. */
export const bytes: DistributedBench = {
  name: 'bytes',
  needs: ['kafka', 'postgres', 'redis'],
  async run(scale, to, ground) {
    const lane = await laneLoad(scale, ground);
    const { recordBytes } = lane;
    const journal = await journalLoad(scale, ground, recordBytes);
    const producer = await producerLoad(scale, ground, recordBytes);
    const name = 'bytes.perf-producer';
    if (typeof producer === 'string') to.skip(name, producer);
    else to.add({ name, value: producer / MB, unit: UNIT, detail: { recordBytes } });
    const line = (each: string, bytesPerSecond: number, detail: Record<string, number>): void =>
      addBeside(to, producer, { name: `bytes.${each}`, bytesPerSecond, detail });
    line('journal', journal, { recordBytes });
    line('lane', lane.bytesPerSecond, { recordBytes, perSecond: lane.perSecond });
  },
};

/** Compares with the producer where that one ran. */
function addBeside(
  to: Report,
  producer: number | string,
  { name, bytesPerSecond, detail }: Beside,
): void {
  const line = { name, value: bytesPerSecond / MB, unit: UNIT, detail };
  if (typeof producer === 'string') return to.add(line);
  const against = { value: producer / MB, name: 'bytes.perf-producer' };
  to.add({ ...line, against });
  to.add({
    name: `${name}.share`,
    value: bytesPerSecond / producer,
    unit: 'of the perf producer',
    target: SHARE,
  });
}
interface Beside {
  readonly name: string;
  readonly bytesPerSecond: number;
  readonly detail: Record<string, number>;
}
