import type { Command } from '@ringfence/contracts';
import {
  accountId,
  cross,
  EXCESS,
  isolated,
  portfolio,
  type AccountId,
  type Address,
  type AssetId,
  type BucketId,
  type By,
  type InstrumentId,
} from '@ringfence/kernel';
import type { Order } from './house.js';
import type { Crowd, Weighted } from './life.js';
import { BTC_PERP, MAJORS, MEMBERS, OPERATOR, REFERENCE, USDT, venueOf } from './town.js';

/** Accounts that come and go, keys, repeated orders, and orders that nobody should obey. */
export class Office {
  readonly #visitors: Order[] = [];
  #keys = 6;

  constructor(readonly crowd: Crowd) {}

  open(): void {
    const { chance, options } = this.crowd.house;
    const member = chance.pick(MEMBERS);
    const address: Address = { service: 'accounts', partition: chance.below(options.partitions) };
    const command: Command = {
      type: 'OpenAccount',
      member,
      owner: `client ${chance.below(3)}`,
      class: 'client-individual',
      domain: null,
      reference: 'visitor',
    };
    this.#visitors.push(this.crowd.house.order(address, command, venueOf(member)));
  }
  /** A visitor's account is closed; later payments to it belong to nobody. */
  close(): void {
    const order = this.crowd.house.chance.pick(this.#visitors);
    const opened = order?.answer?.decided.events[0];
    if (!order || opened?.type !== 'AccountOpened') return;
    const { account, member, owner } = opened;
    const { people } = this.crowd.town;
    if (!people.some((one) => one.account === account)) {
      people.push({ account, member, owner, class: opened.class, domain: null });
    }
    this.crowd.house.order(order.address, { type: 'CloseAccount', account }, order.by);
  }
  keys(): void {
    const { chance } = this.crowd.house;
    const print = chance.word().toString(16).padStart(64, '0');
    const revokes = this.#keys > 6 && chance.happens(0.6);
    const command: Command = revokes
      ? { type: 'RevokeKey', key: this.#keys }
      : { type: 'IssueKey', member: OPERATOR.member, role: 'approver', print, label: 'spare' };
    if (!revokes) this.#keys++;
    this.crowd.house.order(REFERENCE, command, OPERATOR);
  }

  /** The same order again, or another one under its id. */
  repeat(): void {
    const { house } = this.crowd;
    if (house.orders.length === 0) return;
    const first = house.chance.pick(house.orders);
    const { command } = first;
    if (house.chance.happens(0.6)) {
      house.order(first.address, command, first.by, first.id);
    } else if ('amount' in command) {
      const other = { ...command, amount: (command.amount as bigint) + 1n } as Command;
      house.order(first.address, other, first.by, first.id);
    } else if ('lots' in command) {
      const other = { ...command, lots: command.lots + 1 } as Command;
      house.order(first.address, other, first.by, first.id);
    }
  }

  /** Something that must be refused and change nothing. */
  nonsense(): void {
    const { house, town } = this.crowd;
    const one = this.crowd.client();
    const { chance } = house;
    const { account } = one;
    const stranger = accountId(one.account % 1024, 5_000);
    const move = (source: BucketId, target: BucketId, asset: AssetId): Command => ({
      type: 'MoveCollateral',
      account,
      source,
      target,
      asset,
      amount: 1_000_000n,
    });
    const pay = (from: AccountId, to: AccountId): Command => ({
      type: 'TransferCollateral',
      from,
      to,
      asset: USDT,
      amount: 1_000_000n,
    });
    const other = venueOf(MEMBERS[one.member === MEMBERS[0] ? 1 : 0]);
    const own = this.crowd.by(one);
    const wishes: readonly (readonly [Command, By])[] = [
      [move(EXCESS, portfolio(1), USDT), own],
      [move(portfolio(1), EXCESS, USDT), own],
      [move(EXCESS, isolated(99 as InstrumentId), USDT), own],
      [move(EXCESS, cross(MAJORS), 99 as AssetId), own],
      [move(EXCESS, cross(MAJORS), USDT), other],
      [move(cross(MAJORS), EXCESS, USDT), other],
      [pay(account, stranger), own],
      [pay(stranger, account), own],
      [pay(account, accountId(900, 7)), own],
      [pay(account, town.people[0].account), other],
      [{ type: 'ConcludeGate', reservation: 1, passed: true, reason: '' }, own],
      [{ type: 'CreditDeposit', deposit: 1, account, asset: USDT, amount: 10n ** 30n }, own],
    ];
    const [command, by] = chance.pick(wishes);
    house.order(this.crowd.at(one), command, by);
  }
  /** A frame that must not be used. */
  badFrame(): void {
    const { house, town } = this.crowd;
    const price = house.chance.pick(['0', 'NaN', '-1.00', '1e3', '0.001', '80.00']);
    const prices = [{ instrument: BTC_PERP, price }];
    const time = Math.max(1, town.now - house.chance.below(2) * 10_000_000);
    const frame = { time, validUntil: time + 500_000, source: 'simulation', prices };
    house.order(REFERENCE, { type: 'PublishFrame', ...frame }, OPERATOR);
  }
}

export const OFFICE: readonly Weighted<Office>[] = [
  { weight: 0.6, act: (office) => office.open() },
  { weight: 0.6, act: (office) => office.close() },
  { weight: 0.3, act: (office) => office.keys() },
  { weight: 2, act: (office) => office.repeat() },
  { weight: 1, act: (office) => office.nonsense() },
  { weight: 0.5, act: (office) => office.badFrame() },
];
