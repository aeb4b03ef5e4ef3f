import type { Command, Event } from '@ringfence/contracts';
import {
  cross,
  isolated,
  partitionOf,
  type Address,
  type AssetId,
  type BucketId,
  type By,
} from '@ringfence/kernel';
import { DATED, DatedMarket } from './dated-market.js';
import type { SimulatedHouse } from './house.js';
import { MARKET, Market } from './market.js';
import { OFFICE, Office } from './office.js';
import { PAYMENTS, Payments } from './payments.js';
import {
  BTC,
  BTC_PERP,
  domainOf,
  ETH,
  ETH_PERP,
  OPERATOR,
  SOL_PERP,
  USDT,
  venueOf,
  type Inhabitant,
  type Town,
} from './town.js';

/** How often something is done, against everything else that may be done. */
export interface Weighted<Doer> {
  readonly weight: number;
  readonly act: (doer: Doer) => void;
}

/** a hundredth of what a client begins with, or thereabouts */
const UNIT: Readonly<Record<number, bigint>> = {
  [USDT]: 1_000_000n,
  [BTC]: 25_000n,
  [ETH]: 25n * 10n ** 14n,
};

/** People, and what anyone may pick of them: shared by all that happens in a town. */
export class Crowd {
  constructor(
    readonly house: SimulatedHouse,
    readonly town: Town,
  ) {}

  client(): Inhabitant {
    return this.house.chance.pick(
      this.town.people.filter((one) => one.class === 'client-individual'),
    );
  }
  someone(): Inhabitant {
    return this.house.chance.pick(this.town.people);
  }
  by({ member }: Pick<Inhabitant, 'member'>): By {
    return member === 0 ? OPERATOR : venueOf(member);
  }
  at({ account }: Pick<Inhabitant, 'account'>): Address {
    return { service: 'accounts', partition: partitionOf(account) };
  }
  asset(): AssetId {
    return this.house.chance.pick([USDT, USDT, USDT, USDT, BTC, ETH]);
  }
  amount(asset: AssetId, most: number): bigint {
    const { chance } = this.house;
    return BigInt(chance.between(1, most)) * UNIT[asset] + BigInt(chance.below(1000));
  }
  bucket(): BucketId {
    const one = this.house.chance.pick([BTC_PERP, ETH_PERP, SOL_PERP]);
    return this.house.chance.happens(0.5) ? isolated(one) : cross(domainOf(one));
  }
  order(one: Inhabitant, command: Command): void {
    this.house.order(this.at(one), command, this.by(one));
  }
}

/** What people, prices and time do in a simulated house: one random thing after another. */
export class Life {
  readonly #market: Market;
  readonly #dated: DatedMarket | null;
  readonly #payments: Payments;
  readonly #office: Office;
  readonly #acts: readonly Weighted<undefined>[];
  readonly #total: number;

  constructor(
    readonly house: SimulatedHouse,
    readonly town: Town,
    dated = false,
  ) {
    const crowd = new Crowd(house, town);
    this.#dated = dated ? new DatedMarket(crowd) : null;
    this.#market = new Market(crowd);
    this.#payments = new Payments(crowd);
    this.#office = new Office(crowd);
    this.#acts = [
      ...bound(MARKET, this.#market),
      ...bound(PAYMENTS, this.#payments),
      ...bound(OFFICE, this.#office),
      ...(this.#dated ? bound(DATED, this.#dated) : []),
    ];
    this.#total = this.#acts.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Something became durable: people react to what they see. */
  notice(event: Event, address: Address): void {
    this.#market.notice(event);
    this.#dated?.notice(event);
    this.#payments.notice(event, address);
  }

  /** Does one thing; how often each happens is its weight. */
  step(): void {
    let dice = this.house.chance.real() * this.#total;
    for (const { weight, act } of this.#acts) {
      dice -= weight;
      if (dice < 0) return act(undefined);
    }
  }
}

const bound = <Doer>(acts: readonly Weighted<Doer>[], doer: Doer): Weighted<undefined>[] =>
  acts.map(({ weight, act }) => ({ weight, act: () => act(doer) }));
