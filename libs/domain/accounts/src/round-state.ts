import type { EventOf } from '@ringfence/contracts';
import type { AccountId, BucketId, DomainId, InstrumentId } from '@ringfence/kernel';
import { NO_VALUES, type OptionValues } from './option-value.js';
import type { AccountsState } from './state.js';

/** A holder that may be deleveraged, as it stood when its bucket settled. */
export interface Candidate {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly instrument: InstrumentId;
  /** signed */
  readonly lots: number;
  readonly equity: bigint;
  readonly claim: bigint;
}
/**
 * The most leveraged holders of one instrument, at most 64 a side, first the one to be closed
 * first.
 */
export interface Sides {
  readonly instrument: InstrumentId;
  readonly long: Candidate[];
  readonly short: Candidate[];
}
/** A claim of the round, and how the decision ends it; all three are shares of `amount`. */
export interface Claim {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly amount: bigint;
  cutByAdl: bigint;
  cutProRata: bigint;
  paid: bigint;
}
/**
 * One domain's settlement rounds on this lane.
 *
 * `idle`: all of round `opened` is applied. `joined`: it waits for markers, then settles its
 * buckets up to the cursor.
 * `reported`: the clearing decider knows. `decided`: the decision is here, payments wait for money
 * or are being made.
 */
export interface Round {
  readonly domain: DomainId;
  phase: 'idle' | 'joined' | 'reported' | 'decided';
  opened: number;
  marks: EventOf<'RoundJoined'>['marks'];
  collateral: EventOf<'RoundJoined'>['collateral'];
  /** what its options are worth, as of the joining: the marks settle premiums, not values */
  options: OptionValues;
  /** the round that `markers` are of, and the partitions they came from */
  markersRound: number;
  markers: readonly number[];
  /** dense numbers of accounts that ever held a position of the domain, ascending */
  readonly holders: number[];
  /**
   * the last bucket settled in the open round: dense account number, bucket; −1 before the first
   */
  cursorAccount: number;
  cursorBucket: number;
  collected: bigint;
  debts: bigint;
  deficits: bigint;
  failed: { readonly account: AccountId; readonly bucket: BucketId; readonly deficit: bigint }[];
  sides: Sides[];
  insurance: { readonly account: AccountId; readonly amount: bigint }[];
  /** failing buckets that the report locked until the decision */
  locked: { readonly account: AccountId; readonly bucket: BucketId }[];
  claims: Claim[];
  /** claims [0, concluded) are at their end */
  concluded: number;
  received: bigint;
  receives: bigint;
}

export function roundAt(state: AccountsState, domain: DomainId): Round | undefined {
  for (const round of state.rounds) if (round.domain === domain) return round;
  return undefined;
}
/**
 * The domain's rounds; begun at 0 when this lane hears of the domain first. Only `evolve` may call
 * it.
 */
export function openRounds(state: AccountsState, domain: DomainId): Round {
  const found = roundAt(state, domain);
  if (found) return found;
  const round: Round = {
    domain,
    phase: 'idle',
    opened: 0,
    marks: [],
    collateral: [],
    options: NO_VALUES,
    markersRound: 0,
    markers: [],
    holders: [],
    cursorAccount: -1,
    cursorBucket: -1,
    collected: 0n,
    debts: 0n,
    deficits: 0n,
    failed: [],
    sides: [],
    insurance: [],
    locked: [],
    claims: [],
    concluded: 0,
    received: 0n,
    receives: 0n,
  };
  state.rounds.push(round);
  return round;
}

/**
 * How many rounds of the domain this lane has opened: the tag of a leg that it applies as receiver.
 */
export const openedOf = (state: AccountsState, domain: DomainId): number =>
  roundAt(state, domain)?.opened ?? 0;

/**
 * How many rounds are settled at this place in bucket order: settling goes in pieces, so it differs
 * by bucket.
 */
export function settledAt(round: Round, account: number, bucket: BucketId): number {
  if (round.phase !== 'joined') return round.opened;
  const isBehind = account < round.cursorAccount;
  const isAtCursor = account === round.cursorAccount && bucket <= round.cursorBucket;
  return isBehind || isAtCursor ? round.opened : round.opened - 1;
}
/** The round's mark and funding of an instrument; undefined when it had no price then. */
export const markOf = (
  round: Round,
  instrument: InstrumentId,
): Round['marks'][number] | undefined => {
  for (const mark of round.marks) if (mark.instrument === instrument) return mark;
  return undefined;
};
