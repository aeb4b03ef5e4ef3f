import { settlementAccount } from '@ringfence/contracts';
import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, type AccountId, type AssetId, type Decision } from '@ringfence/kernel';
import { refuseUnless } from './permission.js';
import type { CustodyState, Pool, Vault, Wall } from './state.js';

type Break = EventOf<'BreakFound'>;

const NO_WALL: Wall = { ledger: 0n, unreported: 0n, credited: 0n, paid: 0n };
const NO_VAULT: Vault = { held: 0n, due: 0n, deposited: 0n, instructed: 0n, print: 0n };

/**
 * Compares every vault with the ledger behind its wall.
 *
 * What explains a difference is taken off it: sweeps due and not yet reported, withdrawals that
 * accounts has not concluded, deposits that it has not credited. So it may run at any time. A wall
 * with a break gives nothing out until a reconciliation finds it whole again.
 *
 * @returns `BreakFound` per wall and asset that does not add up, then `Reconciled`; or
 *          `role-not-allowed`
 * @source DESIGN 6.7; protocol, invariant per wall and asset
 */
export function reconcile(
  _command: CommandOf<'Reconcile'>,
  state: CustodyState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnless(order, 'operator', 'system');
  if (refused) return refused;
  const breaks: Break[] = [];
  let vaults = 0;
  const assets = new Set([...state.pools.keys(), ...state.views.walls.keys()]);
  for (const asset of [...assets].sort(ascending)) {
    const pool = state.pools.get(asset);
    const walls = state.views.walls.get(asset);
    const accounts = new Set([...(pool?.vaults.keys() ?? []), ...(walls?.keys() ?? [])]);
    for (const account of [...accounts].sort(ascending)) {
      vaults++;
      const vault = pool?.vaults.get(account) ?? NO_VAULT;
      const due = isSettlement(account, state) ? settlementDue(pool) : vault.due;
      const found = compare(vault, walls?.get(account) ?? NO_WALL, due);
      if (found) breaks.push({ type: 'BreakFound', account, asset, ...found });
    }
  }
  return accept<Event>(...breaks, { type: 'Reconciled', vaults, breaks: breaks.length });
}

/** `due`: everything under way between vault and ledger, so ledger = vault + due + difference. */
function compare(
  { held, deposited, instructed }: Vault,
  { ledger, unreported, credited, paid }: Wall,
  sweepsDue: bigint,
): Pick<Break, 'vault' | 'ledger' | 'due' | 'difference'> | undefined {
  // more credited than deposited, or more paid than instructed, explains nothing: it is a break
  const underWay = atLeastZero(instructed - paid) - atLeastZero(deposited - credited);
  const due = sweepsDue + unreported + underWay;
  const difference = ledger - held - due;
  if (difference === 0n) return undefined;
  return { vault: held, ledger: atLeastZero(ledger), due, difference };
}
const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** What others still owe the settlement vault, less what it holds for them. */
function settlementDue(pool: Pool | undefined): bigint {
  if (!pool) return 0n;
  let due = pool.incoming;
  for (const vault of pool.vaults.values()) due -= vault.due;
  for (const owed of pool.owes.values()) due -= owed;
  return due;
}

const isSettlement = (account: AccountId, { partition }: CustodyState): boolean =>
  account === settlementAccount(partition);
const ascending = <Id extends AccountId | AssetId>(a: Id, b: Id): number => a - b;
