import type { Command, Event, LaneDefinition } from '@ringfence/contracts';
import {
  addressText,
  present,
  type Address,
  type By,
  type CommandId,
  type Service,
} from '@ringfence/kernel';
import type { Journal } from '@ringfence/journal';
import {
  DecodeCache,
  Lane,
  LocalExchange,
  NO_SNAPSHOTS,
  type Answer,
  type LogRecord,
  type SnapshotStore,
} from '@ringfence/lane';
import { Ids } from './ids.js';
import { sleep, turn } from './clock.js';
import { scribe } from './scribe.js';

/** Lane definitions keep their own state types; here they only run. */
export type AnyDefinition = LaneDefinition<never>;

export interface YardOptions {
  readonly journal: Journal;
  readonly partitions: number;
  readonly definitions: readonly AnyDefinition[];
  readonly snapshots?: SnapshotStore;
  /** lets the lanes of one process take turns, as the house does */
  readonly breathe?: () => Promise<void>;
  readonly onDurable?: (address: Address, record: LogRecord) => void;
}

export const patience = (attempt: number): Promise<void> => sleep(Math.min(attempt, 50));
const SEED = 0x2545f491;
/** More than any bench has waiting at once. */
const QUEUE_MAX = 200_000;

/** The lanes of one house in one process, without its HTTP. */
export class Yard {
  readonly exchange = new LocalExchange();
  readonly cache = new DecodeCache();
  readonly ids = new Ids(SEED);
  readonly #lanes: Lane<never>[] = [];
  /** last records of logs that have no lane here */
  readonly #written = new Map<string, number>();

  private constructor(readonly options: YardOptions) {}

  static async open(options: YardOptions): Promise<Yard> {
    const yard = new Yard(options);
    for (const definition of options.definitions) {
      const count = definition.service === 'reference' ? 1 : options.partitions;
      for (let partition = 0; partition < count; partition++) {
        await yard.#start(definition, partition);
      }
    }
    return yard;
  }
  async #start(definition: AnyDefinition, partition: number): Promise<void> {
    const { journal, partitions, snapshots = NO_SNAPSHOTS, breathe, onDurable } = this.options;
    const address: Address = { service: definition.service, partition };
    const lane = await Lane.open({
      definition,
      partition,
      partitions,
      journal,
      snapshots,
      exchange: this.exchange,
      cache: this.cache,
      writer: 'bench',
      seed: SEED,
      queueMax: QUEUE_MAX,
      wait: patience,
      breathe,
      onDurable: onDurable && ((record) => onDurable(address, record)),
    });
    if (lane === 'stood-down') throw new Error('somebody else runs this house');
    this.#lanes.push(lane);
  }

  get lanes(): readonly Lane<never>[] {
    return this.#lanes;
  }
  lane(service: Service, partition = 0): Lane<never> {
    const found = this.#lanes.find(
      ({ address }) => address.service === service && address.partition === partition,
    );
    return present(found, 'a lane of the yard');
  }

  /** Gives orders under new ids and waits until all are durable. @throws unless all are accepted */
  async order(address: Address, commands: readonly Command[], by: By): Promise<readonly Answer[]> {
    const answers = await this.#ask(address, commands, by);
    for (const answer of answers) {
      const outcome = answer.kind === 'answered' ? answer.decided.outcome : answer;
      if (outcome.kind !== 'accepted') throw new Error(`refused: ${JSON.stringify(outcome)}`);
    }
    return answers;
  }
  #ask(address: Address, commands: readonly Command[], by: By): Promise<readonly Answer[]> {
    const orders = commands.map((command) => ({ id: this.ids.next(), by, command }));
    return new Promise((done) => {
      const taken = this.lane(address.service, address.partition).submit(orders, done);
      if (!taken) throw new Error('the lane does not take orders');
    });
  }
  /** Writes facts into the log of a service that has no lane here. */
  async write(address: Address, facts: readonly Event[]): Promise<void> {
    this.#written.set(addressText(address), await scribe(this.options.journal, address, facts));
  }
  newId(): CommandId {
    return this.ids.next();
  }

  /** Waits until no lane has anything left to do. @throws what stopped a lane */
  async quiet(): Promise<void> {
    while (!this.#lanes.every((lane) => lane.quiet(this.#endOf(lane.address)))) {
      for (const lane of this.#lanes) if (lane.status !== 'active') throw lane.fault;
      await turn();
    }
  }
  #endOf({ partition }: Address): (topic: string) => number {
    return (topic) => {
      const service = topic.slice('log.'.length) as Service;
      const of: Address = { service, partition: service === 'reference' ? 0 : partition };
      const lane = this.#lanes.find(({ address }) => addressText(address) === addressText(of));
      return lane?.head.seq ?? this.#written.get(addressText(of)) ?? 0;
    };
  }
  async close(): Promise<void> {
    for (const lane of this.#lanes) await lane.close();
  }
}
