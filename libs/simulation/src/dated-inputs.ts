import type { Command } from '@ringfence/contracts';
import { STARTING_RULES } from '@ringfence/domain-risk';
import {
  cross,
  EXCESS,
  partitionOf,
  portfolio,
  type BucketId,
  type InstrumentId,
} from '@ringfence/kernel';
import type { Chance } from './chance.js';
import type { Input, Step } from './inputs.js';
import {
  BTC_PERP,
  FIRST_PRICES,
  MAJORS,
  MEMBERS,
  OPERATOR,
  PARAMETERS,
  REFERENCE,
  USDT,
  venueOf,
  type Inhabitant,
  type Town,
} from './town.js';

/** Numbers are dense: after the three perpetuals come a future and four options. */
const FUTURE = 4 as InstrumentId;
const OPTIONS = [5, 6, 7, 8] as unknown as readonly InstrumentId[];
const LIFE_MS = 150_000;
const sizes = { tick: '0.01', lot: '0.001', multiplier: 1 };
const of = { domain: MAJORS, underlying: BTC_PERP };

/**
 * One series of a future and options: listed, traded by all, priced by volatility, switched between
 * buckets, and ended; drawn from a seed alone, like `Inputs`.
 */
export class DatedInputs {
  readonly #clients: readonly Inhabitant[];
  readonly #expiry: number;
  #isFixed = false;

  constructor(
    readonly town: Town,
    readonly chance: Chance,
  ) {
    this.#clients = town.people.filter((one) => one.class === 'client-individual');
    this.#expiry = town.now + LIFE_MS;
  }

  /** Each of these is one step, given when the house is quiet. */
  *begin(): Generator<Step> {
    const expiry = this.#expiry;
    const scenarios = [...STARTING_RULES.scenarios];
    const parameters = { ...STARTING_RULES, scenarios };
    const effective = this.town.now;
    yield [this.#order({ type: 'SetPortfolioParameters', domain: MAJORS, effective, parameters })];
    yield [this.#order({ type: 'ListFuture', symbol: 'F', expiry, ...of, ...sizes })];
    const strike = FIRST_PRICES.get(BTC_PERP) ?? 1;
    for (const [place, right] of (['call', 'put', 'call', 'put'] as const).entries()) {
      const away = (strike * (place < 2 ? 1 : 1.05)) / 100;
      const terms = { symbol: `O${place}`, expiry, right, strike: away.toFixed(2) };
      yield [this.#order({ type: 'ListOption', ...terms, ...of, ...sizes })];
    }
    for (const instrument of [FUTURE, ...OPTIONS]) {
      yield [this.#order({ type: 'SetInstrumentParameters', instrument, parameters: PARAMETERS })];
    }
    yield [this.#frame()];
    yield this.#clients.map((one) => this.#move(one));
    for (let i = 0; i < 4; i++) yield this.#trades();
  }
  step(): Step {
    if (!this.#isFixed && this.town.now > this.#expiry) return [this.#fix()];
    const dice = this.chance.real();
    if (dice < 0.35) return [this.#frame()];
    if (dice < 0.6) return this.#trades();
    return [this.#switch()];
  }

  #order(command: Command): Input {
    return { address: REFERENCE, command, by: OPERATOR };
  }
  #of(one: Inhabitant, command: Command): Input {
    const address = { service: 'accounts' as const, partition: partitionOf(one.account) };
    return { address, command, by: venueOf(one.member) };
  }
  #move(one: Inhabitant): Input {
    const { account } = one;
    const way = { source: EXCESS, target: portfolio(MAJORS), asset: USDT };
    const amount = BigInt(this.chance.between(500, 3_000)) * 1_000_000n;
    return this.#of(one, { type: 'MoveCollateral', account, ...way, amount });
  }
  #frame(): Input {
    const frame = this.town.frame();
    if (frame.type !== 'PublishFrame') throw new Error('a town has frames');
    const mark = this.town.prices.get(BTC_PERP) ?? 1;
    const prices = [...frame.prices];
    if (!this.#isFixed) prices.push({ instrument: FUTURE, price: (mark / 100).toFixed(2) });
    const volatilities =
      frame.time < this.#expiry
        ? OPTIONS.map((instrument) => ({
            instrument,
            volatilityPpm: this.chance.between(300_000, 1_500_000),
          }))
        : [];
    return this.#order({ ...frame, type: 'PublishVolatilityFrame', prices, volatilities });
  }
  /** Trades at once; nobody is in two of them. */
  #trades(): Step {
    const left = [...this.#clients];
    const draw = (): Inhabitant => left.splice(this.chance.below(left.length), 1)[0];
    const trades: Input[] = [];
    while (left.length > 1) trades.push(this.#trade(draw(), draw()));
    return trades;
  }
  #trade(buyer: Inhabitant, seller: Inhabitant): Input {
    const { chance } = this;
    const isFuture = chance.happens(0.4);
    const mark = this.town.prices.get(BTC_PERP) ?? 1;
    const side = (): BucketId => chance.pick([portfolio(MAJORS), cross(MAJORS)]);
    const command: Command = {
      type: 'SubmitTrade',
      instrument: isFuture ? FUTURE : chance.pick(OPTIONS),
      lots: chance.between(50, 1_500),
      price: Math.round(mark * (isFuture ? 1 : 0.004 + chance.real() * 0.03)),
      buyer: buyer.account,
      buyerBucket: side(),
      seller: seller.account,
      sellerBucket: side(),
    };
    return { ...this.#of(buyer, command), by: venueOf(chance.pick(MEMBERS)) };
  }
  #switch(): Input {
    const one = this.chance.pick(this.#clients);
    const [here, there] = [portfolio(MAJORS), cross(MAJORS)];
    const [source, target] = this.chance.happens(0.5) ? [here, there] : [there, here];
    return this.#of(one, { type: 'SwitchBucket', account: one.account, source, target });
  }
  #fix(): Input {
    this.#isFixed = true;
    const price = ((this.town.prices.get(BTC_PERP) ?? 1) / 100).toFixed(2);
    const { underlying } = of;
    return this.#order({ type: 'FixSettlementPrice', underlying, expiry: this.#expiry, price });
  }
}
