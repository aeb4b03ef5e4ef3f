import { defineLane, type Event, type LaneDefinition } from '@ringfence/contracts';
import { accept, SYSTEM } from '@ringfence/kernel';
import { LogTruncated, MemoryJournal, type Entry, type Stream } from '@ringfence/journal';
import { clockLane, idOf, rest } from './clock.fixture.js';
import { LocalExchange } from './channels.js';
import { Lane } from './lane.js';
import type { LaneOptions } from './lane-options.js';
import { foldLane, NO_SNAPSHOTS } from './load.js';
import { logStream } from './log-tail.js';

/** Ticks whenever the clock of the house does. */
const echoLane: LaneDefinition<{ ticks: number }> = defineLane({
  ...clockLane,
  service: 'risk',
  deciders: {
    Tick: ({ time, source }, { ticks }) =>
      accept<Event>({ type: 'Ticked', tick: ticks + 1, time, outageMs: 0, source }),
  },
  reactions: { reference: { Ticked: ({ time, source }) => [{ type: 'Tick', time, source }] } },
});
const CLOCK_LOG = logStream('reference', 0);

/** Reads of the clock's log give nothing of its last entry for a while, as behind a cache. */
class LaggingJournal extends MemoryJournal {
  lag = 0;
  override async read(stream: Stream, from: number, limit?: number): Promise<readonly Entry[]> {
    const entries = await super.read(stream, from, limit);
    if (stream.topic !== CLOCK_LOG.topic || this.lag === 0) return entries;
    const end = await this.end(stream);
    const given = entries.filter(({ offset }) => offset < end - 1);
    if (given.length === 0) this.lag--;
    return given;
  }
}

describe('a fold whose reads of a neighbour lag behind', () => {
  const TICKS = 5;
  let journal: LaggingJournal;
  const options = <State>(definition: LaneDefinition<State>): LaneOptions<State> => ({
    definition,
    partition: 0,
    partitions: 1,
    journal,
    snapshots: NO_SNAPSHOTS,
    exchange: new LocalExchange(),
    writer: definition.service,
    seed: 1,
    wait: async () => undefined,
  });

  beforeEach(async () => {
    journal = new LaggingJournal();
    const clock = await Lane.open(options(clockLane));
    const echo = await Lane.open(options(echoLane));
    if (clock === 'stood-down' || echo === 'stood-down') throw new Error('nobody else is here');
    for (let no = 1; no <= TICKS; no++) {
      const command = { type: 'Tick', time: no, source: 'test' } as const;
      await new Promise((done) => clock.submit([{ id: idOf(no), by: SYSTEM, command }], done));
      while (echo.state.ticks < no) await rest();
    }
    await clock.close();
    await echo.close();
  });

  it('waits for what the owner had read already (LANE-036)', async () => {
    journal.lag = 3;
    const { core } = await foldLane(options(echoLane));
    expect(core.state.ticks).toBe(TICKS);
    expect(journal.lag).toBe(0);
  });

  it('still names a log that really ends before it (LANE-018)', async () => {
    journal.truncate(CLOCK_LOG, (await journal.end(CLOCK_LOG)) - 1);
    await expect(foldLane(options(echoLane))).rejects.toBeInstanceOf(LogTruncated);
  });
});
