import { catalogue, type Command } from '@ringfence/contracts';
import { accountsLane, type AccountsState } from '@ringfence/domain-accounts';
import type { AccountId, Address, AssetId, CommandId } from '@ringfence/kernel';
import type { Journal } from '@ringfence/journal';
import type { ClientCommand, Lane, LogRecord } from '@ringfence/lane';
import { listed, VENUE } from './market.js';
import { assetIds, deposits, openWalls, TransferMaker } from './walls.js';
import { Yard, type AnyDefinition } from './yard.js';

export const ACCOUNTS = accountsLane as unknown as AnyDefinition;
/** Submissions under way at once: one is decided while the other becomes durable. */
const UNDER_WAY = 2;
const ID_BYTES = 16;

export interface LedgerOptions {
  readonly journal: Journal;
  readonly partitions?: number;
  readonly walls: number;
  readonly assets: number;
  readonly onDurable?: (address: Address, record: LogRecord) => void;
}

/** Accounts lanes alone, with walls that hold something of every asset. */
export class LedgerYard {
  private constructor(
    readonly yard: Yard,
    readonly walls: readonly (readonly AccountId[])[],
    readonly assets: readonly AssetId[],
  ) {}

  static async open(options: LedgerOptions): Promise<LedgerYard> {
    const { partitions = 1, walls, assets } = options;
    const yard = await Yard.open({ ...options, partitions, definitions: [ACCOUNTS] });
    await yard.write({ service: 'reference', partition: 0 }, listed(assets));
    await yard.quiet();
    const ids = assetIds(assets);
    const all: AccountId[][] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const opened = await openWalls(yard, partition, walls);
      await yard.write({ service: 'custody', partition }, deposits(opened, ids));
      all.push(opened);
    }
    await yard.quiet();
    return new LedgerYard(yard, all, ids);
  }
  lane(partition = 0): Lane<AccountsState> {
    return this.yard.lane('accounts', partition) as unknown as Lane<AccountsState>;
  }
  transfers(seed: number, from = 0, to = from): TransferMaker {
    return new TransferMaker(this.walls[from], this.walls[to], this.assets, seed);
  }
}

/** Orders as they come over a wire: packed, and out of the collector's sight until handed in. */
export interface Portion {
  readonly commands: Uint8Array;
  /** 16 bytes each */
  readonly ids: Buffer;
}

/** Packs orders into what is handed in at once. */
export function portions(maker: TransferMaker, count: number, size: number): Portion[] {
  const packed: Portion[] = [];
  for (let left = count; left > 0; left -= size) {
    const orders = maker.batch(Math.min(left, size));
    packed.push({
      commands: catalogue.encodeMessages(orders.map(({ command }) => command)),
      ids: Buffer.concat(orders.map(({ id }) => Buffer.from(id, 'latin1'))),
    });
  }
  return packed;
}
export function unpack({ commands, ids }: Portion): ClientCommand[] {
  return catalogue.decodeMessages(commands).map((message, i) => ({
    id: ids.toString('latin1', i * ID_BYTES, (i + 1) * ID_BYTES) as CommandId,
    by: VENUE,
    command: message as Command,
  }));
}

/** Hands in portions, each one record, and waits until all are durable. */
export function drive<State>(lane: Lane<State>, packed: readonly Portion[]): Promise<void> {
  return new Promise((done, fail) => {
    let next = 0;
    let answered = 0;
    const submit = (): void => {
      if (next === packed.length) return;
      const taken = lane.submit(unpack(packed[next++]), () => {
        if (++answered === packed.length) done();
        else submit();
      });
      if (!taken) fail(new Error(`the lane does not take orders: ${lane.status}`));
    };
    submit();
    // the second only when the first is decided: both would stand in one record
    for (let i = 1; i < UNDER_WAY; i++) setImmediate(submit);
  });
}
