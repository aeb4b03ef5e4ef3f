import type { Command, Event } from '@ringfence/contracts';
import { accountId, type AccountId, type AssetId, type CommandId } from '@ringfence/kernel';
import type { ClientCommand } from '@ringfence/lane';
import { FIRST_ACCOUNT_INDEX } from '@ringfence/contracts';
import { Dice, Ids } from './ids.js';
import { MEMBER, VENUE } from './market.js';
import type { Yard } from './yard.js';

/** Everything in these walls is one client's, so that money may go from each to each. */
const OWNER = 'client';
const BATCH = 1000;

export const openWall = (): Command => ({
  type: 'OpenAccount',
  member: MEMBER,
  owner: OWNER,
  class: 'client-individual',
  domain: null,
  reference: '',
});

/** Opens walls on a partition. @returns their ids */
export async function openWalls(
  yard: Yard,
  partition: number,
  count: number,
): Promise<AccountId[]> {
  const address = { service: 'accounts', partition } as const;
  for (let left = count; left > 0; left -= BATCH) {
    await yard.order(address, Array.from({ length: Math.min(left, BATCH) }, openWall), VENUE);
  }
  return Array.from({ length: count }, (_, i) => accountId(partition, FIRST_ACCOUNT_INDEX + i));
}

/** Assets that one wall holds; a client holds a few of all that are listed. */
const ASSETS_HELD = 4;
/** Walls fall into groups that hold the same assets. */
const groupsOf = (assets: number): number => Math.max(1, Math.floor(assets / ASSETS_HELD));
const heldBy = (group: number, assets: readonly AssetId[]): readonly AssetId[] =>
  assets.slice(group * ASSETS_HELD, (group + 1) * ASSETS_HELD);

/** Confirmed deposits, as the log of custody says them. */
export function deposits(walls: readonly AccountId[], assets: readonly AssetId[]): Event[] {
  const groups = groupsOf(assets.length);
  let deposit = 0;
  return walls.flatMap((account, i) =>
    heldBy(i % groups, assets).map((asset): Event => {
      const [vault, amount] = [account, HELD];
      return { type: 'DepositConfirmed', deposit: ++deposit, account, vault, asset, amount };
    }),
  );
}
export const assetIds = (count: number): AssetId[] =>
  Array.from({ length: count }, (_, i) => (i + 1) as AssetId);

/** What each wall holds of each asset at first: whole units of 18 decimals, far above 2^53. */
export const HELD = 10n ** 24n;

/**
 * Transfers between walls picked at random, so that every one meets cold memory; there are as many
 * walls in each group. One in ten moves more than 2^53 units, one in fifty more than there is.
 */
export class TransferMaker {
  readonly #dice: Dice;
  readonly #ids: Ids;

  constructor(
    readonly from: readonly AccountId[],
    readonly to: readonly AccountId[],
    readonly assets: readonly AssetId[],
    seed: number,
  ) {
    this.#dice = new Dice(seed);
    this.#ids = new Ids(seed + 1);
  }

  next(): ClientCommand {
    const dice = this.#dice;
    const groups = groupsOf(this.assets.length);
    const from = dice.below(this.from.length);
    const group = from % groups;
    let to = dice.below(Math.floor(this.to.length / groups)) * groups + group;
    if (this.to[to] === this.from[from]) to = (to + groups) % this.to.length;
    const held = heldBy(group, this.assets);
    const asset = held[dice.below(held.length)];
    const id: CommandId = this.#ids.next();
    const command: Command = {
      type: 'TransferCollateral',
      from: this.from[from],
      to: this.to[to],
      asset,
      amount: this.#amount(),
    };
    return { id, by: VENUE, command };
  }
  #amount(): bigint {
    const kind = this.#dice.below(100);
    if (kind < 2) return HELD * 1_000n;
    if (kind < 12) return BigInt(this.#dice.word()) * 10n ** 10n;
    return BigInt(1 + this.#dice.below(10 ** 9));
  }
  batch(count: number): ClientCommand[] {
    return Array.from({ length: count }, () => this.next());
  }
}
