import type { Command } from '@ringfence/contracts';
import {
  accountText,
  cross,
  EXCESS,
  isolated,
  partitionOf,
  type Address,
  type AssetId,
  type BucketId,
  type By,
} from '@ringfence/kernel';
import type { SimulatedHouse } from './house.js';
import {
  ALTS,
  APPROVERS,
  BTC,
  BTC_PERP,
  domainOf,
  ETH,
  ETH_PERP,
  MAJORS,
  OPERATOR,
  REFERENCE,
  SOL_PERP,
  USDT,
  venueOf,
  MEMBERS,
  type Inhabitant,
  type Town,
} from './town.js';

type Action = (life: Life) => void;
interface Weighted {
  readonly weight: number;
  readonly act: Action;
}

const UNIT: Readonly<Record<number, bigint>> = {
  [USDT]: 1_000_000n,
  [BTC]: 1_000_000n,
  [ETH]: 10n ** 16n,
};

/** What people, prices and time do in a simulated house: one random thing after another. */
export class Life {
  /** withdrawals that may be approved */
  readonly #withdrawals: { partition: number; reservation: number; seen: boolean }[] = [];

  constructor(
    readonly house: SimulatedHouse,
    readonly town: Town,
  ) {}

  /** Does one thing; how often each happens is its weight. */
  step(): void {
    const { chance } = this.house;
    let dice = chance.real() * TOTAL;
    for (const { weight, act } of ACTIONS) {
      dice -= weight;
      if (dice < 0) return act(this);
    }
  }

  #client(): Inhabitant {
    return this.house.chance.pick(
      this.town.people.filter((one) => one.class === 'client-individual'),
    );
  }
  #someone(): Inhabitant {
    return this.house.chance.pick(this.town.people);
  }
  #by({ member }: Inhabitant): By {
    return member === 0 ? OPERATOR : venueOf(member);
  }
  #at({ account }: Inhabitant): Address {
    return { service: 'accounts', partition: partitionOf(account) };
  }
  #asset(): AssetId {
    return this.house.chance.pick([USDT, USDT, USDT, USDT, BTC, ETH]);
  }
  #amount(asset: AssetId, most: number): bigint {
    return (
      BigInt(this.house.chance.between(1, most)) * UNIT[asset] +
      BigInt(this.house.chance.below(1000))
    );
  }
  #bucket(): BucketId {
    const one = this.house.chance.pick([BTC_PERP, ETH_PERP, SOL_PERP]);
    return this.house.chance.happens(0.5) ? isolated(one) : cross(domainOf(one));
  }

  moveIn(): void {
    const one = this.house.chance.happens(0.15)
      ? this.house.chance.pick(this.town.people.filter(({ class: kind }) => kind === 'liquidity'))
      : this.#client();
    const asset = this.#asset();
    const target = one.class === 'liquidity' ? cross(one.domain ?? MAJORS) : this.#bucket();
    const most = one.class === 'liquidity' ? 100_000 : 4_000;
    const command: Command = {
      type: 'MoveCollateral',
      account: one.account,
      source: EXCESS,
      target,
      asset,
      amount: this.#amount(asset, most),
    };
    this.house.order(this.#at(one), command, this.#by(one));
  }
  moveOut(): void {
    const one = this.#client();
    const asset = this.#asset();
    const [source, other] = [this.#bucket(), this.#bucket()];
    const target = this.house.chance.happens(0.7) ? EXCESS : other;
    this.house.order(
      this.#at(one),
      {
        type: 'MoveCollateral',
        account: one.account,
        source,
        target,
        asset,
        amount: this.#amount(asset, 3_000),
      },
      this.#by(one),
    );
  }
  transfer(): void {
    const [from, to] = [this.#someone(), this.#someone()];
    const asset = this.#asset();
    const command: Command = {
      type: 'TransferCollateral',
      from: from.account,
      to: to.account,
      asset,
      amount: this.#amount(asset, 2_000),
    };
    this.house.order(this.#at(from), command, this.#by(from));
  }
  trade(): void {
    const { chance } = this.house;
    const [buyer, seller] = [this.#client(), this.#client()];
    const one = chance.pick([BTC_PERP, ETH_PERP, SOL_PERP]);
    const mark = this.town.prices.get(one) ?? 1;
    const side = (): BucketId => (chance.happens(0.5) ? isolated(one) : cross(domainOf(one)));
    const most = one === BTC_PERP ? 4_000 : one === ETH_PERP ? 120_000 : 1_500_000;
    this.house.order(
      this.#at(buyer),
      {
        type: 'SubmitTrade',
        instrument: one,
        lots: chance.between(1, most),
        price: Math.max(1, Math.round(mark * (0.99 + chance.real() * 0.02))),
        buyer: buyer.account,
        buyerBucket: side(),
        seller: seller.account,
        sellerBucket: side(),
      },
      venueOf(chance.pick(MEMBERS)),
    );
  }
  deposit(): void {
    const { chance } = this.house;
    const partition = chance.below(this.house.options.partitions);
    const asset = this.#asset();
    const one = this.#someone();
    const to = chance.happens(0.1) ? 'w-00-00000-0' : accountText(one.account);
    const transaction = `tx-${chance.word()}`;
    const payments = chance.happens(0.7)
      ? [{ transaction, to, asset, amount: this.#amount(asset, 5_000) }]
      : [];
    this.#custody(partition, this.town.block(partition, payments));
  }
  /** A block is seen only after the one before it is known to be recorded. */
  #custody(partition: number, command: Command): void {
    const waits = this.house.orders.some(
      ({ address, answer, command: { type } }) =>
        !answer &&
        type === 'ObserveBlock' &&
        address.service === 'custody' &&
        address.partition === partition,
    );
    if (waits && command.type === 'ObserveBlock') this.town.heights[partition]--;
    else this.house.order({ service: 'custody', partition }, command, OPERATOR);
  }
  withdraw(): void {
    const one = this.#client();
    const asset = this.#asset();
    const order = this.house.order(
      this.#at(one),
      {
        type: 'RequestWithdrawal',
        account: one.account,
        asset,
        amount: this.#amount(asset, 1_000),
        destination: 'somewhere',
      },
      this.#by(one),
    );
    void order;
  }
  approve(): void {
    for (const order of this.house.orders) {
      const event = order.answer?.decided.events[0];
      if (
        event?.type !== 'WithdrawalReserved' ||
        this.#withdrawals.some(
          (w) => w.reservation === event.reservation && w.partition === order.address.partition,
        )
      )
        continue;
      this.#withdrawals.push({
        partition: order.address.partition,
        reservation: event.reservation,
        seen: false,
      });
    }
    if (this.#withdrawals.length === 0) return;
    const one = this.house.chance.pick(this.#withdrawals);
    const command: Command = this.house.chance.happens(0.1)
      ? { type: 'RefuseWithdrawal', withdrawal: one.reservation, reason: 'not today' }
      : { type: 'ApproveWithdrawal', withdrawal: one.reservation };
    this.house.order(
      { service: 'custody', partition: one.partition },
      command,
      this.house.chance.pick(APPROVERS),
    );
  }
  frame(): void {
    const { chance } = this.house;
    const jump = chance.happens(0.15) ? 0.25 : 0.03;
    const common = (chance.real() * 2 - 1) * jump;
    for (const [one, price] of this.town.prices) {
      const move = common * (one === BTC_PERP ? 1 : 1.3) + (chance.real() * 2 - 1) * 0.01;
      this.town.prices.set(one, Math.max(10, Math.round(price * (1 + move))));
    }
    this.house.order(REFERENCE, this.town.frame(), OPERATOR);
  }
  tick(): void {
    const ms = this.house.chance.happens(0.05) ? 3_600_000 : this.house.chance.between(1, 40_000);
    this.house.order(REFERENCE, this.town.tick(ms), OPERATOR);
  }
  round(): void {
    const domain = this.house.chance.pick([MAJORS, ALTS]);
    const rate = (): number => this.house.chance.between(-400_000, 400_000);
    const funding = (domain === MAJORS ? [BTC_PERP, ETH_PERP] : [SOL_PERP]).map((one) => ({
      instrument: one,
      ratePpb: rate(),
    }));
    const partition = domain % this.house.options.partitions;
    this.house.order(
      { service: 'liquidation', partition },
      { type: 'ScheduleRound', domain, funding },
      OPERATOR,
    );
  }
  reconcile(): void {
    const partition = this.house.chance.below(this.house.options.partitions);
    this.house.order({ service: 'custody', partition }, { type: 'Reconcile' }, OPERATOR);
  }
  /** The same order again, or another one under its id. */
  repeat(): void {
    if (this.house.orders.length === 0) return;
    const first = this.house.chance.pick(this.house.orders);
    const command = this.house.chance.happens(0.7)
      ? first.command
      : ({ ...first.command, account: this.#client().account } as Command);
    if (command.type === 'ObserveBlock') return;
    this.house.order(first.address, command, first.by, first.id);
  }
}

const ACTIONS: readonly Weighted[] = [
  { weight: 14, act: (life) => life.moveIn() },
  { weight: 8, act: (life) => life.moveOut() },
  { weight: 8, act: (life) => life.transfer() },
  { weight: 24, act: (life) => life.trade() },
  { weight: 6, act: (life) => life.deposit() },
  { weight: 3, act: (life) => life.withdraw() },
  { weight: 4, act: (life) => life.approve() },
  { weight: 12, act: (life) => life.frame() },
  { weight: 14, act: (life) => life.tick() },
  { weight: 4, act: (life) => life.round() },
  { weight: 1, act: (life) => life.reconcile() },
  { weight: 2, act: (life) => life.repeat() },
];
const TOTAL = ACTIONS.reduce((sum, { weight }) => sum + weight, 0);
