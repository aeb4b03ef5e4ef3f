import { catalogue, type Event } from '@ringfence/contracts';
import { encodeRecord, MemoryJournal, type ChainWriter } from '@ringfence/journal';
import { openOptions, takeOver } from '@ringfence/journal/suite';
import { accountId, partitionOf, type Service } from '@ringfence/kernel';
import { logStream, type HouseDecided } from '@ringfence/lane';
import type { DatabaseConfig } from '../read-store/database.config.js';
import { ReadStore } from '../read-store/read-store.js';
import type { Row } from '../read-store/row.entity.js';
import { makeProjections } from './all-projections.js';
import { ReadModels, type ReadModelOptions } from './read-models.js';

const START_MS = 1_700_000_000_000;
const LOTS_PRICE = 100n;
/** Settlement units per lot and tick of every instrument here. */
export const UNIT = 10n;
const WAIT_MAX_MS = 60_000;

export const tablesOf = () => makeProjections(() => UNIT).flatMap(({ tables }) => tables);

/** Logs of a house of two partitions, as its lanes would write them, and read models over them. */
export class SpecHouse {
  readonly journal = new MemoryJournal();
  readonly partitions = 2;
  readonly lines: string[] = [];
  readonly faults: unknown[] = [];
  readonly #writers = new Map<string, ChainWriter>();
  readonly #opened: ReadModels[] = [];
  #number = 0;
  #fresh = 0;
  /** what was credited so far: per account, in smallest units */
  readonly credited = new Map<number, bigint>();

  /** Appends one record with one decision. */
  async record(service: Service, partition: number, events: readonly Event[]): Promise<void> {
    const stream = logStream(service, partition);
    const name = `${service}/${stream.partition}`;
    const options = openOptions(name);
    const writer = this.#writers.get(name) ?? (await takeOver(this.journal, stream, options));
    this.#writers.set(name, writer);
    const origin = { kind: 'continuation' } as const;
    const decided = { origin, command: null, outcome: { kind: 'accepted' }, events };
    const body = catalogue.encode([decided as unknown as HouseDecided]);
    const head = { v: 1, p: partition, ts: START_MS, in: [], n: 1, contracts: 'spec' } as const;
    await writer.append(encodeRecord({ ...head, writer: name, ...writer.next() }, body));
  }
  async open(account: number): Promise<void> {
    await this.record('accounts', partitionOf(account as never), [
      {
        type: 'AccountOpened',
        account,
        member: 1,
        owner: 'anna',
        class: 'client-individual',
        domain: null,
        reference: '',
      } as unknown as Event,
    ]);
  }
  /** A record with that many events of each partition: deposits, and legs at one price. */
  async trade(events: number, accounts: number): Promise<void> {
    for (let p = 0; p < this.partitions; p++) {
      const made = Array.from({ length: events }, () => this.#event(p, accounts));
      await this.record('accounts', p, made);
    }
  }

  /** Read models over these logs. */
  readModels(database?: DatabaseConfig, more: Partial<ReadModelOptions> = {}): ReadModels {
    const models = new ReadModels({
      journal: this.journal,
      partitions: this.partitions,
      projections: () => makeProjections(() => UNIT),
      reference: () => Promise.resolve(),
      endOf: (service, p) => this.#writers.get(`${service}/${p}`)?.head.seq ?? 0,
      database,
      onFault: (fault) => this.faults.push(fault),
      say: (line) => this.lines.push(line),
      ...more,
    });
    this.#opened.push(models);
    return models;
  }
  /** Rows of every table as a new projection makes them, with nothing that was there before. */
  async freshRows(database?: DatabaseConfig): Promise<Rows> {
    const schema = `${database?.schema}_fresh_${++this.#fresh}`;
    const models = this.readModels(database && { ...database, schema });
    await caughtUp(models);
    const rows = await rowsIn(models.store);
    await models.close();
    return rows;
  }
  async end(): Promise<void> {
    for (const models of this.#opened) await models.close();
  }

  #event(partition: number, accounts: number): Event {
    const number = ++this.#number;
    const account = accountId(partition, 1 + (number % accounts));
    if (number % 3 === 0) return legOf(account, number);
    const amount = BigInt(number);
    this.credited.set(account, (this.credited.get(account) ?? 0n) + amount);
    const event = { type: 'CollateralCredited', account, asset: 1, amount, deposit: number };
    return event as unknown as Event;
  }
}

function legOf(account: number, number: number): Event {
  const lots = (number % 7) - 3 || 1;
  return {
    type: 'LegApplied',
    reservation: number,
    trade: String(number).padStart(16, '0'),
    purpose: 'trade',
    slice: 0,
    account,
    bucket: 6,
    instrument: 1 + (number % 4),
    lots,
    price: Number(LOTS_PRICE),
    cost: BigInt(lots) * LOTS_PRICE * UNIT,
    asset: 1,
    fee: 0n,
    feeReturned: 0n,
    tag: 0,
  } as unknown as Event;
}

/** By table, each row as JSON, in order. */
export type Rows = Readonly<Record<string, readonly string[]>>;

export async function rowsIn(store: ReadStore): Promise<Rows> {
  const found: Record<string, string[]> = {};
  for (const { name } of tablesOf()) {
    const rows = await store.source.getRepository<Row>(name).find();
    found[name] = rows.map((row) => JSON.stringify(row)).toSorted();
  }
  return found;
}
export const creditedIn = async (store: ReadStore): Promise<string> => {
  const [{ sum }] = await store.source.query<{ sum: string }[]>(
    'select coalesce(sum(available + reserved), 0)::text as sum from balances',
  );
  return sum;
};

/** @throws when it does not come true in time */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MAX_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}
/** Until the rows reflect all there is. */
export const caughtUp = (models: ReadModels): Promise<void> =>
  until('the rows reflect all there is', () => {
    if (models.fault !== undefined) throw models.fault;
    models.hurry();
    return models.lag() === 0;
  });
