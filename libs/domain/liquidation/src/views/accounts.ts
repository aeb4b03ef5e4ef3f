import {
  ACCOUNTS_EVENTS,
  post,
  type AccountsEvent,
  type At,
  type EventOf,
  type Ledger,
} from '@ringfence/contracts';
import { EXCESS, type AccountId, type AssetId, type DomainId } from '@ringfence/kernel';
import { closeOutKey } from '../close-out-key.js';
import type { LiquidationState } from '../state.js';
import { noteFill } from './risk.js';

type Cash = Map<AssetId, bigint>;
interface Taken {
  readonly seq: number;
  readonly round: number;
}

/** What the accounts log of the same partition says, as far as close-outs need it. */
export interface AccountsView {
  /** open liquidity and insurance accounts per domain, in account order */
  readonly liquidity: Map<DomainId, AccountId[]>;
  readonly insurance: Map<DomainId, AccountId[]>;
  /** what those accounts can spend */
  readonly walls: Map<AccountId, Cash>;
  /** what is available in margin buckets, by `closeOutKey`; nothing is kept of nothing */
  readonly buckets: Map<number, Cash>;
  /** settlement debts that stand, by `closeOutKey` */
  readonly debts: Map<number, bigint>;
  /** the round that took the last deficit of a bucket, and the sequence at which it did */
  readonly taken: Map<number, Taken>;
  /** last round that this partition has applied, per domain */
  readonly rounds: Map<DomainId, number>;
}
export const newAccountsView = (): AccountsView => ({
  liquidity: new Map(),
  insurance: new Map(),
  walls: new Map(),
  buckets: new Map(),
  debts: new Map(),
  taken: new Map(),
  rounds: new Map(),
});

/** Last round that the lane's partition of accounts applied in the domain, 0 before the first. */
export const appliedRounds = ({ accounts }: LiquidationState, domain: DomainId): number =>
  accounts.rounds.get(domain) ?? 0;

function onOpened({ accounts }: LiquidationState, event: EventOf<'AccountOpened'>): void {
  const { account, domain } = event;
  if (domain === null) return;
  if (event.class !== 'liquidity' && event.class !== 'insurance') return;
  const walls = accounts[event.class];
  walls.set(
    domain,
    [...(walls.get(domain) ?? []), account].sort((a, b) => a - b),
  );
  accounts.walls.set(account, new Map());
}

function onClosed({ accounts }: LiquidationState, { account }: EventOf<'AccountClosed'>): void {
  if (!accounts.walls.delete(account)) return;
  for (const walls of [accounts.liquidity, accounts.insurance]) {
    for (const [domain, list] of walls) {
      walls.set(
        domain,
        list.filter((other) => other !== account),
      );
    }
  }
}

function add(cash: Cash, asset: AssetId, amount: bigint): void {
  const sum = (cash.get(asset) ?? 0n) + amount;
  if (sum === 0n) cash.delete(asset);
  else cash.set(asset, sum);
}

/** Folds what an event moves: what the house's walls can spend, and what margin buckets hold. */
function ledgerOf(view: AccountsView, seq: number): Ledger {
  return {
    cash(account, bucket, asset, available) {
      if (available === 0n) return;
      if (bucket === EXCESS) {
        const wall = view.walls.get(account);
        if (wall) add(wall, asset, available);
        return;
      }
      const key = closeOutKey({ account, bucket });
      const cash = view.buckets.get(key) ?? new Map<AssetId, bigint>();
      add(cash, asset, available);
      if (cash.size === 0) view.buckets.delete(key);
      else view.buckets.set(key, cash);
    },
    leg() {
      // positions come with the evaluations of risk
    },
    settled(event) {
      const key = closeOutKey(event);
      if (event.debt > 0n) view.debts.set(key, event.debt);
      else view.debts.delete(key);
      if (event.deficit > 0n) view.taken.set(key, { seq, round: event.round });
    },
    claimed() {
      // a claim is not collateral that anyone sells
    },
  };
}

const postings = (state: LiquidationState, event: AccountsEvent, at: At): void =>
  post(event, ledgerOf(state.accounts, at.seq), at.partition);

/** Deleveraging may close lots of any bucket in trouble: nothing is sized from before. */
function onLeg(state: LiquidationState, event: EventOf<'LegApplied'>, at: At): void {
  postings(state, event, at);
  const key = closeOutKey(event);
  if (event.purpose === 'adl' && state.risk.watched.has(key)) noteFill(state.risk, key, at.seq);
}

/** Folds of the accounts log of the same partition: every posting, whatever event it comes from. */
export const accountsViews = {
  ...(Object.fromEntries(ACCOUNTS_EVENTS.map(({ name }) => [name, postings])) as {
    readonly [Name in AccountsEvent['type']]: typeof postings;
  }),
  LegApplied: onLeg,
  AccountOpened: onOpened,
  AccountClosed: onClosed,
  RoundApplied: ({ accounts }: LiquidationState, event: EventOf<'RoundApplied'>): void => {
    accounts.rounds.set(event.domain, event.round);
  },
};
