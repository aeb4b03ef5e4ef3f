import {
  unattributedAccount,
  type CommandOf,
  type Decide,
  type Event,
  type EventOf,
} from '@ringfence/contracts';
import {
  accept,
  EXCESS,
  invariant,
  reject,
  type AssetId,
  type BucketId,
  type Decision,
} from '@ringfence/kernel';
import { postTo } from './ledger.js';
import { obeyingAccount } from './order.js';
import { forget, nextReservation, pendingOf, remember } from './pending.js';
import { domainOf, isAsset } from './reference-view.js';
import {
  accountAt,
  appended,
  bucketAt,
  availableOf,
  openBucket,
  ownAccount,
  without,
  type Account,
  type AccountsState,
  type Bucket,
  type PendingMove,
} from './state.js';

/**
 * Credits a confirmed deposit to the account's excess, or to the partition's unattributed account
 * when no open account fits:
 * it is listed, never lost, never pooled.
 */
export const creditDeposit: Decide<CommandOf<'CreditDeposit'>, AccountsState> = (
  command,
  state,
) => {
  invariant(command.amount > 0n, 'a deposit brings something');
  const account = command.account === null ? undefined : accountAt(state, command.account);
  const fits = account !== undefined && account.status === 'open' && account.class !== 'settlement';
  const { asset, amount, deposit } = command;
  return accept<Event>({
    type: 'CollateralCredited',
    account: fits ? account.id : unattributedAccount(state.partition),
    asset,
    amount,
    deposit,
  });
};

/** Classes that may margin positions. */
export const isMargined = (account: Account): boolean =>
  account.class === 'client-individual' ||
  account.class === 'house' ||
  account.class === 'liquidity';

/** Why nothing may leave a margin bucket; null when something may. */
export function heldBack(bucket: Bucket): 'bucket-in-debt' | 'bucket-failing' | null {
  if (bucket.debt > 0n) return 'bucket-in-debt';
  return bucket.isFailing || bucket.isReported ? 'bucket-failing' : null;
}

/** Free collateral of a source, or the rejection. */
function freeIn(
  state: AccountsState,
  account: Account,
  source: BucketId,
  asset: AssetId,
): bigint | Decision<never> {
  const bucket = bucketAt(account, source);
  if (!bucket) return 0n;
  if (bucket.pending.some((each) => pendingOf(state, 'switch', each))) {
    return reject('bucket-switching');
  }
  const held = source === EXCESS ? null : heldBack(bucket);
  return held === null ? availableOf(state, bucket, asset) : reject(held);
}

/**
 * Decides to move collateral between buckets of one account. Into a margin bucket it goes at once;
 * what leaves one is reserved
 * and waits for the gate.
 *
 * @returns `CollateralMoved` or `MoveReserved`; or `amount-not-positive`, `same-bucket`,
 *           `account-unknown`,
 *          `account-closed`, `not-the-owner`, `account-not-margined`, `asset-unknown`,
 *          `bucket-unknown`,
 *          `bucket-switching`, `bucket-in-debt`, `bucket-failing`,
 *          `insufficient-available` (carries what is available)
 */
export const moveCollateral: Decide<CommandOf<'MoveCollateral'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  if (command.amount <= 0n) return reject('amount-not-positive');
  if (command.source === command.target) return reject('same-bucket');
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (!isMargined(account)) return reject('account-not-margined');
  if (!isAsset(state, command.asset)) return reject('asset-unknown', { asset: command.asset });
  for (const bucket of [command.source, command.target]) {
    if (bucket !== EXCESS && domainOf(state, bucket) === undefined) {
      return reject('bucket-unknown', { bucket });
    }
  }
  const free = freeIn(state, account, command.source, command.asset);
  if (typeof free !== 'bigint') return free;
  if (free < command.amount) return reject('insufficient-available', { available: free });
  const { source, target, asset, amount } = command;
  const move = { account: account.id, source, target, asset, amount };
  return source === EXCESS
    ? accept<Event>({ type: 'CollateralMoved', reservation: 0, ...move })
    : accept<Event>({ type: 'MoveReserved', reservation: nextReservation(state), ...move });
};

/** Gives a reserved move back. */
export const moveReleased = (move: PendingMove, reason: string): Event => ({
  type: 'MoveReleased',
  reservation: move.reservation,
  account: move.account,
  source: move.source,
  asset: move.asset,
  amount: move.amount,
  reason,
});

/** The gate judged a move: it happens, or its collateral is available again. */
export function concludeMove(
  move: PendingMove,
  verdict: CommandOf<'ConcludeGate'>,
  state: AccountsState,
): Decision<Event> {
  if (!verdict.passed) return accept(moveReleased(move, verdict.reason));
  const bucket = bucketAt(ownAccount(state, move.account), move.source);
  const held = bucket ? heldBack(bucket) : null;
  if (held !== null) return accept(moveReleased(move, held));
  const { reservation, account, source, target, asset, amount } = move;
  return accept<Event>({
    type: 'CollateralMoved',
    reservation,
    account,
    source,
    target,
    asset,
    amount,
  });
}

function conclude(state: AccountsState, event: EventOf<'MoveReleased' | 'CollateralMoved'>): void {
  const bucket = openBucket(ownAccount(state, event.account), event.source);
  bucket.pending = without(bucket.pending, event.reservation);
  forget(state, event.reservation);
}
export const collateralEvolve = {
  CollateralCredited: (state: AccountsState, event: EventOf<'CollateralCredited'>) => {
    invariant(
      ownAccount(state, event.account).status === 'open',
      'only open accounts are credited',
    );
    postTo(state, event);
  },
  CollateralMoved: (state: AccountsState, event: EventOf<'CollateralMoved'>) => {
    postTo(state, event);
    if (event.reservation > 0) conclude(state, event);
  },
  MoveReserved: (state: AccountsState, event: EventOf<'MoveReserved'>) => {
    postTo(state, event);
    const { reservation, account, source, target, asset, amount } = event;
    const move = { account, source, target, asset, amount };
    remember(state, { kind: 'move', reservation, print: 0n, ...move });
    const bucket = openBucket(ownAccount(state, account), source);
    bucket.pending = appended(bucket.pending, reservation);
  },
  MoveReleased: (state: AccountsState, event: EventOf<'MoveReleased'>) => {
    postTo(state, event);
    conclude(state, event);
  },
};
