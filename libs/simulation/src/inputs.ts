import type { Command } from '@ringfence/contracts';
import {
  cross,
  EXCESS,
  isolated,
  partitionOf,
  type Address,
  type BucketId,
  type By,
  type InstrumentId,
} from '@ringfence/kernel';
import type { Chance } from './chance.js';
import type { Climate } from './climate.js';
import type { DatedInputs } from './dated-inputs.js';
import {
  ALTS,
  BTC,
  BTC_PERP,
  domainOf,
  ETH_PERP,
  MAJORS,
  MEMBERS,
  OPERATOR,
  REFERENCE,
  SOL_PERP,
  USDT,
  venueOf,
  type Inhabitant,
  type Town,
} from './town.js';

/** One order from outside. */
export interface Input {
  readonly address: Address;
  readonly command: Command;
  readonly by: By;
}
/** Orders that are given together, when the house is quiet. */
export type Step = readonly Input[];

const INSTRUMENTS = [BTC_PERP, ETH_PERP, SOL_PERP] as const;
/** Trades of everyone before anything moves: the gate lets as many through as margin allows. */
const OPENING_TRADES = 5;
const USDT_UNIT = 1_000_000n;
/** Of one lot at the first price, in USDT: what makes positions of all instruments alike. */
const LOT_VALUE: Readonly<Record<number, number>> = {
  [BTC_PERP]: 8,
  [ETH_PERP]: 0.22,
  [SOL_PERP]: 0.02,
};

/** Times in which many fail together, and the walls that bear it reach far or not. */
export const nearTheEdge = (chance: Chance, ruled: boolean): Climate => ({
  ruled,
  liquidity: chance.pick([400n, 3_000n, 10_000n, 40_000n]) * USDT_UNIT,
  insurance: chance.pick([0n, 50n, 1_000n, 60_000n]) * USDT_UNIT,
  trend: 0,
  move: 0.03,
  jump: chance.pick([0.06, 0.1, 0.2]),
  jumps: 0.3,
});

/**
 * What people, prices and time do, drawn from a seed alone and never from what the house answers:
 * the same list whatever the order in which lanes work.
 */
export class Inputs {
  readonly #clients: readonly Inhabitant[];

  constructor(
    readonly town: Town,
    readonly chance: Chance,
    /** besides, a series of a future and options */
    readonly dated: DatedInputs | null = null,
  ) {
    this.#clients = town.people.filter((one) => one.class === 'client-individual');
  }

  /** Positions first, then so many steps of a market that falls and rises. */
  *steps(count: number): Generator<Step> {
    for (let i = 0; i < OPENING_TRADES; i++) yield this.#manyTrades();
    if (this.dated) yield* this.dated.begin();
    for (let i = 0; i < count; i++) yield this.#step();
  }

  #step(): Step {
    if (this.dated && this.chance.happens(0.4)) return this.dated.step();
    const dice = this.chance.real();
    if (dice < 0.16) return [this.#frame()];
    if (dice < 0.62) return [this.#tick()];
    if (dice < 0.68) return [this.#round()];
    if (dice < 0.78) return [this.#trade()];
    if (dice < 0.86) return this.#manyTrades();
    if (dice < 0.95) return [this.#move(EXCESS)];
    return [this.#move(null)];
  }

  /** Trades at once; nobody is in two of them, since who comes first would matter. */
  #manyTrades(): Step {
    const left = [...this.#clients];
    const draw = (): Inhabitant => left.splice(this.chance.below(left.length), 1)[0];
    const trades: Input[] = [];
    while (left.length > 1) trades.push(this.#tradeOf(draw(), draw()));
    return trades;
  }
  #trade(): Input {
    return this.#tradeOf(this.chance.pick(this.#clients), this.chance.pick(this.#clients));
  }
  #tradeOf(buyer: Inhabitant, seller: Inhabitant): Input {
    const { chance, town } = this;
    const instrument = chance.pick(INSTRUMENTS);
    const mark = town.prices.get(instrument) ?? 1;
    const side = (): BucketId =>
      instrument === BTC_PERP && chance.happens(0.5)
        ? isolated(instrument)
        : cross(domainOf(instrument));
    const command: Command = {
      type: 'SubmitTrade',
      instrument,
      lots: this.#lots(instrument),
      price: Math.max(1, Math.round(mark * (0.995 + chance.real() * 0.01))),
      buyer: buyer.account,
      buyerBucket: side(),
      seller: seller.account,
      sellerBucket: side(),
    };
    return { address: at(buyer), command, by: venueOf(chance.pick(MEMBERS)) };
  }
  #lots(instrument: InstrumentId): number {
    return Math.ceil(this.chance.between(2_000, 60_000) / LOT_VALUE[instrument]);
  }

  #move(source: BucketId | null): Input {
    const { chance } = this;
    const one = chance.pick(this.#clients);
    const bucket = chance.pick([isolated(BTC_PERP), cross(MAJORS), cross(ALTS)]);
    const asset = chance.happens(0.9) ? USDT : BTC;
    const amount =
      asset === USDT ? chance.between(10, 2_000) * 1_000_000 : chance.between(1, 9_999_999);
    const command: Command = {
      type: 'MoveCollateral',
      account: one.account,
      source: source ?? bucket,
      target: source === null ? EXCESS : bucket,
      asset,
      amount: BigInt(amount),
    };
    return { address: at(one), command, by: venueOf(one.member) };
  }

  #frame(): Input {
    const { chance, town } = this;
    const { move, jump, jumps } = town.climate;
    const size = chance.happens(jumps) ? jump : move;
    const common = (chance.real() * 2 - 1) * size;
    for (const [one, price] of town.prices) {
      const moved = common * (one === BTC_PERP ? 1 : 1.3) + (chance.real() * 2 - 1) * 0.01;
      town.prices.set(one, Math.max(100, Math.round(price * (1 + moved))));
    }
    return { address: REFERENCE, command: town.frame(), by: OPERATOR };
  }
  #tick(): Input {
    const ms = this.chance.happens(0.02) ? 3_600_000 : this.chance.between(1, 40_000);
    return { address: REFERENCE, command: this.town.tick(ms), by: OPERATOR };
  }
  #round(): Input {
    const { chance, town } = this;
    const domain = chance.pick([MAJORS, ALTS]);
    const instruments = INSTRUMENTS.filter((one) => domainOf(one) === domain);
    const funding = instruments.map((instrument) => ({
      instrument,
      ratePpb: chance.between(-4_000_000, 4_000_000),
    }));
    const { partitions } = town.house.options;
    return {
      address: { service: 'liquidation', partition: domain % partitions },
      command: { type: 'ScheduleRound', domain, funding },
      by: OPERATOR,
    };
  }
}

const at = ({ account }: Inhabitant): Address => ({
  service: 'accounts',
  partition: partitionOf(account),
});
