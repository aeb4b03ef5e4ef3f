import { ACCOUNTS_EVENTS, post } from '@ringfence/contracts';
import type {
  AccountsEvent,
  CommandOf,
  EventOf,
  LaneDefinition,
  Ledger,
} from '@ringfence/contracts';
import type { AccountId, AssetId, BucketId } from '@ringfence/kernel';
import type { CustodyState, Views, Wall } from './state.js';

type ViewsOf = LaneDefinition<CustodyState>['views'];

function wallOf({ walls }: Views, asset: AssetId, account: AccountId): Wall {
  let byAccount = walls.get(asset);
  if (!byAccount) walls.set(asset, (byAccount = new Map()));
  let wall = byAccount.get(account);
  if (!wall)
    byAccount.set(account, (wall = { ledger: 0n, unreported: 0n, credited: 0n, paid: 0n }));
  return wall;
}

/** Folds postings to one balance per wall and asset; positions and claims fill no vault. */
const ledgerOf = (views: Views): Ledger => ({
  cash(account: AccountId, _bucket: BucketId, asset, available, reserved, wall) {
    if (available + reserved === 0n && wall === 0n) return;
    const of = wallOf(views, asset, account);
    of.ledger += available + reserved;
    of.unreported += wall;
  },
  leg: () => undefined,
  settled: () => undefined,
  claimed: () => undefined,
});

/** Every fact of accounts that moves money moves the ledger of the view. */
const POSTED = Object.fromEntries(
  ACCOUNTS_EVENTS.map(({ name }) => [
    name,
    ({ partition, views }: CustodyState, event: AccountsEvent) =>
      post(event, ledgerOf(views), partition),
  ]),
) as NonNullable<ViewsOf['accounts']>;

const ACCOUNTS_VIEW: NonNullable<ViewsOf['accounts']> = {
  ...POSTED,
  AccountOpened: ({ views }, { account }) => void views.accounts.set(account, 'open'),
  AccountClosed: ({ views }, { account }) => void views.accounts.set(account, 'closed'),
  CollateralCredited(state, event) {
    post(event, ledgerOf(state.views), state.partition);
    const vault = state.vaultOfDeposit.get(event.deposit) ?? event.account;
    wallOf(state.views, event.asset, vault).credited += event.amount;
  },
  WithdrawalPaid(state, event) {
    post(event, ledgerOf(state.views), state.partition);
    wallOf(state.views, event.asset, event.account).paid += event.amount;
  },
  SweepsDue({ views }, { lines }) {
    for (const { account, asset, amount } of lines) {
      wallOf(views, asset, account).unreported -= amount;
    }
  },
};

/** What custody must know of the rest of the house to decide. */
export const views: ViewsOf = {
  reference: {
    AssetListed: (state, { asset, confirmations }) =>
      void state.views.confirmations.set(asset, confirmations),
    HouseParametersSet({ views: own }, { parameters }) {
      own.approvals = parameters.approvals;
    },
    KeyIssued: (state, { key, role }) => void state.views.keys.set(key, { role, revoked: false }),
    KeyRevoked({ views: own }, { key }) {
      const known = own.keys.get(key);
      if (known) known.revoked = true;
    },
  },
  accounts: ACCOUNTS_VIEW,
};

/**
 * A deposit that accounts credited to another wall than the vault it came to: the account closed in
 * between. Its money follows the ledger, like any other.
 */
function followCredit(
  { deposit, account, asset, amount }: EventOf<'CollateralCredited'>,
  state: CustodyState,
): readonly CommandOf<'NoteSweeps'>[] {
  const vault = state.vaultOfDeposit.get(deposit) ?? account;
  if (vault === account) return [];
  const lines = [
    { account, asset, amount },
    { account: vault, asset, amount: -amount },
  ];
  return [{ type: 'NoteSweeps', lines, between: [] }];
}

/** From facts of accounts to own orders. */
export const reactions: LaneDefinition<CustodyState>['reactions'] = {
  accounts: {
    WithdrawalReserved: ({ reservation, account, asset, amount, destination, key }) => [
      {
        type: 'PlaceWithdrawal',
        withdrawal: reservation,
        account,
        asset,
        amount,
        destination,
        key,
      },
    ],
    SweepsDue: ({ lines, between }) => [{ type: 'NoteSweeps', lines, between }],
    CollateralCredited: followCredit,
  },
};
