import type { EventOf } from '@ringfence/contracts';
import {
  accountText,
  EXCESS,
  indexOf,
  partitionOf,
  type AccountId,
  type By,
} from '@ringfence/kernel';
import { feesOf, FIRST_OPENED_INDEX, type Entry } from './entries.js';
import type { House } from './house.js';
import type { Legs } from './legs.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';

/**
 * Proves guarantee 2: a client's command changes only the walls it names (and fees), and only for
 * who may order there; what leaves a margin bucket was reserved and passed its gate; collateral
 * leaves a bucket in debt for nobody; a closed account owns nothing.
 */
export class Walls implements Check {
  /** accounts whose pots the decision at hand changed */
  readonly #touched = new Set<AccountId>();
  readonly #opened = new Map<number, number>();

  constructor(
    readonly house: House,
    readonly legs: Legs,
  ) {}

  posted(entry: Entry): void {
    this.#touched.add(entry.account);
  }

  /** A decision came to its end. */
  decided({ service, partition, decision }: Place): void {
    const { origin, command, outcome } = decision;
    const touched = [...this.#touched];
    this.#touched.clear();
    if (service !== 'accounts' || origin.kind !== 'client' || command === null) return;
    if (outcome.kind !== 'accepted') {
      const nothing = decision.events.length === 0;
      this.house.findings.expect(nothing, 2, 'a-refusal-changes-nothing', () => text(command));
      return;
    }
    const named = wallsOf(command, partition);
    const holds = touched.every((account) => named.includes(account));
    this.house.findings.expect(holds, 2, 'changes-only-its-wall', () => {
      return `${text(command)} changed ${touched.map(accountText).join(' ')}`;
    });
    const owner = 'from' in command ? command.from : 'account' in command ? command.account : null;
    if (owner !== null) this.#checkOrder(owner as AccountId, origin.by, text(command));
  }
  #checkOrder(account: AccountId, by: By, what: string): void {
    const owner = this.house.owner(account);
    const own = owner?.member === by.member && by.role === 'venue';
    const ofHouse = owner?.member === 0 && by.role === 'operator';
    this.house.findings.expect(own || ofHouse, 2, 'ordered-by-its-owner', () => {
      return `${what} by ${text(by)}`;
    });
  }

  #expect(holds: boolean, rule: string, event: unknown, at: Place): void {
    this.house.findings.expect(holds, 2, rule, () => `${placeText(at)} ${text(event)}`);
  }

  readonly on: Handlers = {
    BucketSwitched: (event, at) => {
      const passed = this.legs.passed(at.partition, event.reservation) === true;
      this.house.findings.expect(passed, 5, 'gate-passed-first', () => text(event));
    },
    AccountOpened: (event, at) => {
      const next = this.#opened.get(at.partition) ?? FIRST_OPENED_INDEX;
      const holds = partitionOf(event.account) === at.partition && indexOf(event.account) === next;
      this.#expect(holds, 'accounts-are-numbered', event, at);
      this.#opened.set(at.partition, next + 1);
    },
    AccountClosed: (event, at) => {
      const buckets = this.house.books[at.partition].buckets.get(event.account)?.values() ?? [];
      for (const bucket of buckets) {
        const { due, claim, debt, lines } = bucket;
        const pots = [...bucket.pots.values()];
        const empty = pots.every(({ available, reserved }) => available + reserved === 0n);
        const none = empty && lines.size === 0 && due + claim + debt === 0n;
        this.#expect(none, 'a-closed-account-is-empty', event, at);
      }
    },
    CollateralCredited: (event, at) => {
      const owner = this.house.owner(event.account);
      this.#expect(owner?.open === true, 'credits-an-open-account', event, at);
    },
    MoveReserved: (event, at) => this.#checkLeaving(event, at),
    CollateralMoved: (event, at) => this.#checkMove(event, at),
    MoveReleased: (event, at) => {
      const held = this.house.books[at.partition].waiting.get(event.reservation);
      const move = held?.moves.get(event.reservation);
      const holds = move?.amount === event.amount && move.asset === event.asset;
      this.#expect(holds && move?.source === event.source, 'releases-what-was-held', event, at);
    },
  };

  #checkLeaving(event: EventOf<'MoveReserved'>, at: Place): void {
    const book = this.house.books[at.partition];
    const bucket = book.bucket(event.account, event.source);
    const held = bucket.debt > 0n || bucket.failing;
    this.#expect(event.source !== EXCESS && !held, 'nothing-leaves-a-bucket-in-debt', event, at);
  }
  #checkMove(event: EventOf<'CollateralMoved'>, at: Place): void {
    const { reservation, account, source, target, asset, amount } = event;
    if (reservation === 0) {
      this.#expect(source === EXCESS, 'out-of-margin-by-the-gate', event, at);
      return;
    }
    const bucket = this.house.books[at.partition].waiting.get(reservation);
    const move = bucket?.moves.get(reservation);
    const agrees =
      move?.account === account &&
      move.source === source &&
      move.target === target &&
      move.asset === asset &&
      move.amount === amount;
    this.#expect(agrees, 'moves-what-was-held', event, at);
    const passed = this.legs.passed(at.partition, reservation) === true;
    this.house.findings.expect(passed, 5, 'gate-passed-first', () => text(event));
    const inDebt = bucket !== undefined && (bucket.debt > 0n || bucket.failing);
    this.#expect(!inDebt, 'nothing-leaves-a-bucket-in-debt', event, at);
  }
}

type ClientCommand = NonNullable<Place['decision']['command']>;
/** The walls that a client's command is about. */
function wallsOf(command: ClientCommand, partition: number): readonly AccountId[] {
  switch (command.type) {
    case 'TransferCollateral':
      return [command.from, command.to];
    case 'MoveCollateral':
    case 'RequestWithdrawal':
    case 'SwitchBucket':
      return [command.account];
    case 'SubmitTrade':
      return [command.buyer, command.seller, feesOf(partition)];
    default:
      return [];
  }
}
