import type { CommandOf, Decide, Event, EventOf, Mail } from '@ringfence/contracts';
import { accept, EXCESS, indexOf, invariant, present, type AssetId } from '@ringfence/kernel';
import { candidatesNow, noteCandidates } from './candidates.js';
import { byBucket } from './close-out.js';
import { otherCollateral } from './collateral-value.js';
import { postTo } from './ledger.js';
import { costOf } from './leg.js';
import { optionCover, optionValuesNow } from './option-value.js';
import { acceptAll } from './order.js';
import { domainOf, knownInstrument, settlementOf } from './reference-view.js';
import { markOf, openRounds, roundAt, type Round } from './round-state.js';
import {
  bucketAt,
  availableOf,
  openBucket,
  ownAccount,
  touch,
  type Account,
  type AccountsState,
  type Bucket,
  type BucketKey,
} from './state.js';
import { cancelled } from './trade.js';

/** Buckets that one record settles or pays at most, so that a round never holds up what waits. */
export const PIECE_MAX = 256;

/** Joined, and every other lane's marker is here: nothing tagged below the round is under way. */
export const isReadyToSettle = (state: AccountsState, round: Round): boolean =>
  round.phase === 'joined' &&
  (state.partitions === 1 ||
    (round.markersRound === round.opened && round.markers.length === state.partitions - 1));

/**
 * Opens the round that the reference lane opened: its legs have the next tag, and all other lanes
 * get a marker.
 */
export const joinRound: Decide<CommandOf<'JoinRound'>, AccountsState> = (command, state) => {
  const round = roundAt(state, command.domain);
  invariant(command.round === (round?.opened ?? 0) + 1, 'rounds are counted by one');
  invariant(!round || round.phase === 'idle', 'one round of a domain at a time');
  const { domain, round: number, marks, collateral } = command;
  return accept<Event>({ type: 'RoundJoined', domain, round: number, marks, collateral });
};

/** Counts another lane's marker, also before this lane joined. */
export const takeMarker: Decide<CommandOf<'RoundMarker'>, AccountsState> = (
  marker,
  state,
  order,
) => {
  const { partition } = present(order.from, 'sender of a marker');
  const { domain, round } = marker;
  return accept<Event>({ type: 'RoundMarkerCounted', domain, round, partition });
};

const isLive = (bucket: Bucket): boolean =>
  bucket.positions.length > 0 || bucket.due > 0n || bucket.debt > 0n || bucket.claim > 0n;

/** Margin buckets of the domain behind the cursor that hold or owe something, in bucket order. */
function* toSettle(
  state: AccountsState,
  round: Round,
): Generator<{ readonly account: Account; readonly bucket: Bucket }> {
  for (const index of round.holders) {
    if (index < round.cursorAccount) continue;
    const account = present(state.accounts[index], 'holder');
    for (const bucket of account.buckets) {
      if (bucket.id === EXCESS || !isLive(bucket)) continue;
      if (index === round.cursorAccount && bucket.id <= round.cursorBucket) continue;
      if (domainOf(state, bucket.id) === round.domain) yield { account, bucket };
    }
  }
}

/** Variation of what settles now, and funding, which longs pay. */
function gains(
  state: AccountsState,
  round: Round,
  bucket: Bucket,
): { readonly variation: bigint; readonly funding: bigint } {
  let variation = 0n;
  let funding = 0n;
  for (const { instrument, settlingLots, settlingCost } of bucket.positions) {
    variation -= settlingCost;
    if (settlingLots === 0) continue;
    const mark = present(markOf(round, instrument), 'mark of a held instrument');
    const { unit } = knownInstrument(state, instrument);
    variation += BigInt(settlingLots) * BigInt(mark.price) * unit;
    funding -= BigInt(settlingLots) * BigInt(mark.fundingPerLot);
  }
  return { variation, funding };
}

/** What cancelling gives back to the bucket, per asset. */
function freed(releases: readonly Event[]): ReadonlyMap<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  for (const event of releases) {
    if (event.type === 'LegReleased') {
      sums.set(event.asset, (sums.get(event.asset) ?? 0n) + event.fee);
    } else if (event.type === 'MoveReleased') {
      sums.set(event.asset, (sums.get(event.asset) ?? 0n) + event.amount);
    }
  }
  return sums;
}

/**
 * The positions that end with this round: of instruments that expired before it was opened. No leg
 * of them is tagged with it, since whoever applies one has not seen the expiry; so both sides of
 * every one close here, at one mark.
 */
function expired(
  state: AccountsState,
  round: Round,
  place: BucketKey,
  { positions }: Bucket,
): Event[] {
  const events: Event[] = [];
  for (const { instrument, settlingLots: lots, nextLots, nextCost } of positions) {
    const { settled, settledAfter, unit, settlement } = knownInstrument(state, instrument);
    if (settled === null || round.opened <= settledAfter) continue;
    invariant(nextLots === 0 && nextCost === 0n, 'no leg of an expired instrument comes later');
    const { price } = present(markOf(round, instrument), 'last mark of what expired');
    invariant(price === settled, 'what expired stands at its settlement price');
    if (lots === 0) continue;
    const { domain, opened } = round;
    const { account, bucket } = place;
    const of = { domain, round: opened, account, bucket, instrument };
    const cost = costOf(lots, price, unit);
    events.push({ type: 'PositionExpired', ...of, lots, price, cost, asset: settlement });
  }
  return events;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * Settles one bucket: due − debt + variation + funding. A loss is taken from cash, if that is short
 * from what was reserved and
 * not offered too; then it is debt up to the other collateral after haircut and the net value of
 * its options; then deficit.
 *
 * @returns what is cancelled, if anything, then `VariationSettled`, then `PositionExpired`…
 * @source DESIGN 6.3
 */
function settle(
  state: AccountsState,
  round: Round,
  account: Account,
  bucket: Bucket,
): { readonly events: Event[]; readonly isCancelled: boolean } {
  const asset = settlementOf(state, round.domain);
  const { variation, funding } = gains(state, round, bucket);
  const net = bucket.due - bucket.debt + variation + funding;
  const loss = net < 0n ? -net : 0n;
  const free = availableOf(state, bucket, asset);
  const place = { account: account.id, bucket: bucket.id };
  const releases = loss > free ? cancelled(state, place, 'round-settled') : [];
  const released = freed(releases);
  const collected = least(loss, free + (released.get(asset) ?? 0n));
  const rest = loss - collected;
  const cover =
    rest > 0n
      ? otherCollateral(state, bucket, asset, round.collateral, released) +
        optionCover(state, bucket, round)
      : 0n;
  const debt = least(rest, cover);
  const settled: Event = {
    type: 'VariationSettled',
    domain: round.domain,
    round: round.opened,
    account: account.id,
    bucket: bucket.id,
    asset,
    variation,
    funding,
    dueBefore: bucket.due,
    debtBefore: bucket.debt,
    claim: net > 0n ? net : 0n,
    collected,
    debt,
    deficit: rest - debt,
  };
  const ends = expired(state, round, place, bucket);
  return { events: [...releases, settled, ...ends], isCancelled: releases.length > 0 };
}

/**
 * The next piece of settling: up to 256 buckets, or, when none is left, the report. A bucket whose
 * reservations were cancelled
 * ends its piece: the answers may reach other buckets of this lane before they are settled.
 *
 * @returns `VariationSettled`, `PositionExpired`…; or `InsuranceReserved`… and `RoundReported`;
 *          nothing when it is not due
 */
export const settleBuckets: Decide<CommandOf<'SettleBuckets'>, AccountsState> = (
  command,
  state,
) => {
  const round = roundAt(state, command.domain);
  if (!round || round.opened !== command.round || !isReadyToSettle(state, round)) return accept();
  const events: Event[] = [];
  let count = 0;
  for (const { account, bucket } of toSettle(state, round)) {
    const settled = settle(state, round, account, bucket);
    events.push(...settled.events);
    count++;
    if (settled.isCancelled || count === PIECE_MAX) break;
  }
  return acceptAll(count > 0 ? events : report(state, round));
};

/**
 * Positions that deleveraging must close: of buckets that are marked, or that are short and still
 * hold some.
 */
function failingPositions(state: AccountsState, round: Round): EventOf<'RoundReported'>['failing'] {
  const places: BucketKey[] = state.failing.filter(
    ({ bucket }) => domainOf(state, bucket) === round.domain,
  );
  for (const failed of round.failed) {
    if (!places.some((each) => byBucket(each, failed) === 0)) places.push(failed);
  }
  places.sort(byBucket);
  const lines: EventOf<'RoundReported'>['failing'][number][] = [];
  for (const place of places) {
    const bucket = present(bucketAt(ownAccount(state, place.account), place.bucket), 'bucket');
    for (const { instrument, settlingLots, nextLots } of bucket.positions) {
      const lots = settlingLots + nextLots;
      const { account, bucket: id } = place;
      if (lots !== 0) lines.push({ account, bucket: id, instrument, lots });
    }
  }
  return lines;
}

function report(state: AccountsState, round: Round): Event[] {
  const { domain, opened, collected, debts, deficits, failed } = round;
  const asset = settlementOf(state, domain);
  const events: Event[] = [];
  let insurance = 0n;
  for (const id of state.insurance) {
    const account = ownAccount(state, id);
    if (account.domain !== domain) continue;
    const amount = availableOf(state, openExcess(account), asset);
    if (amount === 0n) continue;
    insurance += amount;
    events.push({
      type: 'InsuranceReserved',
      domain,
      round: opened,
      account: account.id,
      asset,
      amount,
    });
  }
  let claims = 0n;
  for (const claim of round.claims) claims += claim.amount;
  const totals = { collected, claims, debts, deficits, insurance };
  events.push({
    type: 'RoundReported',
    domain,
    round: opened,
    ...totals,
    failed: [...failed],
    failing: failingPositions(state, round),
    candidates: candidatesNow(state, round),
  });
  return events;
}
const openExcess = (account: Account): Bucket => present(bucketAt(account, EXCESS), 'excess');

function begin(round: Round, event: EventOf<'RoundJoined'>): void {
  round.phase = 'joined';
  round.opened = event.round;
  round.marks = event.marks;
  round.collateral = event.collateral;
  round.cursorAccount = -1;
  round.cursorBucket = -1;
  round.collected = 0n;
  round.debts = 0n;
  round.deficits = 0n;
  round.failed = [];
  round.sides = [];
  round.insurance = [];
  round.locked = [];
  round.claims = [];
  round.concluded = 0;
  round.received = 0n;
  round.receives = 0n;
}

function noteSettled(state: AccountsState, round: Round, event: EventOf<'VariationSettled'>): void {
  const { account, bucket: id, claim, deficit } = event;
  const bucket = present(bucketAt(ownAccount(state, account), id), 'bucket');
  round.cursorAccount = indexOf(account);
  round.cursorBucket = id;
  round.collected += event.collected;
  round.debts += event.debt;
  round.deficits += deficit;
  if (claim > 0n) {
    round.claims.push({
      account,
      bucket: id,
      amount: claim,
      cutByAdl: 0n,
      cutProRata: 0n,
      paid: 0n,
    });
  }
  if (deficit > 0n) round.failed.push({ account, bucket: id, deficit });
  else noteCandidates(state, round, { account, bucket: id }, bucket);
}

export const roundSettleEvolve = {
  RoundJoined: (state: AccountsState, event: EventOf<'RoundJoined'>, mail: Mail) => {
    const { domain, round: number } = event;
    const round = openRounds(state, domain);
    begin(round, event);
    round.options = optionValuesNow(state, domain);
    for (let partition = 0; partition < state.partitions; partition++) {
      if (partition === state.partition) continue;
      const to = { service: 'accounts' as const, partition };
      mail.send(to, { type: 'RoundMarker', domain, round: number });
    }
  },
  RoundMarkerCounted: (state: AccountsState, event: EventOf<'RoundMarkerCounted'>) => {
    const round = openRounds(state, event.domain);
    if (event.round > round.markersRound) {
      round.markersRound = event.round;
      round.markers = [];
    }
    const isNew = event.round === round.markersRound && !round.markers.includes(event.partition);
    invariant(isNew, 'one marker of a lane and round');
    round.markers = [...round.markers, event.partition];
  },
  VariationSettled: (state: AccountsState, event: EventOf<'VariationSettled'>) => {
    const loss = event.collected + event.debt + event.deficit;
    const net = event.dueBefore - event.debtBefore + event.variation + event.funding;
    invariant(event.claim - loss === net, 'a settled bucket sums up');
    postTo(state, event);
    noteSettled(state, openRounds(state, event.domain), event);
  },
  PositionExpired: (state: AccountsState, event: EventOf<'PositionExpired'>) => {
    postTo(state, event);
  },
  InsuranceReserved: (state: AccountsState, event: EventOf<'InsuranceReserved'>) => {
    postTo(state, event);
    const { account, amount } = event;
    openRounds(state, event.domain).insurance.push({ account, amount });
  },
  RoundReported: (state: AccountsState, event: EventOf<'RoundReported'>, mail: Mail) => {
    const round = openRounds(state, event.domain);
    round.phase = 'reported';
    for (const { account, bucket } of event.failing) {
      round.locked.push({ account, bucket });
      setReported(state, { account, bucket }, true);
    }
    const { domain, collected, claims, debts, deficits, insurance, failed, failing, candidates } =
      event;
    const to = { service: 'liquidation' as const, partition: domain % state.partitions };
    mail.send(to, {
      type: 'RoundReport',
      domain,
      round: event.round,
      collected,
      claims,
      debts,
      deficits,
      insurance,
      failed,
      failing,
      candidates,
    });
  },
};

/**
 * Locks a failing bucket from its report, or opens it with the decision. Only `evolve` may call it.
 */
export function setReported(state: AccountsState, place: BucketKey, isReported: boolean): void {
  const account = ownAccount(state, place.account);
  touch(state, account);
  openBucket(account, place.bucket).isReported = isReported;
}
