import type { Event, EventOf } from '@ringfence/contracts';
import type { AccountsState } from '@ringfence/domain-accounts';
import type { LiquidationState } from '@ringfence/domain-liquidation';
import { accept, indexOf } from '@ringfence/kernel';
import { deciding, eachOf, rewriting, type Planted } from './plant.fixture.js';

/** A deposit of 5 credits 6. */
export const creditsMore: Planted = rewriting(
  'accounts',
  'CreditDeposit',
  eachOf('CollateralCredited', (event) => ({ ...event, amount: event.amount + 1n })),
);

/** A credit that faulted is passed over as if it were a client's order. */
export const skipsCredit: Planted = deciding('accounts', 'CreditDeposit', (decide, ...seen) => {
  const [{ deposit }] = seen;
  return deposit > 30 ? accept() : decide(...seen);
});

/** A credit faults: nobody may pass over it. */
export const faultsAtCredit: Planted = deciding('accounts', 'CreditDeposit', (decide, ...seen) => {
  if (seen[0].deposit > 30) throw new Error('a broken decider');
  return decide(...seen);
});

/** The receiver of an offer takes whoever sent it for the owner of its own account. */
export const takesAnyonesMoney: Planted = deciding<'TransferOffer', AccountsState>(
  'accounts',
  'TransferOffer',
  (decide, offer, state, order) => {
    const to = state.accounts[indexOf(offer.to)];
    if (!to) return decide(offer, state, order);
    const { member, owner, class: kind } = to;
    return decide({ ...offer, member, owner, class: kind }, state, order);
  },
);

/** Whoever asks moves collateral. */
export const obeysAnyone: Planted = deciding<'MoveCollateral', AccountsState>(
  'accounts',
  'MoveCollateral',
  (decide, command, state, order) => {
    const member = state.accounts[indexOf(command.account)]?.member ?? order.by.member;
    return decide(command, state, { ...order, by: { ...order.by, member } });
  },
);

/** One wall is left out when custody is told what to sweep. */
export const forgetsSweep: Planted = rewriting(
  'accounts',
  'ApplyDecision',
  eachOf('SweepsDue', (event) =>
    event.lines.length > 1 ? { ...event, lines: event.lines.slice(1) } : event,
  ),
);

/** A loss becomes a debt, whatever collateral there is for it. */
export const lendsToAnyone: Planted = rewriting('accounts', 'SettleBuckets', (events) => {
  const lent = eachOf('VariationSettled', (event) => ({
    ...event,
    debt: event.debt + event.deficit,
    deficit: 0n,
  }));
  return lent(events);
});

/** A claim is paid a unit short; it stays due. */
export const paysShort: Planted = rewriting(
  'accounts',
  'ApplyDecision',
  eachOf('ClaimPaid', (event) =>
    event.paid === 0n ? event : { ...event, paid: event.paid - 1n, due: event.due + 1n },
  ),
);

/** Shares are rounded down, and nobody gets the unit that is left. */
export const losesUnit: Planted = rewriting('liquidation', 'DecideRound', (events) => {
  const short = eachOf('RoundDecided', (event) => {
    const first = event.lanes.findIndex(({ claimsPaid }) => claimsPaid > 0n);
    const lanes = event.lanes.map((lane, p) =>
      p === first ? { ...lane, claimsPaid: lane.claimsPaid - 1n } : lane,
    );
    return { ...event, lanes };
  });
  return short(events);
});

/** Claims are cut, and nobody is told for whose loss. */
export const cutsUntold: Planted = rewriting(
  'liquidation',
  'DecideRound',
  eachOf('LossAllocated', (event) => (event.layer === 'haircut' ? null : event)),
);

/** A lane promises more insurance than it set aside. */
export const overdrawsInsurance: Planted = rewriting(
  'accounts',
  'SettleBuckets',
  eachOf('RoundReported', (event) => ({ ...event, insurance: event.insurance + 1_000_000n })),
);

/** The decider draws more from insurance than there is: the deficits themselves. */
export const insuranceBearsAll: Planted = rewriting('liquidation', 'DecideRound', (events) => {
  const all = eachOf('RoundDecided', (event) => ({ ...event, insuranceUsed: event.deficits }));
  return all(events);
});

/** The house takes its whole close-out fee, before those who gained. */
export const takesFeeFirst: Planted = rewriting<'WorkCloseOuts', LiquidationState>(
  'liquidation',
  'WorkCloseOuts',
  (events, { state }) => {
    const full = (event: EventOf<'SliceSized'>): Event => {
      const instrument = state.reference.instruments.get(event.instrument);
      if (!instrument?.parameters) return event;
      const notional = BigInt(Math.abs(event.lots)) * BigInt(event.price) * instrument.unit;
      const fee = (notional * BigInt(instrument.parameters.closeOutFeePpm)) / 1_000_000n;
      return { ...event, fee };
    };
    return eachOf('SliceSized', full)(events);
  },
);

/** An approver may also be the one who asked. */
export const approvesOwn: Planted = deciding(
  'custody',
  'ApproveWithdrawal',
  (decide, command, state, order) => {
    const decided = decide(command, state, order);
    const own = !decided.accepted && decided.rejection.code === 'requester-cannot-approve';
    if (!own) return decided;
    const { withdrawal } = command;
    const key = order.by.key;
    return accept<Event>({ type: 'WithdrawalApproved', withdrawal, key, approvals: 1, needed: 2 });
  },
);
