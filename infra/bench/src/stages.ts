import { catalogue, type Command } from '@ringfence/contracts';
import { accountsLane, type AccountsState } from '@ringfence/domain-accounts';
import { encodeRecord, GENESIS, hash, type Head, type Journal } from '@ringfence/journal';
import { foldLane, IdTable, LaneCore, NO_SNAPSHOTS, type HouseDecided } from '@ringfence/lane';
import type { Order } from '@ringfence/contracts';
import { sized, type Bench } from './bench.js';
import { least, median, Stopwatch } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { drive, LedgerYard, portions, unpack, type Portion } from './ledger-yard.js';
import { VENUE } from './market.js';
import { foldOptions } from './replay.js';

const PER_RECORD = 1000;
const HEAD: Head = {
  v: 1,
  p: 0,
  seq: 1,
  epoch: 1,
  writer: 'bench',
  prev: GENESIS.hash,
  ts: 0,
  in: [],
  n: PER_RECORD,
  contracts: catalogue.fingerprint,
};
const STAGES = ['unpack', 'ids', 'decide', 'fold', 'encode', 'head', 'hash', 'append'] as const;
type Stage = (typeof STAGES)[number];

/** Does one stage over a whole round, so that the clock is read twice and not a thousand times. */
class Stages {
  readonly spent = new Map<Stage, number[]>();

  constructor(readonly count: number) {}

  take<T>(stage: Stage, work: () => T): T {
    const watch = new Stopwatch();
    const result = work();
    this.note(stage, watch.cpu());
    return result;
  }
  note(stage: Stage, us: number): void {
    const all = this.spent.get(stage) ?? [];
    this.spent.set(stage, [...all, us / this.count]);
  }
  /** The round before warmed the compiler up. */
  forget(): void {
    this.spent.clear();
  }
}

/** The path of a transfer taken apart: each stage alone, over the same transfers. */
async function round(
  stages: Stages,
  core: LaneCore<AccountsState>,
  ids: IdTable,
  { packed, journal }: { readonly packed: readonly Portion[]; readonly journal: Journal },
): Promise<void> {
  const batches = stages.take('unpack', () => packed.map(unpack));
  stages.take('ids', () => {
    for (const batch of batches) {
      for (const { id } of batch) if (ids.find(id).length === 0) ids.add(id, 1);
    }
  });
  const orders = batches.map((batch) =>
    batch.map(({ id }): Order => ({ id, by: VENUE, from: null, cause: null })),
  );
  const decide = accountsLane.deciders.TransferCollateral;
  stages.take('decide', () => {
    for (const [b, batch] of batches.entries()) {
      for (const [i, { command }] of batch.entries()) {
        if (command.type === 'TransferCollateral') decide?.(command, core.state, orders[b][i]);
      }
    }
  });
  const decided = stages.take('fold', () =>
    batches.map((batch, b) =>
      batch.map(({ id, command }, i): HouseDecided => {
        const { outcome, events } = core.decide(command as Command, orders[b][i]);
        return { origin: { kind: 'client', id, by: VENUE }, command, outcome, events };
      }),
    ),
  );
  const bodies = stages.take('encode', () => decided.map((each) => catalogue.encode(each)));
  const records = stages.take('head', () => bodies.map((body) => encodeRecord(HEAD, body)));
  stages.take('hash', () => records.map(hash));
  const watch = new Stopwatch();
  for (const record of records) await journal.append({ topic: 'stages', partition: 0 }, record);
  stages.note('append', watch.cpu());
}

/** Where the CPU of a transfer goes. `lane` is the whole; what is left over is its plumbing. */
export const stages: Bench = {
  name: 'stages',
  run: (scale, to) =>
    inFolder(async (folder) => {
      const journal = await openJournal(folder);
      const walls = sized(scale, 20_000, 40);
      const ledger = await LedgerYard.open({ journal, walls, assets: sized(scale, 20, 2) });
      const { core } = await foldLane({ ...foldOptions(journal), snapshots: NO_SNAPSHOTS });
      const count = sized(scale, 50_000, PER_RECORD);
      const ids = new IdTable(1);
      const each = new Stages(count);
      const whole: number[] = [];
      for (let turn = 0; turn < sized(scale, 8, 2); turn++) {
        const packed = portions(ledger.transfers(turn), count, PER_RECORD);
        await round(each, core, ids, { packed, journal });
        const watch = new Stopwatch();
        await drive(ledger.lane(), packed);
        whole.push(watch.cpu() / count);
        if (turn === 0) each.forget();
      }
      const lane = { value: median(whole.slice(1)), name: 'stage.lane' };
      let sum = 0;
      for (const stage of STAGES) {
        const spent = each.spent.get(stage) ?? [];
        // folding decides once more, which its own stage has counted
        const of = median(spent) - (stage === 'fold' ? median(each.spent.get('decide') ?? []) : 0);
        sum += of;
        const detail = { least: least(spent) };
        to.add({ name: `stage.${stage}`, value: of, unit: 'µs CPU', against: lane, detail });
      }
      to.add({ name: 'stage.rest', value: lane.value - sum, unit: 'µs CPU', against: lane });
      to.add({ name: lane.name, value: lane.value, unit: 'µs CPU' });
      await ledger.yard.close();
      await journal.close();
    }),
};
