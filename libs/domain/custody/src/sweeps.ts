import type { Command, CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, invariant, partitionOf, reject, type AccountId } from '@ringfence/kernel';
import { present, type AssetId, type Decision } from '@ringfence/kernel';
import { settlementHeld, type CustodyState, type Pool } from './state.js';
import { fundedWithdrawal } from './withdrawals.js';

/** Most lines of one piece of a sweep, so that other work is served in between. */
export const SWEEP_LINES_MAX = 512;

type Line = EventOf<'VaultsSwept'>['lines'][number];

/**
 * Notes what accounts settled between walls: the only authority to move anything between vaults.
 *
 * @returns `SweepsNoted`, or nothing when nothing was settled
 * @throws InvariantViolation for walls of another partition, and for a debt of this one to itself
 */
export function noteSweeps(
  { lines, between }: CommandOf<'NoteSweeps'>,
  state: CustodyState,
): Decision<Event> {
  invariant(
    lines.every(({ account }) => partitionOf(account) === state.partition),
    'accounts reports its own walls',
  );
  invariant(
    between.every(({ partition }) => partition !== state.partition),
    'a partition owes others, not itself',
  );
  if (lines.length === 0 && between.length === 0) return accept();
  return accept<Event>({ type: 'SweepsNoted', lines, between });
}

/** Money from the settlement vault of another partition. */
export function takeTransfer(
  { asset, amount }: CommandOf<'VaultTransfer'>,
  _state: CustodyState,
  { from }: Order,
): Decision<Event> {
  if (from?.service !== 'custody') return reject('not-custody');
  const { partition } = from;
  return accept<Event>({ type: 'VaultTransferReceived', partition, asset, amount });
}

/** Whether a sweep of this asset moves anything. */
function isFunded(state: CustodyState, pool: Pool): boolean {
  if (pool.owing.size > 0) return true;
  return settlementHeld(state, pool) > 0n && (pool.owes.size > 0 || pool.owed.size > 0);
}

/** The work that waits: a sweep while something is funded and due, then approved withdrawals. */
export function nextWork(state: CustodyState): Command | null {
  for (const pool of state.pools.values()) {
    if (isFunded(state, pool)) return { type: 'SweepVaults' };
  }
  return fundedWithdrawal(state) ? { type: 'SweepVaults' } : null;
}

/**
 * One bounded piece: sweeps one asset, or instructs one withdrawal when nothing is left to sweep.
 *
 * Vaults that owe pay first, at most what they hold; then the settlement vault pays other
 * partitions, then the vaults that are owed, in account order, as far as it reaches.
 *
 * @returns `VaultsSwept` and `VaultTransferSent`, or `WithdrawalInstructed`; nothing when neither
 *          is funded
 */
export function sweepVaults(
  _command: CommandOf<'SweepVaults'>,
  state: CustodyState,
): Decision<Event> {
  for (const [asset, pool] of state.pools) {
    if (isFunded(state, pool)) return accept<Event>(...sweep(state, asset, pool));
  }
  const funded = fundedWithdrawal(state);
  if (!funded) return accept();
  const [withdrawal, { account, asset, amount, destination }] = funded;
  const instructed = { withdrawal, account, asset, amount, destination };
  return accept<Event>({ type: 'WithdrawalInstructed', ...instructed });
}

function sweep(state: CustodyState, asset: AssetId, pool: Pool): Event[] {
  const { lines: paid, total } = collect(asset, pool);
  const events: Event[] = swept(paid);
  // the rest waits until every vault that owes has paid
  if (paid.length < pool.owing.size) return events;
  let left = settlementHeld(state, pool) + total;
  for (const [partition, owed] of inOrder(pool.owes)) {
    const amount = least(owed, left);
    if (amount === 0n) break;
    left -= amount;
    events.push({ type: 'VaultTransferSent', partition, asset, amount });
  }
  return [...events, ...swept(distribute(asset, pool, left, SWEEP_LINES_MAX - paid.length))];
}

/** What the vaults that owe pay into the settlement vault: lines below 0. */
function collect(asset: AssetId, pool: Pool): { lines: Line[]; total: bigint } {
  const lines: Line[] = [];
  let total = 0n;
  for (const account of pool.owing) {
    if (lines.length === SWEEP_LINES_MAX) break;
    const { held, due } = vaultOf(pool, account);
    const amount = least(held, -due);
    total += amount;
    lines.push({ account, asset, amount: -amount });
  }
  return { lines, total };
}

/** What the vaults that are owed get, as far as the settlement vault reaches. */
function distribute(asset: AssetId, pool: Pool, held: bigint, lineMax: number): Line[] {
  const lines: Line[] = [];
  let left = held;
  for (const account of pool.owed) {
    if (lines.length === lineMax || left === 0n) break;
    const amount = least(vaultOf(pool, account).due, left);
    left -= amount;
    lines.push({ account, asset, amount });
  }
  return lines;
}

const swept = (lines: Line[]): Event[] =>
  lines.length === 0 ? [] : [{ type: 'VaultsSwept', lines }];
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const vaultOf = (pool: Pool, account: AccountId) => present(pool.vaults.get(account), 'a vault');
const inOrder = (owes: ReadonlyMap<number, bigint>) => [...owes].sort(([a], [b]) => a - b);
