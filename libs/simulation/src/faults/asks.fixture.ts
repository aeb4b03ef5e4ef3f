import type { Command } from '@ringfence/contracts';
import { cross, EXCESS, partitionOf, type Address, type By } from '@ringfence/kernel';
import type { Order } from '../house.js';
import type { Run } from '../run.js';
import { DESTINATION, MAJORS, MEMBERS, OPERATOR, USDT, venueOf, type Inhabitant } from '../town.js';

/** The first inhabitant of a class on a partition. */
export function inhabitant(run: Run, kind: Inhabitant['class'], partition = 0): Inhabitant {
  const one = run.town.people.find(
    (each) => each.class === kind && partitionOf(each.account) === partition,
  );
  if (!one) throw new Error(`no ${kind} on partition ${partition}`);
  return one;
}
export const lanes = {
  accounts: (partition: number): Address => ({ service: 'accounts', partition }),
  custody: (partition: number): Address => ({ service: 'custody', partition }),
  risk: (partition: number): Address => ({ service: 'risk', partition }),
};
/** Orders it and lets everything follow that follows. */
export async function done(run: Run, address: Address, command: Command, by: By): Promise<Order> {
  const order = run.house.order(address, command, by);
  await run.house.exhaust();
  return order;
}

/** A venue moves the collateral of another member's client. */
export async function strangerMoves(run: Run): Promise<void> {
  const { account, member } = inhabitant(run, 'client-individual');
  const stranger = venueOf(MEMBERS[member === MEMBERS[0] ? 1 : 0]);
  const what = { account, asset: USDT, amount: 1_000_000n };
  const move = { type: 'MoveCollateral', source: EXCESS, target: cross(MAJORS), ...what } as const;
  await done(run, lanes.accounts(0), move, stranger);
  run.audit();
}

/** Someone asks for house money, and is the first to approve. */
export async function approverAsks(run: Run): Promise<void> {
  const { account } = inhabitant(run, 'house');
  const [accounts, custody] = [lanes.accounts(0), lanes.custody(0)];
  const destination = DESTINATION;
  await done(run, accounts, { type: 'RegisterDestination', account, destination }, OPERATOR);
  const request = { account, asset: USDT, amount: 1_000_000n, destination };
  const asker: By = { ...OPERATOR, key: 2 };
  const asked = await done(run, accounts, { type: 'RequestWithdrawal', ...request }, asker);
  const reserved = asked.answer?.decided.events[0];
  if (reserved?.type !== 'WithdrawalReserved') throw new Error('a withdrawal was asked for');
  const withdrawal = reserved.reservation;
  const approver: By = { ...asker, role: 'approver' };
  await done(run, custody, { type: 'ApproveWithdrawal', withdrawal }, approver);
  run.audit();
}
