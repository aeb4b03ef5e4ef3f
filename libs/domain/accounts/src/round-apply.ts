import {
  settlementAccount,
  type CommandOf,
  type Decide,
  type Event,
  type EventOf,
  type Mail,
} from '@ringfence/contracts';
import { accept, EXCESS, invariant, present, type AssetId } from '@ringfence/kernel';
import { allot } from '@ringfence/money';
import { adlOffers } from './adl.js';
import { byBucket } from './close-out.js';
import { postTo } from './ledger.js';
import { acceptAll } from './order.js';
import { nextReservation } from './pending.js';
import { settlementOf } from './reference-view.js';
import { openRounds, roundAt, type Claim, type Round } from './round-state.js';
import { PIECE_MAX, setReported } from './round-settle.js';
import { availableIn, ownAccount, type AccountsState, type BucketKey } from './state.js';
import { isAnythingUnswept, sweepsDue } from './sweep.js';

/** Insurance kept for the round: used in account order, the rest returned. */
function chargeInsurance(round: Round, asset: AssetId, total: bigint): Event[] {
  let left = total;
  const events = round.insurance.map(({ account, amount }): Event => {
    const used = amount < left ? amount : left;
    left -= used;
    const returned = amount - used;
    const { domain, opened } = round;
    return { type: 'InsuranceCharged', domain, round: opened, account, asset, used, returned };
  });
  invariant(left === 0n, 'a decision uses what was reported');
  return events;
}

/** Money of the round for other lanes, from settlement account to settlement account. */
function sendMoney(
  state: AccountsState,
  decision: CommandOf<'RoundDecision'>,
  asset: AssetId,
  used: bigint,
): Event[] {
  const from = settlementAccount(state.partition);
  let total = 0n;
  const events = decision.sends.map(({ partition, amount }, index): Event => {
    invariant(partition !== state.partition && partition < state.partitions, 'to another lane');
    total += amount;
    return {
      type: 'TransferReserved',
      reservation: nextReservation(state, index),
      from,
      to: settlementAccount(partition),
      asset,
      amount,
      round: decision.round,
      domain: decision.domain,
    };
  });
  const holds = availableIn(state, ownAccount(state, from), EXCESS, asset) + used;
  invariant(total <= holds, 'a lane sends what it holds');
  return events;
}

/**
 * Takes the clearing decider's decision: insurance is charged, surplus money leaves for other
 * lanes, failing positions are
 * offered for deleveraging; claims are paid when the money of others is here.
 *
 * @returns `RoundDecisionTaken`, `InsuranceCharged`…, `TransferReserved`…, `LegReserved`…,
 *           `LegOffered`…
 * @throws InvariantViolation when it is not the decision of the reported round
 */
export const takeRoundDecision: Decide<CommandOf<'RoundDecision'>, AccountsState> = (
  decision,
  state,
  order,
) => {
  const {
    domain,
    round: number,
    insuranceUsed,
    claimsPaid,
    claimsCut,
    cuts,
    closes,
    receives,
  } = decision;
  const from = present(order.from, 'sender of a decision');
  const isDecider = from.service === 'liquidation' && from.partition === domain % state.partitions;
  invariant(isDecider, 'the decider of the domain decides');
  const round = present(roundAt(state, domain), 'round');
  invariant(round.phase === 'reported' && round.opened === number, 'decided after the report');
  const asset = settlementOf(state, domain);
  const totals = { insuranceUsed, claimsPaid, claimsCut, cuts, closes, receives };
  const taken: Event = { type: 'RoundDecisionTaken', domain, round: number, ...totals };
  return acceptAll([
    taken,
    ...chargeInsurance(round, asset, insuranceUsed),
    ...sendMoney(state, decision, asset, insuranceUsed),
    ...adlOffers(state, decision, round),
  ]);
};

/** Decided, and the money that other lanes owe this one has arrived. */
export const isReadyToPay = (round: Round): boolean =>
  round.phase === 'decided' && round.received === round.receives;

/**
 * The next piece of paying: up to 256 claims; then, when none is left, `RoundApplied` and the
 * sweeps that custody may do, in
 * pieces too.
 *
 * @returns `ClaimPaid`…; or `RoundApplied` and `SweepsDue`; or `SweepsDue`; nothing when it is not
 *           due
 */
export const applyDecision: Decide<CommandOf<'ApplyDecision'>, AccountsState> = (
  command,
  state,
) => {
  const round = roundAt(state, command.domain);
  if (!round || round.opened !== command.round) return accept();
  if (!isReadyToPay(round)) return state.isSweeping ? accept(sweepsDue(state)) : accept();
  const { domain, opened } = round;
  const claims = round.claims.slice(round.concluded, round.concluded + PIECE_MAX);
  if (claims.length === 0) {
    const applied: Event = { type: 'RoundApplied', domain, round: opened };
    return isAnythingUnswept(state) ? accept(applied, sweepsDue(state)) : accept(applied);
  }
  const asset = settlementOf(state, domain);
  return acceptAll(
    claims.map(({ account, bucket, amount, cutByAdl, cutProRata, paid }): Event => {
      const cut = cutByAdl + cutProRata;
      const due = amount - cut - paid;
      const place = { domain, round: opened, account, bucket, asset };
      return { type: 'ClaimPaid', ...place, paid, cutByAdl, cut, due };
    }),
  );
};

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);

/** A claim of the round by its bucket; they are in bucket order. */
function claimOf(claims: readonly Claim[], place: BucketKey): Claim {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byBucket(present(claims[middle], 'claim'), place) < 0) low = middle + 1;
    else high = middle;
  }
  const claim = present(claims[low], 'claim of a named cut');
  invariant(byBucket(claim, place) === 0, 'a cut names a claim');
  return claim;
}

/**
 * Shares of the lane's decision per claim: first the named cuts, then the rest of the cut over what
 * is left of the claims, then
 * payment over what is left then; what is kept is floored, largest remainder, ties in bucket order.
 *
 * @source DESIGN 6.6; `haircutClaims` of `libs/margin`, the rule that the decider splits over lanes
 *           by
 */
function plan(claims: readonly Claim[], event: EventOf<'RoundDecisionTaken'>): void {
  let named = 0n;
  for (const cut of event.cuts) {
    const claim = claimOf(claims, cut);
    claim.cutByAdl += cut.amount;
    named += cut.amount;
    invariant(claim.cutByAdl <= claim.amount, 'a cut is at most the claim');
  }
  const afterAdl = claims.map((claim) => claim.amount - claim.cutByAdl);
  const proRata = event.claimsCut - named;
  const kept = sumOf(afterAdl) - proRata;
  invariant(proRata >= 0n && kept >= 0n, 'cuts are at most the claims');
  invariant(event.claimsPaid <= kept, 'payments are at most the claims');
  const left = allot(kept, afterAdl);
  const payments = allot(event.claimsPaid, left);
  claims.forEach((claim, index) => {
    const rest = left[index] ?? 0n;
    claim.cutProRata = (afterAdl[index] ?? 0n) - rest;
    claim.paid = payments[index] ?? 0n;
  });
}

export const roundApplyEvolve = {
  RoundDecisionTaken: (state: AccountsState, event: EventOf<'RoundDecisionTaken'>) => {
    const round = openRounds(state, event.domain);
    round.phase = 'decided';
    round.receives = event.receives;
    plan(round.claims, event);
    for (const place of round.locked) setReported(state, place, false);
    round.locked = [];
  },
  InsuranceCharged: (state: AccountsState, event: EventOf<'InsuranceCharged'>) => {
    postTo(state, event);
  },
  ClaimPaid: (state: AccountsState, event: EventOf<'ClaimPaid'>) => {
    const round = openRounds(state, event.domain);
    const claim = present(round.claims[round.concluded], 'claim');
    const ends =
      event.paid + event.cut + event.due === claim.amount && byBucket(claim, event) === 0;
    invariant(ends, 'a claim is paid, cut or due to its last unit');
    round.concluded++;
    postTo(state, event);
  },
  RoundApplied: (state: AccountsState, event: EventOf<'RoundApplied'>, mail: Mail) => {
    const { domain, round: number } = event;
    const round = openRounds(state, domain);
    round.phase = 'idle';
    round.claims = [];
    round.sides = [];
    state.isSweeping = isAnythingUnswept(state);
    const to = { service: 'liquidation' as const, partition: domain % state.partitions };
    mail.send(to, { type: 'RoundDone', domain, round: number });
  },
};
