import { isSystemAccount, post, type EventOf, type Ledger, type View } from '@ringfence/contracts';
import {
  EXCESS,
  invariant,
  present,
  type AccountId,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { touch, unsettle } from './queue.js';
import {
  bucketAt,
  domainOf,
  emptyLine,
  holdersOf,
  put,
  slotFor,
  type Book,
  type Bucket,
  type Line,
  type PendingLeg,
  type RiskState,
  type Round,
} from './state.js';

/**
 * The view of the accounts log: margin buckets only. A reservation that waits for its verdict has
 * left `available` already; it counts as pending from its verdict on, and one that was refused is
 * as if it had never been made.
 */
export const accountsView = {
  AccountOpened: (state, event, at) => {
    state.book.seq = at.seq;
    if (event.class === 'insurance') state.book.unwatched.add(event.account);
  },
  MoveReserved: (state, event, at) => {
    const slot = entered(state, event, at.seq, event.source);
    const { reservation, asset, amount } = event;
    bucketAt(state.book, slot).moves.push({ reservation, asset, amount, judged: false });
    state.book.reservations.set(reservation, slot);
  },
  MoveReleased: (state, event, at) => {
    state.book.seq = at.seq;
    if (!closeReservation(state, event.reservation)) return;
    touch(state, entered(state, event, at.seq, event.source));
  },
  CollateralMoved: (state, event, at) => {
    closeReservation(state, event.reservation);
    const slot = entered(state, event, at.seq, event.target);
    if (slot >= 0) touch(state, slot);
  },
  LegReserved: (state, event, at) => {
    const slot = entered(state, event, at.seq, event.bucket);
    const { reservation, instrument, lots, price, asset, fee } = event;
    const isSlice = event.purpose === 'slice' && !event.offers;
    const leg = { reservation, instrument, lots, price, asset, fee, counts: false, isSlice };
    const bucket = bucketAt(state.book, slot);
    bucket.legs.push(leg);
    state.book.reservations.set(reservation, slot);
    if (needsGate(event)) return;
    countLeg(bucket, leg);
    touchLeg(state, event, slot);
  },
  LegApplied: (state, event, at) => {
    noteSlice(state, event.reservation);
    closeReservation(state, event.reservation);
    touchLeg(state, event, entered(state, event, at.seq, event.bucket));
  },
  LegReleased: (state, event, at) => {
    state.book.seq = at.seq;
    if (!closeReservation(state, event.reservation)) return;
    touchLeg(state, event, entered(state, event, at.seq, event.bucket));
  },
  CollateralSold: (state, event, at) => touch(state, entered(state, event, at.seq, event.bucket)),
  VariationSettled: (state, event, at) => {
    const slot = entered(state, event, at.seq, event.bucket);
    bucketAt(state.book, slot).slices = [];
    if (staysHealthy(bucketAt(state.book, slot), event)) return;
    unsettle(state, slot);
    touch(state, slot);
  },
  PositionExpired: (state, event, at) => {
    const slot = entered(state, event, at.seq, event.bucket);
    unsettle(state, slot);
    touch(state, slot);
  },
  SwitchReserved: (state, event, at) => {
    state.book.seq = at.seq;
    const { account, source, target } = event;
    state.book.switches.set(event.reservation, { account, source, target, judged: false });
  },
  SwitchReleased: (state, event, at) => {
    state.book.seq = at.seq;
    state.book.switches.delete(event.reservation);
  },
  BucketSwitched: (state, event, at) => {
    state.book.switches.delete(event.reservation);
    touch(state, entered(state, event, at.seq, event.target));
    touch(state, slotFor(state.book, event.account, event.source));
  },
  ClaimPaid: (state, event, at) => {
    const slot = entered(state, event, at.seq, event.bucket);
    if (event.cut === 0n && !isPressed(bucketAt(state.book, slot))) return;
    unsettle(state, slot);
    touch(state, slot);
  },
  RoundJoined: (state, event, at) => {
    state.book.seq = at.seq;
    const marks = new Map(event.marks.map(({ instrument, price }) => [instrument, price]));
    const settled = state.book.rounds[event.domain]?.settled ?? 0;
    put(state.book.rounds, event.domain, { joined: event.round, settled, marks });
  },
  RoundReported: (state, event, at) => {
    state.book.seq = at.seq;
    roundAt(state.book, event.domain).settled = event.round;
  },
} satisfies { [Name in AccountsName]: View<RiskState, EventOf<Name>> };
type AccountsName =
  | 'AccountOpened'
  | 'RoundJoined'
  | 'RoundReported'
  | 'SwitchReserved'
  | 'SwitchReleased'
  | ValueName;
type ValueName =
  | 'MoveReserved'
  | 'MoveReleased'
  | 'CollateralMoved'
  | 'LegReserved'
  | 'LegApplied'
  | 'LegReleased'
  | 'CollateralSold'
  | 'VariationSettled'
  | 'PositionExpired'
  | 'BucketSwitched'
  | 'ClaimPaid';

/** A leg came, was applied or went; legs of deleveraging come in any number and order. */
function touchLeg(
  state: RiskState,
  { purpose }: Pick<EventOf<'LegReserved'>, 'purpose'>,
  slot: number,
): void {
  if (purpose === 'adl') unsettle(state, slot);
  touch(state, slot);
}

/** Remembers a slice that is taken over until the next even tick. */
function noteSlice({ book, work }: RiskState, reservation: number): void {
  const slot = book.reservations.get(reservation);
  if (slot === undefined) return;
  const bucket = bucketAt(book, slot);
  const leg = bucket.legs.find((other) => other.reservation === reservation);
  if (!leg?.isSlice) return;
  bucket.slices.push(leg);
  work.takers.add(slot);
}

/** Called, in close-out or below a level: looked at whatever happens to it. */
const isPressed = ({ standing: { level, call, closing } }: Bucket): boolean =>
  closing || call > 0 || level !== 'healthy';

/**
 * A round turns profit into cash, claim or debt and leaves equity as it was, but for funding and
 * debts. A healthy bucket that gains by it stays inside its intervals, and so does one that pays
 * no more funding than these keep in reserve.
 */
function staysHealthy(bucket: Bucket, event: EventOf<'VariationSettled'>): boolean {
  const { debt, debtBefore, deficit, funding } = event;
  if (isPressed(bucket) || debt > 0n || debtBefore > 0n || deficit > 0n) return false;
  if (funding >= 0n) return true;
  bucket.standing.reserve += funding;
  return bucket.standing.reserve >= 0n;
}

/**
 * A trade on both sides, a slice on the side that takes it over; what closes a failing bucket asks
 * no one.
 */
export const needsGate = ({ purpose, offers }: EventOf<'LegReserved'>): boolean =>
  purpose === 'trade' || (purpose === 'slice' && !offers);

/**
 * Posts what an event moves. @returns the slot of the margin bucket it is about; -1 for `excess`
 */
function entered(
  state: RiskState,
  event: EventOf<ValueName>,
  seq: number,
  bucket: BucketId,
): number {
  state.book.seq = seq;
  post(event, new BookLedger(state), state.partition);
  return bucket === EXCESS ? -1 : slotFor(state.book, event.account, bucket);
}

class BookLedger implements Ledger {
  constructor(private readonly state: RiskState) {}

  cash(account: AccountId, id: BucketId, asset: AssetId, available: bigint): void {
    if (id === EXCESS || available === 0n || isSystemAccount(account)) return;
    credit(bucketAt(this.state.book, slotFor(this.state.book, account, id)), asset, available);
  }
  leg(
    account: AccountId,
    id: BucketId,
    instrument: InstrumentId,
    lots: number,
    cost: bigint,
    tag: number,
  ): void {
    const slot = slotFor(this.state.book, account, id);
    const bucket = bucketAt(this.state.book, slot);
    // what the last round passed over is settled before the leg is added to it
    const settled = settledRound(this.state, bucket);
    const line = lineFor(bucket, instrument);
    countSides(this.state.book, line, lots);
    line.lots += lots;
    line.cost += cost;
    if (tag <= settled) {
      line.settlingLots += lots;
      line.settlingCost += cost;
    }
    dropEmpty(bucket, line);
  }
  settled(event: EventOf<'VariationSettled'>): void {
    const { book } = this.state;
    const slot = slotFor(book, event.account, event.bucket);
    const bucket = bucketAt(book, slot);
    settledRound(this.state, bucket);
    const round = roundAt(book, event.domain);
    for (const line of bucket.lines) settleLine(this.state, line, round);
    for (const line of bucket.lines.filter(isEmpty)) dropEmpty(bucket, line);
    bucket.settled = event.round;
    bucket.due = 0n;
    bucket.claim = event.claim;
    bucket.debt = event.debt;
  }
  claimed(account: AccountId, id: BucketId, due: bigint): void {
    const bucket = bucketAt(this.state.book, slotFor(this.state.book, account, id));
    bucket.claim = 0n;
    bucket.due = due;
  }
}

function credit(bucket: Bucket, asset: AssetId, amount: bigint): void {
  const held = bucket.balances.find((balance) => balance.asset === asset);
  if (held) held.amount += amount;
  else bucket.balances.push({ asset, amount });
}

/** Counts a leg as pending from here on. */
export function countLeg(bucket: Bucket, leg: PendingLeg): void {
  leg.counts = true;
  const line = lineFor(bucket, leg.instrument);
  if (leg.lots > 0) line.buys += leg.lots;
  else line.sells -= leg.lots;
}

/**
 * Takes a reservation off the list of what is pending.
 *
 * @returns false when it is not there: nothing was reserved, or it was refused and its amount is
 *          back already
 */
function closeReservation(state: RiskState, reservation: number): boolean {
  const { reservations } = state.book;
  const slot = reservations.get(reservation);
  if (slot === undefined) return false;
  reservations.delete(reservation);
  const bucket = bucketAt(state.book, slot);
  const { legs, moves } = bucket;
  const move = moves.findIndex((other) => other.reservation === reservation);
  if (move >= 0) {
    moves.splice(move, 1);
    return true;
  }
  const place = legs.findIndex((other) => other.reservation === reservation);
  const [leg] = legs.splice(place, 1);
  invariant(leg !== undefined, 'an open reservation is a leg or a move of its bucket');
  if (!leg.counts) return true;
  const line = lineFor(bucket, leg.instrument);
  if (leg.lots > 0) line.buys -= leg.lots;
  else line.sells += leg.lots;
  dropEmpty(bucket, line);
  return true;
}

/**
 * A refused reservation is as if it had never been made: its release will find nothing to return.
 */
export function undoReservation(state: RiskState, slot: number, reservation: number): void {
  const bucket = bucketAt(state.book, slot);
  const leg = bucket.legs.find((other) => other.reservation === reservation);
  const move = bucket.moves.find((other) => other.reservation === reservation);
  closeReservation(state, reservation);
  if (leg && leg.fee > 0n) credit(bucket, leg.asset, leg.fee);
  if (move) credit(bucket, move.asset, move.amount);
}

function lineFor({ lines }: Bucket, instrument: InstrumentId): Line {
  const place = lines.findIndex((line) => line.instrument >= instrument);
  const found = lines[place];
  if (found?.instrument === instrument) return found;
  const line = emptyLine(instrument);
  lines.splice(place < 0 ? lines.length : place, 0, line);
  return line;
}

/** Neither position nor leg nor a gain or loss that no round has settled. */
const isEmpty = ({ lots, cost, settlingLots, settlingCost, buys, sells }: Line): boolean =>
  lots === 0 &&
  cost === 0n &&
  settlingLots === 0 &&
  settlingCost === 0n &&
  buys === 0 &&
  sells === 0;
function dropEmpty({ lines }: Bucket, line: Line): void {
  if (!isEmpty(line)) return;
  lines.splice(lines.indexOf(line), 1);
}

/** Keeps the number of long and short positions, for the coverage report. */
function countSides(book: Book, line: Line, lots: number): void {
  const holders = holdersOf(book, line.instrument);
  if (line.lots > 0) holders.longs--;
  if (line.lots < 0) holders.shorts--;
  if (line.lots + lots > 0) holders.longs++;
  if (line.lots + lots < 0) holders.shorts++;
}

const roundAt = (book: Book, domain: DomainId): Round =>
  present(book.rounds[domain], 'a round that this lane joined');

/**
 * The last round that counts as settled for a bucket. One that held nothing was passed over: what
 * it got since under the tag of that round settles in the next one, like everything settled.
 */
function settledRound({ book, market }: RiskState, bucket: Bucket): number {
  const domain = domainOf(market, bucket.id);
  const lane = domain === null ? 0 : (book.rounds[domain]?.settled ?? 0);
  if (lane <= bucket.settled) return bucket.settled;
  bucket.settled = lane;
  for (const line of bucket.lines) {
    line.settlingLots = line.lots;
    line.settlingCost = line.cost;
  }
  return lane;
}

function settleLine({ market }: RiskState, line: Line, round: Round): void {
  let atMark = 0n;
  if (line.settlingLots !== 0) {
    const { unit } = present(market.instruments[line.instrument], 'the instrument of a position');
    const mark = present(round.marks.get(line.instrument), 'the mark of a position that settles');
    atMark = BigInt(line.settlingLots) * BigInt(mark) * unit;
  }
  line.cost = atMark + line.cost - line.settlingCost;
  line.settlingLots = line.lots;
  line.settlingCost = line.cost;
}
