import type { EventOf } from '@ringfence/contracts';
import { accountText, partitionOf, type AccountId, type AssetId } from '@ringfence/kernel';
import type { Pot } from './book.js';
import { settlementOf, type Entry } from './entries.js';
import type { Findings } from './findings.js';
import type { Check, Handlers, Place } from './record.js';
import { same, text } from './record.js';
import { least, most } from './shares.js';

/** One wall and asset: the ledger on one side, vault and all that is under way on the other. */
interface Wall {
  readonly account: AccountId;
  readonly asset: AssetId;
  ledger: bigint;
  vault: bigint;
  /** what other vaults owe this one, by what custody noted */
  due: bigint;
  /** told to custody by accounts, and not noted yet */
  told: bigint;
  /** came from other walls since accounts last told custody */
  untold: bigint;
  /** in the vault and not credited yet */
  confirmed: bigint;
  /** out of the vault and still reserved in the ledger */
  instructed: bigint;
}
/** Sums of one asset over the house. */
interface Total {
  owed: bigint;
  held: bigint;
  /** accepted at the receiver, still reserved at the sender */
  twice: bigint;
  /** sent by one settlement vault, not received by the other */
  between: bigint;
  confirmed: bigint;
  instructed: bigint;
}
type Sweeps = Pick<EventOf<'SweepsDue'>, 'lines' | 'between'>;

/**
 * Proves guarantee 1 at any cut: per asset, what accounts are owed and what is in transit equals
 * what vaults hold and what is listed as in flight; per wall, the ledger is the vault, the sweeps
 * due, and what accounts has not told custody yet. Two folds of different logs meet here: the pots
 * of accounts, the vaults of custody. With it guarantee 3: no pot and no vault is below zero.
 */
export class Ledger implements Check {
  readonly #walls = new Map<AccountId, Map<AssetId, Wall>>();
  readonly #totals = new Map<AssetId, Total>();
  readonly #dirtyWalls = new Set<Wall>();
  readonly #dirtyAssets = new Set<AssetId>();
  /** what one partition's vaults owe another's: told by accounts (left), and noted by custody */
  readonly #owes = new Map<string, { untold: bigint; noted: bigint }>();
  readonly #untoldByPartition: Set<Wall>[] = [];
  readonly #told: Sweeps[][] = [];
  /** accepted and not settled at the sender */
  readonly #accepted = new Map<string, bigint>();
  /** vault transfers between two partitions, in their order */
  readonly #underWay = new Map<string, bigint[]>();

  constructor(readonly findings: Findings) {}

  wall(account: AccountId, asset: AssetId): Wall {
    const walls = this.#walls.get(account) ?? new Map<AssetId, Wall>();
    this.#walls.set(account, walls);
    let wall = walls.get(asset);
    if (!wall) {
      const none = { ledger: 0n, vault: 0n, due: 0n, told: 0n, untold: 0n };
      wall = { account, asset, ...none, confirmed: 0n, instructed: 0n };
      walls.set(asset, wall);
    }
    this.#dirtyWalls.add(wall);
    this.#dirtyAssets.add(asset);
    return wall;
  }
  total(asset: AssetId): Total {
    const found = this.#totals.get(asset);
    this.#dirtyAssets.add(asset);
    if (found) return found;
    const total: Total = {
      owed: 0n,
      held: 0n,
      twice: 0n,
      between: 0n,
      confirmed: 0n,
      instructed: 0n,
    };
    this.#totals.set(asset, total);
    return total;
  }

  /** A pot changed. */
  posted(entry: Entry, pot: Pot): void {
    const { account, bucket, asset } = entry;
    const holds = pot.available >= 0n && pot.reserved >= 0n;
    this.findings.expect(holds, 3, 'no-pot-below-zero', () => {
      return `${accountText(account)} bucket ${bucket} asset ${asset}: ${text(pot)}`;
    });
    const wall = this.wall(account, asset);
    wall.ledger += entry.available + entry.reserved;
    this.total(asset).owed += entry.available + entry.reserved;
    if (entry.wall === 0n) return;
    wall.untold += entry.wall;
    this.#untold(partitionOf(account)).add(wall);
  }
  #untold(partition: number): Set<Wall> {
    return (this.#untoldByPartition[partition] ??= new Set());
  }
  #between(from: number, to: number, asset: AssetId): { untold: bigint; noted: bigint } {
    const key = `${from}>${to}/${asset}`;
    const found = this.#owes.get(key) ?? { untold: 0n, noted: 0n };
    this.#owes.set(key, found);
    return found;
  }

  readonly on: Handlers = {
    TransferAccepted: (event) => {
      this.total(event.asset).twice += event.amount;
      this.#accepted.set(`${event.partition}/${event.reservation}`, event.amount);
    },
    TransferSettled: (event, at) => {
      const key = `${at.partition}/${event.reservation}`;
      this.total(event.asset).twice -= this.#accepted.get(key) ?? 0n;
      this.#accepted.delete(key);
      const to = partitionOf(event.to);
      if (to !== at.partition) this.#between(at.partition, to, event.asset).untold += event.amount;
    },
    SweepsDue: (event, at) => this.#tell(event, at),
    SweepsNoted: (event, at) => this.#note(event, at),
    VaultsSwept: (event, at) => {
      for (const line of event.lines) this.#sweep(line, at);
    },
    VaultTransferSent: (event, at) => {
      const { asset, amount, partition } = event;
      const owes = this.#between(at.partition, partition, asset);
      this.findings.expect(amount <= owes.noted, 1, 'pays-what-it-owes', () => {
        return `custody/${at.partition} sends ${text(event)}, owes ${owes.noted}`;
      });
      owes.noted -= amount;
      this.total(asset).between += amount;
      const way = `${at.partition}>${partition}`;
      this.#underWay.set(way, [...(this.#underWay.get(way) ?? []), amount]);
      this.#hold(this.wall(settlementOf(at.partition), asset), -amount, amount);
    },
    VaultTransferReceived: (event, at) => {
      const { asset, amount } = event;
      const sent = this.#underWay.get(`${event.partition}>${at.partition}`)?.shift();
      this.total(asset).between -= sent ?? 0n;
      this.#hold(this.wall(settlementOf(at.partition), asset), amount, -amount);
    },
    BreakFound: (event) => this.findings.report(1, 'no-break', text(event)),
  };

  /** A vault holds more or less, and is owed more or less. */
  #hold(wall: Wall, held: bigint, due: bigint): void {
    wall.vault += held;
    wall.due += due;
    this.total(wall.asset).held += held;
    this.findings.expect(wall.vault >= 0n, 3, 'no-vault-below-zero', () => {
      return `${accountText(wall.account)} asset ${wall.asset}: ${wall.vault}`;
    });
  }
  /** Payments over the chain fill and empty vaults; nothing is due for them. */
  paidIn(account: AccountId, asset: AssetId, amount: bigint): void {
    const wall = this.wall(account, asset);
    this.#hold(wall, amount, 0n);
    wall.confirmed += amount;
    this.total(asset).confirmed += amount;
  }
  credited(account: AccountId, asset: AssetId, amount: bigint): void {
    this.wall(account, asset).confirmed -= amount;
    this.total(asset).confirmed -= amount;
  }
  paidOut(account: AccountId, asset: AssetId, amount: bigint): void {
    const wall = this.wall(account, asset);
    this.#hold(wall, -amount, 0n);
    wall.instructed += amount;
    this.total(asset).instructed += amount;
  }
  charged(account: AccountId, asset: AssetId, amount: bigint): void {
    this.wall(account, asset).instructed -= amount;
    this.total(asset).instructed -= amount;
  }

  /** Custody is told of every wall that others paid or were paid by; of many, in pieces. */
  #tell(event: EventOf<'SweepsDue'>, at: Place): void {
    for (const { account, asset, amount } of event.lines) {
      const wall = this.wall(account, asset);
      this.findings.expect(wall.untold === amount, 1, 'sweep-is-what-crossed', () => {
        return `${accountText(account)} asset ${asset}: ${amount} told, ${wall.untold} crossed`;
      });
      wall.told += amount;
      wall.untold = 0n;
      this.#untold(at.partition).delete(wall);
    }
    if (event.lines.length < SWEEP_LINES_MIN) this.#checkAllTold(at.partition);
    for (const { partition, asset, amount } of event.between) {
      const owes = this.#between(at.partition, partition, asset);
      this.findings.expect(owes.untold === amount, 1, 'sweep-between-is-what-settled', () => {
        return `${at.partition} to ${partition} asset ${asset}: ${amount}, settled ${owes.untold}`;
      });
      owes.untold = 0n;
    }
    this.#checkBetweenTold(at.partition);
    (this.#told[at.partition] ??= []).push(event);
  }
  #checkAllTold(partition: number): void {
    for (const wall of this.#untold(partition)) {
      this.#untold(partition).delete(wall);
      if (wall.untold === 0n) continue;
      const detail = `${accountText(wall.account)} asset ${wall.asset}: ${wall.untold}`;
      this.findings.report(1, 'no-sweep-missing', detail);
    }
  }
  #checkBetweenTold(partition: number): void {
    for (const [key, { untold }] of this.#owes) {
      if (!key.startsWith(`${partition}>`)) continue;
      this.findings.expect(untold === 0n, 1, 'no-sweep-between-missing', () => `${key}: ${untold}`);
    }
  }

  #note(event: EventOf<'SweepsNoted'>, at: Place): void {
    const told = this.#told[at.partition]?.shift();
    const { lines, between } = event;
    const holds = told !== undefined && same(told.lines, lines) && same(told.between, between);
    this.findings.expect(holds, 1, 'sweeps-noted-once-as-told', () => text({ told, event }));
    for (const { account, asset, amount } of told?.lines ?? []) {
      this.wall(account, asset).told -= amount;
    }
    for (const { account, asset, amount } of lines) this.wall(account, asset).due += amount;
    for (const { partition, asset, amount } of between) {
      this.#between(at.partition, partition, asset).noted += amount;
    }
  }

  /** A sweep only brings what is due nearer to nothing. */
  #sweep(line: EventOf<'VaultsSwept'>['lines'][number], at: Place): void {
    const wall = this.wall(line.account, line.asset);
    const { amount } = line;
    const within = amount >= least(wall.due, 0n) && amount <= most(wall.due, 0n);
    this.findings.expect(within, 1, 'sweeps-only-what-is-due', () => {
      return `${accountText(line.account)} asset ${line.asset}: ${amount} of ${wall.due}`;
    });
    this.#hold(wall, amount, -amount);
    this.#hold(this.wall(settlementOf(at.partition), line.asset), -amount, amount);
  }

  /** At any cut. */
  check(): void {
    for (const asset of this.#dirtyAssets) {
      const total = this.total(asset);
      const { owed, twice, held, between, confirmed, instructed } = total;
      const holds = owed - twice === held + between - confirmed + instructed;
      this.findings.expect(holds, 1, 'conservation', () => `asset ${asset}: ${text(total)}`);
    }
    for (const wall of this.#dirtyWalls) {
      const { ledger, vault, due, told, untold, confirmed, instructed } = wall;
      const holds = ledger === vault + due + told + untold - confirmed + instructed;
      this.findings.expect(holds, 1, 'wall-is-vault-and-sweeps', () => text(wall));
    }
    this.#dirtyAssets.clear();
    this.#dirtyWalls.clear();
  }
  /** With nothing in transit there is nothing in flight. */
  checkQuiet(): void {
    for (const [asset, total] of this.#totals) {
      const { twice, between, confirmed, instructed } = total;
      const quiet = twice === 0n && between === 0n && confirmed === 0n && instructed === 0n;
      this.findings.expect(quiet, 1, 'nothing-in-flight', () => `asset ${asset}: ${text(total)}`);
    }
    this.#told.forEach((told, partition) => {
      this.findings.expect(told.length === 0, 1, 'sweeps-noted', () => `custody/${partition}`);
    });
  }
}
/** Fewer lines than this: the event tells everything, it is not one of several pieces. */
const SWEEP_LINES_MIN = 256;
