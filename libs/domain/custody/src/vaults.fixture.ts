import type { Address, By, Service } from '@ringfence/kernel';
import { SYSTEM, accountId, accountText, invariant } from '@ringfence/kernel';
import type { AccountId, AssetId, Decision, MemberId } from '@ringfence/kernel';
import type { At, Command, Decide, Event, Mail, Order, Reaction, View } from '@ringfence/contracts';
import { custodyLane } from './lane.js';
import type { CustodyState } from './state.js';

export { SYSTEM };
export const USDC = 1 as AssetId;
export const ETH = 2 as AssetId;
export const CHAIN = 'eip155:1';
const HOUSE = 0 as MemberId;
export const OPERATOR: By = { key: 1, member: HOUSE, role: 'operator' };
export const VENUE: By = { key: 7, member: 1 as MemberId, role: 'venue' };
export const approver = (key: number): By => ({ key, member: HOUSE, role: 'approver' });

/** Client accounts of partition 0. */
export const ANN = accountId(0, 3);
export const BOB = accountId(0, 4);
export const CARL = accountId(0, 5);

/** One step of a past or the command under test. */
export type Step =
  | { readonly command: Command; readonly by: By; readonly from: Address | null }
  | { readonly fact: Event; readonly of: Service };
export const by = (who: By, command: Command): Step => ({ command, by: who, from: null });
export const order = (command: Command): Step => by(SYSTEM, command);
export const from = (partition: number, command: Command): Step => ({
  command,
  by: SYSTEM,
  from: { service: 'custody', partition },
});
/** A fact of another lane: viewed, then answered by the reaction's commands. */
export const seen = (of: Service, fact: Event): Step => ({ fact, of });

/** A custody lane with what it sent: decides and folds like `libs/lane` does. */
export class Desk {
  readonly state: CustodyState;
  readonly events: Event[] = [];
  readonly sent: { readonly to: Address; readonly message: Command }[] = [];
  readonly #mail: Mail = { send: (to, message) => void this.sent.push({ to, message }) };

  constructor(readonly partition = 0) {
    this.state = custodyLane.initial(partition, 3);
  }
  #at(service: Service): At {
    return { service, partition: this.partition, seq: 1, ordinal: 0, time: 0 };
  }

  decide(step: Step): Decision<Event> {
    invariant('command' in step, 'a command');
    const decider = custodyLane.deciders[step.command.type] as Decide<Command, CustodyState>;
    const sender: Order = { id: null, by: step.by, from: step.from, cause: null };
    return decider(step.command, this.state, sender);
  }
  apply(events: readonly Event[]): void {
    for (const event of events) {
      const handle = custodyLane.evolve[event.type] as
        | ((state: CustodyState, event: Event, mail: Mail, at: At) => void)
        | undefined;
      invariant(handle !== undefined, `an own event: ${event.type}`);
      handle(this.state, event, this.#mail, this.#at('custody'));
      this.events.push(event);
    }
  }
  do(step: Step): this {
    if ('fact' in step) return this.see(step.of, step.fact);
    const decision = this.decide(step);
    if (!decision.accepted) invariant(false, `given: ${JSON.stringify(decision.rejection)}`);
    this.apply(decision.events);
    return this;
  }
  see(of: Service, fact: Event): this {
    const at = this.#at(of);
    const view = custodyLane.views[of]?.[fact.type] as View<CustodyState, Event> | undefined;
    view?.(this.state, fact, at);
    const react = custodyLane.reactions[of]?.[fact.type] as
      | Reaction<CustodyState, Event>
      | undefined;
    for (const command of react?.(fact, this.state, at) ?? []) this.do(order(command));
    return this;
  }
  /** Does one piece of the work that waits. @returns whether there was any */
  work(): boolean {
    const command = custodyLane.next(this.state);
    if (!command) return false;
    this.do(order(command));
    return true;
  }
  /** Does all the work that waits; every piece must bring it nearer to its end. */
  finish(): this {
    let pieces = 0;
    while (this.work()) invariant(++pieces < 1_000, 'work comes to an end');
    return this;
  }
  held(account: AccountId, asset: AssetId = USDC): bigint {
    return this.state.pools.get(asset)?.vaults.get(account)?.held ?? 0n;
  }
  due(account: AccountId, asset: AssetId = USDC): bigint {
    return this.state.pools.get(asset)?.vaults.get(account)?.due ?? 0n;
  }
}

export const desk = (...steps: readonly Step[]): Desk => {
  const lane = new Desk();
  for (const step of steps) lane.do(step);
  return lane;
};
/** Given the past, when a command comes: the decision. */
export const given = (...steps: readonly Step[]) => ({
  when: (step: Step): Decision<Event> => desk(...steps).decide(step),
});

// ---- facts of other lanes
export const listed = (asset: AssetId, confirmations: number): Step =>
  seen('reference', {
    type: 'AssetListed',
    asset,
    caip: '',
    symbol: '',
    scale: 6,
    haircutPpm: 0,
    confirmations,
    pricedBy: '',
  });
export const approvals = (count: number): Step =>
  seen('reference', {
    type: 'HouseParametersSet',
    version: 1,
    parameters: {
      tickMaxMs: 1,
      frameValidMs: 1,
      callWindowMs: 1,
      saleTicks: 1,
      approvals: count,
    },
  });
export const issued = (key: number, role: By['role']): Step =>
  seen('reference', { type: 'KeyIssued', key, member: HOUSE, role, print: '', label: '' });
export const opened = (account: AccountId): Step =>
  seen('accounts', {
    type: 'AccountOpened',
    account,
    member: 1 as MemberId,
    owner: 'o',
    class: 'client-individual',
    domain: null,
    reference: '',
  });
export const closed = (account: AccountId): Step =>
  seen('accounts', { type: 'AccountClosed', account });
export const credited = (deposit: number, account: AccountId, amount: bigint): Step =>
  seen('accounts', { type: 'CollateralCredited', account, asset: USDC, amount, deposit });
export const reserved = (reservation: number, account: AccountId, amount: bigint, key = 7): Step =>
  seen('accounts', {
    type: 'WithdrawalReserved',
    reservation,
    account,
    asset: USDC,
    amount,
    destination: '0xD',
    key,
  });
type Lines = readonly (readonly [AccountId, bigint])[];
type Between = readonly (readonly [number, bigint])[];
export const sweepsDue = (lines: Lines, between: Between = [], asset = USDC): Step =>
  seen('accounts', {
    type: 'SweepsDue',
    lines: lines.map(([account, amount]) => ({ account, asset, amount })),
    between: between.map(([partition, amount]) => ({ partition, asset, amount })),
  });

// ---- orders
type Payment = readonly [transaction: string, to: AccountId | string, amount: bigint];
export const block = (
  height: number,
  payments: readonly Payment[] = [],
  confirmed: readonly string[] = [],
  asset: AssetId = USDC,
): Command => ({
  type: 'ObserveBlock',
  chain: CHAIN,
  height,
  payments: payments.map(([transaction, to, amount]) => ({
    transaction,
    to: typeof to === 'string' ? to : accountText(to),
    asset,
    amount,
  })),
  confirmed,
});
export const reorganisation = (height: number): Command => ({
  type: 'ObserveReorganisation',
  chain: CHAIN,
  height,
});
export const approve = (withdrawal: number): Command => ({ type: 'ApproveWithdrawal', withdrawal });
export const report = (withdrawal: number, transaction: string): Command => ({
  type: 'ReportSent',
  withdrawal,
  transaction,
});
export const RECONCILE: Command = { type: 'Reconcile' };

/** A lane that knows its asset, two approvers needed of three, and two open accounts. */
export const READY: readonly Step[] = [
  listed(USDC, 1),
  listed(ETH, 3),
  approvals(2),
  issued(2, 'approver'),
  issued(3, 'approver'),
  issued(4, 'approver'),
  issued(7, 'venue'),
  opened(ANN),
  opened(BOB),
  opened(CARL),
];
/** A deposit of so much to an account, confirmed and credited, as the lane's first. */
export const funded = (account: AccountId, amount: bigint): Step[] => [
  order(block(1, [['t1', account, amount]])),
  credited(1, account, amount),
];
