import type { AccountClass, Event, EventOf } from '@ringfence/contracts';
import {
  EXCESS,
  indexOf,
  partitionOf,
  present,
  type AccountId,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { entriesOf, FIRST_OPENED_INDEX, type Entry } from './entries.js';
import type { Listing } from './listing.js';
import { Line } from './positions.js';

/** What a bucket holds of one asset. */
export interface Pot {
  available: bigint;
  reserved: bigint;
}
/** A leg that waits. `counts`: it passed its gate, or needs none. */
export interface WaitingLeg {
  readonly leg: EventOf<'LegReserved'>;
  counts: boolean;
}
export class Bucket {
  readonly pots = new Map<AssetId, Pot>();
  readonly lines = new Map<InstrumentId, Line>();
  readonly legs = new Map<number, WaitingLeg>();
  readonly moves = new Map<number, EventOf<'MoveReserved'>>();
  readonly switches = new Map<number, EventOf<'SwitchReserved'>>();
  due = 0n;
  claim = 0n;
  debt = 0n;
  /** the last round that settled it */
  settled = 0;
  failing = false;

  constructor(
    readonly account: AccountId,
    readonly id: BucketId,
  ) {}
  pot(asset: AssetId): Pot {
    const found = this.pots.get(asset);
    if (found) return found;
    const pot: Pot = { available: 0n, reserved: 0n };
    this.pots.set(asset, pot);
    return pot;
  }
  available(asset: AssetId): bigint {
    return this.pots.get(asset)?.available ?? 0n;
  }
  line(instrument: InstrumentId): Line {
    const found = this.lines.get(instrument);
    if (found) return found;
    const line = new Line();
    this.lines.set(instrument, line);
    return line;
  }
  lots(instrument: InstrumentId): number {
    return this.lines.get(instrument)?.lots ?? 0;
  }
}

/** Who and what an account is. */
export interface Owner {
  readonly member: MemberId;
  readonly owner: string;
  readonly class: AccountClass;
  readonly domain: DomainId | null;
  open: boolean;
  readonly venues: Set<MemberId>;
  readonly destinations: Set<string>;
}
const SYSTEM_CLASSES: readonly AccountClass[] = ['settlement', 'fees', 'unattributed'];

/** A round as one accounts lane stands in it. */
export interface JoinedRound {
  joined: number;
  reported: number;
  marks: ReadonlyMap<InstrumentId, EventOf<'RoundJoined'>['marks'][number]>;
  collateral: EventOf<'RoundJoined'>['collateral'];
  /** what its lane knew of option values when it joined: worth of a lot, and how it counts */
  optionValues: ReadonlyMap<InstrumentId, bigint>;
  discounts: { readonly longPpm: number; readonly shortPpm: number };
}

/** Told of every change of a pot and of the figures of a bucket. */
export interface BookWatch {
  posted(entry: Entry, pot: Pot): void;
  bucketChanged(bucket: Bucket): void;
}

/**
 * The accounts of one partition as the auditor understands their log: pots, positions by tag, what
 * waits. One book stands at the log's end; every risk lane has another, as far as that lane read.
 */
export class Book {
  readonly buckets = new Map<AccountId, Map<BucketId, Bucket>>();
  readonly owners = new Map<AccountId, Owner>();
  readonly rounds = new Map<DomainId, JoinedRound>();
  /** reservations of legs and moves: where they wait */
  readonly waiting = new Map<number, Bucket>();
  /** judged and refused: given back already, before accounts says so */
  readonly #refused = new Set<number>();

  constructor(
    readonly partition: number,
    readonly listing: Listing,
    readonly watch: BookWatch | null = null,
  ) {}

  bucket(account: AccountId, id: BucketId): Bucket {
    const buckets = this.buckets.get(account) ?? new Map<BucketId, Bucket>();
    this.buckets.set(account, buckets);
    const bucket = buckets.get(id) ?? new Bucket(account, id);
    buckets.set(id, bucket);
    return bucket;
  }
  owner(account: AccountId): Owner | undefined {
    const index = indexOf(account);
    if (partitionOf(account) !== this.partition) return undefined;
    if (index >= FIRST_OPENED_INDEX) return this.owners.get(account);
    const known = this.owners.get(account);
    if (known) return known;
    const owner = {
      member: 0 as MemberId,
      owner: 'house',
      class: SYSTEM_CLASSES[index],
      domain: null,
      open: true,
      venues: new Set<MemberId>(),
      destinations: new Set<string>(),
    };
    this.owners.set(account, owner);
    return owner;
  }
  round(domain: DomainId): JoinedRound {
    const found = this.rounds.get(domain);
    if (found) return found;
    const discounts = { longPpm: 1_000_000, shortPpm: 1_000_000 };
    const none = { joined: 0, reported: 0, marks: new Map(), collateral: [] };
    const round: JoinedRound = { ...none, optionValues: new Map(), discounts };
    this.rounds.set(domain, round);
    return round;
  }
  /** All buckets that settle in a domain. */
  *ofDomain(domain: DomainId): Generator<Bucket> {
    for (const buckets of this.buckets.values()) {
      for (const bucket of buckets.values()) {
        if (bucket.id !== EXCESS && this.listing.domainOf(bucket.id) === domain) yield bucket;
      }
    }
  }

  /** What risk's own verdict means to it: the leg is at risk, or as if it had never been made. */
  judged(reservation: number, passed: boolean): void {
    const bucket = this.waiting.get(reservation);
    const waits = bucket?.legs.get(reservation);
    const move = bucket?.moves.get(reservation);
    if (waits && passed) waits.counts = true;
    if (!bucket || passed) return;
    const [asset, held] = waits ? [waits.leg.asset, waits.leg.fee] : [move?.asset, move?.amount];
    if (asset === undefined || held === undefined) return;
    const { account, id } = bucket;
    this.#post({ account, bucket: id, asset, available: held, reserved: -held, wall: 0n });
    this.#forget(reservation);
    this.#refused.add(reservation);
  }

  /** Folds one event of the partition's accounts log. */
  apply(event: Event): void {
    const releases = event.type === 'MoveReleased' || event.type === 'LegReleased';
    if (releases && this.#refused.delete(event.reservation)) return;
    for (const entry of entriesOf(event, this.partition)) this.#post(entry);
    this.#fold(event);
  }

  #post(entry: Entry): void {
    if (entry.available === 0n && entry.reserved === 0n) return;
    const pot = this.bucket(entry.account, entry.bucket).pot(entry.asset);
    pot.available += entry.available;
    pot.reserved += entry.reserved;
    this.watch?.posted(entry, pot);
  }

  #fold(event: Event): void {
    if (event.type === 'AccountOpened') this.#open(event);
    else if (event.type === 'AccountClosed') this.#known(event.account).open = false;
    else if (event.type === 'TradingAuthorityGranted') {
      this.#known(event.account).venues.add(event.venue);
    } else if (event.type === 'TradingAuthorityRevoked') {
      this.#known(event.account).venues.delete(event.venue);
    } else if (event.type === 'DestinationRegistered') {
      this.#known(event.account).destinations.add(event.destination);
    } else if (event.type === 'MoveReserved') {
      const bucket = this.bucket(event.account, event.source);
      bucket.moves.set(event.reservation, event);
      this.waiting.set(event.reservation, bucket);
    } else if (event.type === 'LegReserved') {
      const bucket = this.bucket(event.account, event.bucket);
      bucket.legs.set(event.reservation, { leg: event, counts: !needsGate(event) });
      this.waiting.set(event.reservation, bucket);
    } else this.#foldEnds(event);
  }

  #foldEnds(event: Event): void {
    if (event.type === 'CollateralMoved' || event.type === 'MoveReleased') {
      this.#forget(event.reservation);
    } else if (event.type === 'LegReleased') this.#forget(event.reservation);
    else if (event.type === 'LegApplied') {
      this.#forget(event.reservation);
      const { lots, cost, tag, instrument } = event;
      this.bucket(event.account, event.bucket).line(instrument).add(tag, { lots, cost });
    } else if (event.type === 'SwitchReserved') {
      const bucket = this.bucket(event.account, event.target);
      bucket.switches.set(event.reservation, event);
      this.waiting.set(event.reservation, bucket);
    } else if (event.type === 'SwitchReleased') this.#forget(event.reservation);
    else if (event.type === 'BucketSwitched') this.#switch(event);
    else if (event.type === 'FailingMarked') {
      this.bucket(event.account, event.bucket).failing = event.failing;
    } else this.#foldRound(event);
  }

  #foldRound(event: Event): void {
    if (event.type === 'RoundJoined') {
      const round = this.round(event.domain);
      round.joined = event.round;
      round.marks = new Map(event.marks.map((mark) => [mark.instrument, mark]));
      round.collateral = event.collateral;
    } else if (event.type === 'VariationSettled') this.#settle(event);
    else if (event.type === 'PositionExpired') {
      const bucket = this.bucket(event.account, event.bucket);
      bucket.lines.delete(event.instrument);
    } else if (event.type === 'RoundReported') this.round(event.domain).reported = event.round;
    else if (event.type === 'ClaimPaid') {
      const bucket = this.bucket(event.account, event.bucket);
      bucket.claim = 0n;
      bucket.due = event.due;
      this.watch?.bucketChanged(bucket);
    }
  }

  #open(event: EventOf<'AccountOpened'>): void {
    const { member, owner, domain } = event;
    this.owners.set(event.account, {
      member,
      owner,
      class: event.class,
      domain,
      open: true,
      venues: new Set(),
      destinations: new Set(),
    });
  }
  #known(account: AccountId): Owner {
    return present(this.owner(account), `account ${account} was opened`);
  }
  /** Every line goes over as it stands; entries have moved the pots. */
  #switch(event: EventOf<'BucketSwitched'>): void {
    this.#forget(event.reservation);
    const [source, target] = [event.source, event.target].map((id) =>
      this.bucket(event.account, id),
    );
    for (const { instrument, lots, cost, nextLots, nextCost } of event.positions) {
      source.lines.delete(instrument);
      const line = target.line(instrument);
      line.add(event.tag, { lots, cost });
      if (nextLots !== 0 || nextCost !== 0n) {
        line.add(event.tag + 1, { lots: nextLots, cost: nextCost });
      }
    }
    source.due = 0n;
    target.due = event.due;
    this.watch?.bucketChanged(source);
    this.watch?.bucketChanged(target);
  }
  #forget(reservation: number): void {
    const bucket = this.waiting.get(reservation);
    bucket?.legs.delete(reservation);
    bucket?.moves.delete(reservation);
    bucket?.switches.delete(reservation);
    this.waiting.delete(reservation);
  }

  /** Legs tagged below the round now stand at its marks; what was owed before is netted in. */
  #settle(event: EventOf<'VariationSettled'>): void {
    const bucket = this.bucket(event.account, event.bucket);
    const { marks } = this.round(event.domain);
    for (const [instrument, line] of bucket.lines) {
      const { unit } = this.listing.instrument(instrument);
      const mark = marks.get(instrument)?.price;
      line.settle(event.round, mark === undefined ? undefined : BigInt(mark) * unit);
      if (line.empty) bucket.lines.delete(instrument);
    }
    bucket.due = 0n;
    bucket.claim = event.claim;
    bucket.debt = event.debt;
    bucket.settled = event.round;
    this.watch?.bucketChanged(bucket);
  }
}

/** A trade on both sides, and a slice on the side that takes it over. */
export const needsGate = (leg: EventOf<'LegReserved'>): boolean =>
  leg.purpose === 'trade' || (leg.purpose === 'slice' && !leg.offers);
