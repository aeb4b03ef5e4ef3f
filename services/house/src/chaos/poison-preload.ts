import { existsSync } from 'node:fs';
import { accountsLane } from '@ringfence/domain-accounts';
import type { AccountsState } from '@ringfence/domain-accounts';
import type { CommandOf, Decide } from '@ringfence/contracts';

/** File whose existence is the fault, then `:` and the partition that it is planted in. */
const POISON = 'RINGFENCE_CHAOS_POISON';

/**
 * Loaded before the accounts service's own code (`node --import`): a build with a fault. While the
 * file exists, crediting a deposit throws on one partition; that is a reaction, so it must stop the
 * lane rather than lose somebody's money.
 */
const [file = '', partition] = (process.env[POISON] ?? '').split(/:(?=\d+$)/);
const deciders = accountsLane.deciders as {
  CreditDeposit: Decide<CommandOf<'CreditDeposit'>, AccountsState>;
};
const decide = deciders.CreditDeposit;
deciders.CreditDeposit = (command, state, order) => {
  if (state.partition === Number(partition) && existsSync(file)) {
    throw new Error('a fault planted by the chaos run');
  }
  return decide(command, state, order);
};
