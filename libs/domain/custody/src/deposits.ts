import { unattributedAccount } from '@ringfence/contracts';
import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, parseAccount, reject, type AccountId, type Decision } from '@ringfence/kernel';
import { present } from '@ringfence/kernel';
import { refuseUnless } from './permission.js';
import type { Announced, Chain, CustodyState } from './state.js';

/**
 * Takes one block: announces its payments, confirms what is now deep enough, and concludes our own
 * withdrawals in it. A payment counts its own block as the first confirmation.
 *
 * @returns `DepositAnnounced` per new payment, `DepositConfirmed` deepest first, then in order of
 *          announcement, `WithdrawalConfirmed`, `ChainAdvanced`; nothing for a height seen before;
 *          or `role-not-allowed`, `block-gap` (with `expected`), and with `field`: `asset-unknown`,
 *          `transaction-unknown` (not reported sent yet: observe the block again)
 * @source DESIGN 6.7
 */
export function observeBlock(
  command: CommandOf<'ObserveBlock'>,
  state: CustodyState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnless(order, 'operator', 'system');
  if (refused) return refused;
  const { chain: name, height } = command;
  const chain = state.chains.get(name);
  if (chain && height <= chain.height) return accept();
  if (chain && height > chain.height + 1) {
    return reject('block-gap', { expected: chain.height + 1 });
  }
  const strange = refuseStrange(command, state);
  if (strange) return strange;

  const announced = announce(command, chain, state.deposits);
  const waiting = [...(chain?.announced ?? []), ...announced.map(asWaiting)];
  return accept<Event>(
    ...announced,
    ...waiting.filter(([, deposit]) => isDeep(deposit, height, state)).map(confirmIn(state)),
    ...confirmWithdrawals(command, state),
    { type: 'ChainAdvanced', chain: name, height },
  );
}

function refuseStrange(
  { payments, confirmed }: CommandOf<'ObserveBlock'>,
  { views, sent }: CustodyState,
): Decision<never> | null {
  const payment = payments.findIndex(({ asset }) => !views.confirmations.has(asset));
  if (payment >= 0) return reject('asset-unknown', { field: `payments[${payment}].asset` });
  const own = confirmed.findIndex((transaction) => !sent.has(transaction));
  if (own < 0) return null;
  return reject('transaction-unknown', { field: `confirmed[${own}]` });
}

function announce(
  { chain, height, payments }: CommandOf<'ObserveBlock'>,
  known: Chain | undefined,
  deposits: number,
): EventOf<'DepositAnnounced'>[] {
  const seen = new Set<string>();
  const events: EventOf<'DepositAnnounced'>[] = [];
  for (const { transaction, to, asset, amount } of payments) {
    if (known?.seen.has(transaction) || seen.has(transaction)) continue;
    seen.add(transaction);
    const deposit = deposits + seen.size;
    const payment = { deposit, chain, height, transaction, to, asset, amount };
    events.push({ type: 'DepositAnnounced', ...payment });
  }
  return events;
}
const asWaiting = (event: EventOf<'DepositAnnounced'>): [number, Announced] => [
  event.deposit,
  event,
];

function isDeep({ height: of, asset }: Announced, height: number, { views }: CustodyState) {
  return height - of + 1 >= present(views.confirmations.get(asset), 'a listed asset');
}

const confirmIn =
  (state: CustodyState) =>
  ([deposit, { to, asset, amount }]: [number, Announced]): EventOf<'DepositConfirmed'> => {
    const account = openAccount(to, state);
    const vault = account ?? unattributedAccount(state.partition);
    return { type: 'DepositConfirmed', deposit, account, vault, asset, amount };
  };

/**
 * The open account of this partition that a payer named. Other partitions' accounts are unknown
 * here, and the house's own are never named: both are for a person to attribute.
 */
function openAccount(to: string, { views }: CustodyState): AccountId | null {
  const account = parseAccount(to);
  return account !== undefined && views.accounts.get(account) === 'open' ? account : null;
}

function confirmWithdrawals(
  { confirmed }: CommandOf<'ObserveBlock'>,
  state: CustodyState,
): EventOf<'WithdrawalConfirmed'>[] {
  const events: EventOf<'WithdrawalConfirmed'>[] = [];
  for (const transaction of new Set(confirmed)) {
    const withdrawal = present(state.sent.get(transaction), 'a sent withdrawal');
    if (state.withdrawals.get(withdrawal)?.progress.status !== 'sent') continue;
    events.push({ type: 'WithdrawalConfirmed', withdrawal, transaction });
  }
  return events;
}

/**
 * Undoes what was announced above a height and is not confirmed; the same payment in another block
 * is a new deposit. What was confirmed stays: its depth was chosen for that.
 *
 * @returns `DepositReorganised` per deposit, then `ChainAdvanced` back to the height; nothing when
 *          the chain is unknown or not above it; or `role-not-allowed`
 */
export function observeReorganisation(
  command: CommandOf<'ObserveReorganisation'>,
  state: CustodyState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnless(order, 'operator', 'system');
  if (refused) return refused;
  const chain = state.chains.get(command.chain);
  if (!chain || chain.height <= command.height) return accept();
  const undone: Event[] = [];
  for (const [deposit, { height, transaction }] of chain.announced) {
    if (height <= command.height) continue;
    undone.push({ type: 'DepositReorganised', deposit, transaction });
  }
  const back = { type: 'ChainAdvanced', chain: command.chain, height: command.height } as const;
  return accept<Event>(...undone, back);
}
