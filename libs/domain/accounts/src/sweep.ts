import type { Event, EventOf } from '@ringfence/contracts';
import { invariant, present } from '@ringfence/kernel';
import { cashIn, changeUnswept, rowAt } from './cash.js';
import { ownAccount, touch, type Account, type AccountsState } from './state.js';

/** Walls that one event tells custody about. */
const WALLS_MAX = 256;

export const isAnythingUnswept = (state: AccountsState): boolean =>
  state.unswept.length > 0 || state.between.length > 0;

const isEven = (state: AccountsState, { excess }: Account): boolean =>
  cashIn(state.cash, excess.cash).every(({ unswept }) => unswept === 0n);

/**
 * What custody may sweep: the net of up to 256 walls, and all that was settled towards other
 * partitions. Walls that came out
 * even are left out.
 */
export function sweepsDue(state: AccountsState): Event {
  const lines: EventOf<'SweepsDue'>['lines'][number][] = [];
  let walls = 0;
  for (let i = state.unswept.length - 1; i >= 0 && walls < WALLS_MAX; i--) {
    const account = present(state.accounts[state.unswept[i] ?? -1], 'unswept account');
    if (isEven(state, account)) continue;
    walls++;
    for (const { asset, unswept: amount } of cashIn(state.cash, account.excess.cash)) {
      if (amount !== 0n) lines.push({ account: account.id, asset, amount });
    }
  }
  const between = state.between.map(({ partition, asset, amount }) => ({
    partition,
    asset,
    amount,
  }));
  return { type: 'SweepsDue', lines, between };
}

/** Walls that are even now leave the list, from its end. */
function dropEven(state: AccountsState): void {
  for (let index = state.unswept.at(-1); index !== undefined; index = state.unswept.at(-1)) {
    const account = present(state.accounts[index], 'unswept account');
    if (!isEven(state, account)) return;
    account.isUnswept = false;
    state.unswept.pop();
  }
}

export const sweepEvolve = {
  SweepsDue: (state: AccountsState, event: EventOf<'SweepsDue'>) => {
    for (const { account: id, asset, amount } of event.lines) {
      const account = ownAccount(state, id);
      touch(state, account);
      const row = rowAt(state.cash, account.excess.cash, asset);
      invariant(row !== 0, 'only what the wall has had is swept');
      changeUnswept(state.cash, row, -amount);
    }
    state.between = [];
    dropEven(state);
    state.isSweeping = state.unswept.length > 0;
  },
};
