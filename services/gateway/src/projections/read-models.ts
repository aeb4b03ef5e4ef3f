import type { Journal } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { faultText } from '@ringfence/service-kit';
import type { DecodeCache } from '@ringfence/lane';
import type { DatabaseConfig } from '../read-store/database.config.js';
import { Closing, Outages, type Outage } from '../read-store/outages.js';
import { isEmbeddedEnd } from '../read-store/pglite-pool.js';
import type { Parked } from '../read-store/parked.entity.js';
import { CheckpointMoved, ReadStore, type Position } from '../read-store/read-store.js';
import { isFinal } from './batch-writer.js';
import type { Projection } from './projection.js';
import { Projector, type LogLag } from './projector.js';

export interface ReadModelOptions {
  readonly journal: Journal;
  readonly cache?: DecodeCache;
  readonly partitions: number;
  /** made anew, with empty memories, whenever the logs are folded from their beginning */
  readonly projections: () => readonly Projection[];
  /** resolves when the reference log is folded that far */
  readonly reference: (seq: number) => Promise<void>;
  /** the last record of a log, as far as this process knows */
  readonly endOf: (service: Service, partition: number) => number;
  /** undefined: in memory, in a process beside this one */
  readonly database?: DatabaseConfig;
  /** for how long another process that writes the same rows may move nothing, ms */
  readonly silentMs?: number;
  readonly onFault: (fault: unknown) => void;
  readonly say: (line: string) => void;
  /** hears that the rows show more than before */
  readonly onReflected?: () => void;
}

/** A database beside this process that ends as it starts is started again. */
const isFinalToOpen = (fault: unknown): boolean => isFinal(fault) && !isEmbeddedEnd(fault);

const NOBODY: Parked = new Map();
const MS_PER_SECOND = 1000;

/**
 * Everything that is shown and decides nothing: rows in a database, and how far they are. Opens
 * beside the house and outlasts the database: while it is away, `outage` says why and since when.
 * Only what the logs say can stop it for good.
 */
export class ReadModels {
  readonly #outages: Outages;
  readonly #tidings = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #store: ReadStore | undefined;
  #projector: Projector | undefined;
  #fault: unknown;
  #closed = false;

  constructor(readonly options: ReadModelOptions) {
    const { say } = options;
    this.#outages = new Outages({
      onBegin: ({ fault }) => {
        this.#tidings.resolve();
        say(`the read models wait for their database: ${faultText(fault)}`);
      },
      onEnd: ({ since, attempts }) => {
        const seconds = Math.ceil((Date.now() - since) / MS_PER_SECOND);
        say(`the read models go on: ${seconds} s, ${attempts} attempts that failed`);
      },
    });
    this.#ended = this.#run();
  }

  /** @throws Closing before they were opened for the first time */
  get store(): ReadStore {
    if (!this.#store) throw new Closing('the read models are not open');
    return this.#store;
  }
  /** why they do not go on; undefined while they do, or will */
  get fault(): unknown {
    return this.#fault;
  }
  /** why their rows stand still for now; undefined while they move */
  get outage(): Outage | undefined {
    return this.#outages.outage;
  }
  /** accounts whose rows stand still: what is shown of them may be old, or nothing */
  get parked(): Parked {
    return this.#projector?.parked ?? NOBODY;
  }
  get isOpen(): boolean {
    return this.#projector !== undefined;
  }
  /**
   * Whether the logs were seen to hold what the rows show. Until then the rows may be of another
   * history: of logs that were restored to an earlier state.
   */
  get isCompared(): boolean {
    return this.#projector?.isCompared ?? false;
  }
  /** Resolves when they are open, cannot be opened, or their database is away. */
  async opened(): Promise<void> {
    await this.#tidings.promise;
  }
  /** records in the logs that no row reflects yet; undefined until they are open */
  lag(): number | undefined {
    return this.#projector?.lag(this.options.endOf);
  }
  /** the same per log; none until they are open */
  lags(): readonly LogLag[] {
    return this.#projector?.lags(this.options.endOf) ?? [];
  }
  /** somebody waits for the lag to end */
  hurry(): void {
    this.#projector?.hurry();
  }
  positionOf(service: Service, partition: number): Position | undefined {
    return this.#projector?.positionOf(service, partition);
  }
  async close(): Promise<void> {
    this.#closed = true;
    this.#outages.close();
    await this.#projector?.close();
    await this.#ended;
    await this.#store?.close();
  }

  async #run(): Promise<void> {
    try {
      let mustFollow = false;
      while (!this.#closed) {
        const fault = await this.#project(mustFollow);
        mustFollow = fault instanceof CheckpointMoved;
        if (mustFollow) this.options.say('another process moved the read models: this one follows');
        else if (isEmbeddedEnd(fault)) await this.#lose(fault);
        else if (fault !== undefined) throw fault;
      }
    } catch (fault) {
      if (this.#closed) return;
      this.#fault = fault;
      this.options.onFault(fault);
    } finally {
      this.#tidings.resolve();
    }
  }

  /** From an opened database to whatever ends the projector. */
  async #project(mustFollow: boolean): Promise<unknown> {
    const { projections, database } = this.options;
    const made = projections();
    const tables = made.flatMap((each) => each.tables);
    try {
      const open = (): Promise<ReadStore> => ReadStore.open(tables, database);
      this.#store ??= await this.#outages.outlast(open, isFinalToOpen);
      const { store } = this;
      const rest = { ...this.options, projections: made, store, outages: this.#outages };
      const onParked = this.options.say;
      const projector = await Projector.start({ ...rest, mustFollow, onParked });
      this.#projector = projector;
      this.#tidings.resolve();
      if (this.#closed) await projector.close();
      return await projector.ended;
    } catch (fault) {
      if (fault instanceof Closing || this.#closed) return undefined;
      return fault;
    }
  }

  /** The database that lived beside this process is gone: the next one is filled from the logs. */
  async #lose(fault: unknown): Promise<void> {
    await this.#store?.close().catch(() => undefined);
    this.#store = undefined;
    this.#outages.begin(fault);
  }
}
