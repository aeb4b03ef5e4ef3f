import type { CommandOf, Decide, Event, EventOf } from '@ringfence/contracts';
import {
  accept,
  bucketKind,
  bucketNumber,
  EXCESS,
  invariant,
  present,
  reject,
  type AccountId,
  type BucketId,
  type Decision,
  type DomainId,
} from '@ringfence/kernel';
import { cashIn } from './cash.js';
import { heldBack, isMargined } from './collateral.js';
import { postTo } from './ledger.js';
import { obeyingAccount } from './order.js';
import { forget, nextReservation, ownPending, pendingOf, remember } from './pending.js';
import { domainOf } from './reference-view.js';
import { openedOf, roundAt } from './round-state.js';
import {
  appended,
  bucketAt,
  openBucket,
  ownAccount,
  touch,
  without,
  type Account,
  type AccountsState,
  type Bucket,
  type PendingSwitch,
} from './state.js';

/** A switch of this bucket, as source or target, waits for its gate. */
export const isSwitching = (state: AccountsState, bucket: Bucket): boolean =>
  bucket.pending.some((reservation) => pendingOf(state, 'switch', reservation) !== undefined);

/** Both ends of a switch, and the domain they are of; or why there is no way between them. */
function wayOf(
  state: AccountsState,
  { source, target }: CommandOf<'SwitchBucket'>,
): DomainId | Decision<never> {
  const [from, to] = [domainOf(state, source), domainOf(state, target)];
  if (source === EXCESS || from === undefined) return reject('bucket-unknown', { bucket: source });
  if (target === EXCESS || to === undefined) return reject('bucket-unknown', { bucket: target });
  if (from !== to) return reject('another-domain', { source: from, target: to });
  return bucketKind(source) === bucketKind(target) ? reject('same-kind') : from;
}

/** Why nothing may leave or enter a bucket by a switch now; null when it may. */
function bucketProblem(bucket: Bucket | undefined): string | null {
  if (!bucket) return null;
  if (bucket.pending.length > 0) return 'something-pending';
  return heldBack(bucket);
}

const isSettling = (state: AccountsState, domain: DomainId): boolean =>
  (roundAt(state, domain)?.phase ?? 'idle') !== 'idle';

type Contents = Pick<EventOf<'SwitchReserved'>, 'positions' | 'cash'>;
/** What a bucket holds: lots of both tags, and what is available of every asset. */
function contentsOf(state: AccountsState, bucket: Bucket): Contents {
  const positions = bucket.positions.map(({ instrument, settlingLots, nextLots }) => ({
    instrument,
    lots: settlingLots + nextLots,
  }));
  positions.sort((a, b) => a.instrument - b.instrument);
  const cash = cashIn(state.cash, bucket.cash)
    .filter(({ available }) => available > 0n)
    .map(({ asset, available }) => ({ asset, amount: available }));
  return { positions, cash: cash.sort((a, b) => a.asset - b.asset) };
}

/** An isolated bucket is for one instrument alone. */
const fits = (bucket: Bucket, target: BucketId): boolean =>
  bucketKind(target) !== 'isolated' ||
  bucket.positions.every(({ instrument }) => instrument === bucketNumber(target));

/**
 * Decides the owner's order to hold everything of a bucket under another practice of segregation:
 * isolated, cross or portfolio of the same domain. It waits for the gate, which judges the target
 * as if it were done.
 *
 * @returns `SwitchReserved`; or `account-unknown`, `account-closed`, `not-the-owner`,
 *          `account-not-margined`, `bucket-unknown`, `another-domain`, `same-kind`,
 *          `nothing-to-switch`, `target-does-not-fit`, `something-pending` (a leg, a move or a
 *          switch of either bucket), `bucket-in-debt`, `bucket-failing`, `round-open`
 * @source issue 6, section 2
 */
export const switchBucket: Decide<CommandOf<'SwitchBucket'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (!isMargined(account)) return reject('account-not-margined');
  const domain = wayOf(state, command);
  if (typeof domain !== 'number') return domain;
  const { source, target } = command;
  const bucket = bucketAt(account, source);
  const contents = bucket && contentsOf(state, bucket);
  const holds = contents && contents.positions.length + contents.cash.length > 0;
  if (!holds && !bucket?.due) return reject('nothing-to-switch');
  if (!fits(bucket, target)) return reject('target-does-not-fit', { target });
  const problem = bucketProblem(bucket) ?? bucketProblem(bucketAt(account, target));
  if (problem !== null) return reject(problem);
  if (isSettling(state, domain)) return reject('round-open', { domain });
  return accept<Event>({
    type: 'SwitchReserved',
    reservation: nextReservation(state),
    account: account.id,
    source,
    target,
    domain,
    ...(contents ?? { positions: [], cash: [] }),
  });
};

/** Lets a switch go: nothing has moved yet. */
export const switchReleased = (waiting: PendingSwitch, reason: string): Event => ({
  type: 'SwitchReleased',
  reservation: waiting.reservation,
  account: waiting.account,
  source: waiting.source,
  target: waiting.target,
  reason,
});

/** Why what the gate judged is not what would be moved now; null when it is. */
function changeSince(
  state: AccountsState,
  waiting: PendingSwitch,
  source: Bucket,
  target: Bucket,
): string | null {
  const { domain, rounds } = waiting;
  if (isSettling(state, domain) || openedOf(state, domain) !== rounds) return 'round-settled';
  const isAlone = source.pending.length === 1 && target.pending.length === 1;
  if (!isAlone) return 'something-pending';
  const held = heldBack(source) ?? heldBack(target);
  if (held !== null) return held;
  const now = contentsOf(state, source);
  const isSame =
    now.positions.length === waiting.positions.length &&
    now.positions.every(({ instrument, lots }, place) => {
      const judged = waiting.positions[place];
      return judged?.instrument === instrument && judged.lots === lots;
    });
  const isCovered = waiting.cash.every(({ asset, amount }) =>
    now.cash.some((held) => held.asset === asset && held.amount >= amount),
  );
  return isSame && isCovered ? null : 'bucket-changed';
}

/** The gate judged a switch: everything moves in one event, or nothing does. */
export function concludeSwitch(
  waiting: PendingSwitch,
  verdict: CommandOf<'ConcludeGate'>,
  state: AccountsState,
): Decision<Event> {
  if (!verdict.passed) return accept(switchReleased(waiting, verdict.reason));
  const account = ownAccount(state, waiting.account);
  const source = present(bucketAt(account, waiting.source), 'source of a switch');
  const target = present(bucketAt(account, waiting.target), 'target of a switch');
  const changed = changeSince(state, waiting, source, target);
  if (changed !== null) return accept(switchReleased(waiting, changed));
  const { reservation, domain } = waiting;
  return accept<Event>({
    type: 'BucketSwitched',
    reservation,
    account: account.id,
    source: source.id,
    target: target.id,
    domain,
    tag: openedOf(state, domain),
    positions: source.positions.map(
      ({ instrument, settlingLots: lots, settlingCost: cost, nextLots, nextCost }) => ({
        instrument,
        lots,
        cost,
        nextLots,
        nextCost,
      }),
    ),
    cash: contentsOf(state, source).cash,
    due: source.due + target.due,
  });
}

function endsOf(
  state: AccountsState,
  event: Pick<PendingSwitch, 'account' | 'source' | 'target'>,
): { readonly account: Account; readonly buckets: readonly Bucket[] } {
  const account = ownAccount(state, event.account);
  return {
    account,
    buckets: [openBucket(account, event.source), openBucket(account, event.target)],
  };
}
function conclude(
  state: AccountsState,
  event: { readonly reservation: number; readonly account: AccountId },
): void {
  const waiting = ownPending(state, 'switch', event.reservation);
  const { account, buckets } = endsOf(state, waiting);
  touch(state, account);
  for (const bucket of buckets) bucket.pending = without(bucket.pending, event.reservation);
  forget(state, event.reservation);
}

export const switchEvolve = {
  SwitchReserved: (state: AccountsState, event: EventOf<'SwitchReserved'>) => {
    const { reservation, account: id, source, target, domain, positions, cash } = event;
    const rounds = openedOf(state, domain);
    const held = { account: id, source, target, domain, rounds, positions, cash };
    remember(state, { kind: 'switch', reservation, print: 0n, ...held });
    const { account, buckets } = endsOf(state, event);
    touch(state, account);
    for (const bucket of buckets) bucket.pending = appended(bucket.pending, reservation);
  },
  BucketSwitched: (state: AccountsState, event: EventOf<'BucketSwitched'>) => {
    conclude(state, event);
    const { buckets } = endsOf(state, event);
    const due = buckets.reduce((sum, bucket) => sum + bucket.due, 0n);
    invariant(event.due === due, 'what was owed to both is owed to the target');
    postTo(state, event);
  },
  SwitchReleased: (state: AccountsState, event: EventOf<'SwitchReleased'>) => {
    conclude(state, event);
  },
};
