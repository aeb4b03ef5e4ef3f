import type { LaneDefinition } from '@ringfence/contracts';
import { addressText, type Address, type Service } from '@ringfence/kernel';
import {
  GENESIS,
  LogTruncated,
  type ChainHead,
  type InputRange,
  type Journal,
  type Rule,
} from '@ringfence/journal';
import { LaneCore, StateDiverged, type Saved } from './core.js';
import type { IdFiles } from './id-files.js';
import { freshIds, mendedIds, savedIds } from './id-load.js';
import type { IdTable } from './id-table.js';
import {
  LogTail,
  logStream,
  logTopic,
  type DecodeCache,
  type LogRecord,
  type Wait,
} from './log-tail.js';

/** Where snapshots of lanes are kept. They may be lost: the log is the truth. */
export interface SnapshotStore {
  /** the newest that verifies; undefined when there is none */
  load(address: Address): Promise<Saved | undefined>;
  save(address: Address, saved: Saved): Promise<void>;
  /** beside them, full generations of ids; without it all ids stay in memory and in snapshots */
  readonly ids?: IdFiles;
}
/** Keeps nothing. */
export const NO_SNAPSHOTS: SnapshotStore = {
  load: async () => undefined,
  save: async () => undefined,
};

export interface LoadOptions<State> {
  readonly definition: LaneDefinition<State>;
  readonly partition: number;
  readonly partitions: number;
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  /**
   * passes the time between attempts at something that failed for a moment or whose outcome is
   * unknown
   */
  readonly wait: Wait;
  /** 32 bits that key the prints of ids, unless the lane has some already */
  readonly seed: number;
  /** lets the process serve others between two records or other pieces of work */
  readonly breathe?: () => Promise<void>;
  readonly cache?: DecodeCache;
  /** fold from the beginning even if there is a snapshot */
  readonly fromZero?: boolean;
  /** how this lane tells what counts in any log; tests plant a broken one */
  readonly rule?: Rule;
}

/**
 * A lane's fold in the making: own records come in by `fold`, the logs that they name are read
 * beside it.
 */
export class Loader<State> {
  readonly core: LaneCore<State>;
  readonly head: ChainHead;
  readonly #foreign = new Map<string, ForeignLog>();

  private constructor(
    readonly options: LoadOptions<State>,
    readonly address: Address,
    ids: IdTable,
    saved?: Saved,
  ) {
    const { definition, partitions } = options;
    this.core = new LaneCore(definition, address, partitions, ids, saved);
    ids.mend = (sealed) => mendedIds(sealed, this.core, options);
    this.head = saved?.head ?? GENESIS;
    for (const service of LaneCore.reads(definition)) this.#open(service);
  }

  static async start<State>(options: LoadOptions<State>): Promise<Loader<State>> {
    const { definition, partition, snapshots, fromZero } = options;
    const address: Address = { service: definition.service, partition };
    const saved = fromZero ? undefined : await snapshots.load(address);
    if (saved?.foldVersion === definition.foldVersion) {
      const ids = await savedIds(saved, options);
      if (ids) return new Loader(options, address, ids, saved);
    }
    return new Loader(options, address, await freshIds(options));
  }

  #open(service: Service): void {
    const { journal, cache, rule } = this.options;
    const stream = logStream(service, this.address.partition);
    const from = this.core.inputs.get(logTopic(service)) ?? GENESIS;
    const tail = new LogTail(journal, service, stream, {
      from,
      cache,
      rule,
      who: addressText(this.address),
    });
    this.#foreign.set(logTopic(service), new ForeignLog(tail, this.options.wait));
  }

  async fold(record: LogRecord): Promise<void> {
    const { core } = this;
    await core.replay(record, (range) => this.#range(range));
    // a fold that is faster than its files waits, or memory would hold what should be in them
    if (core.ids.unsealed > 1) await core.ids.settled();
  }

  async #range(range: InputRange): Promise<readonly LogRecord[]> {
    const log = this.#foreign.get(range.topic);
    if (!log) throw new StateDiverged(`${range.topic} is no input of ${this.address.service}`);
    return log.range(range, addressText(this.address));
  }

  /** Logs to go on reading, each from where the last own record left it. */
  tails(): LogTail[] {
    const { journal, cache, rule } = this.options;
    return LaneCore.reads(this.options.definition).map((service) => {
      const from = this.core.inputs.get(logTopic(service)) ?? GENESIS;
      return new LogTail(journal, service, logStream(service, this.address.partition), {
        from,
        cache,
        rule,
        who: addressText(this.address),
      });
    });
  }
}

/** Gives out the input ranges of a log one after another. */
class ForeignLog {
  #ahead: LogRecord[] = [];

  constructor(
    readonly tail: LogTail,
    readonly wait: Wait,
  ) {}

  /** @throws LogTruncated when the log does not hold the range as it was read then */
  async range(range: InputRange, who: string): Promise<readonly LogRecord[]> {
    for (let attempt = 1; (this.#ahead.at(-1)?.head.seq ?? 0) < range.to;) {
      const records = await this.tail.poll(this.wait);
      for (const record of records) this.#ahead.push(record);
      if (records.length > 0) continue;
      // whoever wrote the range has read this log further than this process may have yet
      if (await this.tail.isAtEnd(this.wait)) throw this.#truncated(range, who);
      await this.wait(attempt++);
    }
    const end = this.#ahead.findIndex((record) => record.head.seq === range.to) + 1;
    const records = this.#ahead.slice(0, end);
    this.#ahead = this.#ahead.slice(end);
    const last = records.at(-1);
    if (!last || last.hash !== range.hash || records[0].head.seq !== range.from) {
      throw new LogTruncated(
        this.tail.stream,
        { seq: range.to, hash: range.hash, who },
        { seq: range.to, hash: last?.hash },
      );
    }
    return records;
  }

  #truncated({ to, hash }: InputRange, who: string): LogTruncated {
    const { stream, head } = this.tail;
    return new LogTruncated(stream, { seq: to, hash, who }, { seq: head.seq });
  }
}

/**
 * Folds a lane's log as far as it goes (or to `until`), without owning it: audits, snapshots,
 * rebuilds.
 */
export async function foldLane<State>(
  options: LoadOptions<State>,
  until = Infinity,
): Promise<{ core: LaneCore<State>; head: ChainHead }> {
  const loader = await Loader.start(options);
  const { journal, definition, partition, cache, rule } = options;
  const { service } = definition;
  const tail = new LogTail(journal, service, logStream(service, partition), {
    from: loader.head,
    cache,
    rule,
  });
  let head = loader.head;
  for (;;) {
    const records = await tail.poll(options.wait);
    if (records.length === 0) return { core: loader.core, head };
    for (const record of records) {
      if (record.head.seq > until) return { core: loader.core, head };
      await loader.fold(record);
      head = {
        seq: record.head.seq,
        epoch: record.head.epoch,
        hash: record.hash,
        offset: record.offset,
      };
    }
  }
}

/**
 * Takes a snapshot by a shadow replay from the one before it: the lane itself never pauses, and
 * every snapshot has proved itself against
 * the digests in the log.
 */
export async function takeSnapshot<State>(options: LoadOptions<State>): Promise<ChainHead> {
  const { core, head } = await foldLane(options);
  await core.ids.settled();
  await options.snapshots.save(
    { service: options.definition.service, partition: options.partition },
    core.save(head),
  );
  return head;
}
