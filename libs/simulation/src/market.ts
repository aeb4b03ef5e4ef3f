import type { Command, CommandOf, Event, EventOf } from '@ringfence/contracts';
import {
  cross,
  EXCESS,
  isolated,
  portfolio,
  type BucketId,
  type InstrumentId,
} from '@ringfence/kernel';
import { Bidders } from './bidders.js';
import type { Crowd, Weighted } from './life.js';
import {
  ALTS,
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
} from './town.js';

const INSTRUMENTS = [BTC_PERP, ETH_PERP, SOL_PERP] as const;

/** Moves of margin, trades, calls and their answers, prices, time and rounds. */
export class Market {
  /** calls that somebody may answer with more margin */
  readonly #calls: EventOf<'MarginCalled'>[] = [];
  readonly #bidders: Bidders;

  constructor(readonly crowd: Crowd) {
    this.#bidders = new Bidders(crowd);
  }

  notice(event: Event): void {
    this.#bidders.notice(event);
    if (event.type === 'MarginCalled') this.#calls.push(event);
  }

  moveIn(): void {
    const { house, town } = this.crowd;
    const walls = town.people.filter(({ class: kind }) => kind === 'liquidity');
    const isWall = walls.length > 0 && house.chance.happens(0.1);
    const one = isWall ? house.chance.pick(walls) : this.crowd.client();
    const asset = isWall ? USDT : this.crowd.asset();
    const target = isWall ? cross(one.domain ?? MAJORS) : this.crowd.bucket();
    const amount = this.crowd.amount(asset, isWall ? 500 : 2_000);
    const { account } = one;
    this.crowd.order(one, {
      type: 'MoveCollateral',
      account,
      source: EXCESS,
      target,
      asset,
      amount,
    });
  }
  moveOut(): void {
    const { chance } = this.crowd.house;
    const one = this.crowd.client();
    const asset = this.crowd.asset();
    const [source, other] = [this.crowd.bucket(), this.crowd.bucket()];
    this.crowd.order(one, {
      type: 'MoveCollateral',
      account: one.account,
      source,
      target: chance.happens(0.7) ? EXCESS : other,
      asset,
      amount: this.crowd.amount(asset, 2_500),
    });
  }
  transfer(): void {
    const [from, to] = [this.crowd.someone(), this.crowd.someone()];
    const asset = this.crowd.asset();
    this.crowd.order(from, {
      type: 'TransferCollateral',
      from: from.account,
      to: to.account,
      asset,
      amount: this.crowd.amount(asset, 2_000),
    });
  }
  trade(): void {
    const { house, town } = this.crowd;
    const { chance } = house;
    const [buyer, seller] = [this.crowd.client(), this.crowd.client()];
    const one = chance.pick(INSTRUMENTS);
    const mark = town.prices.get(one) ?? 1;
    const side = (): BucketId => {
      if (chance.happens(0.01)) return portfolio(1);
      return one === BTC_PERP && chance.happens(0.5) ? isolated(one) : cross(domainOf(one));
    };
    const most = one === BTC_PERP ? 7_000 : one === ETH_PERP ? 200_000 : 2_000_000;
    house.order(
      this.crowd.at(buyer),
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
  /** Someone who was called brings margin, mostly enough. */
  answerCall(): void {
    const call = this.#calls.pop();
    const one = call && this.crowd.town.people.find(({ account }) => account === call.account);
    if (!call || !one) return;
    const enough = this.crowd.house.chance.happens(0.7);
    this.crowd.order(one, {
      type: 'MoveCollateral',
      account: call.account,
      source: EXCESS,
      target: call.bucket,
      asset: USDT,
      amount: enough ? call.amount + 10_000_000n : call.amount / 2n + 1n,
    });
  }

  frame(): void {
    const { house, town } = this.crowd;
    const { chance } = house;
    const { trend, move, jump, jumps } = town.climate;
    const size = chance.happens(jumps) ? jump : move;
    const common = trend + (chance.real() * 2 - 1) * size;
    for (const [one, price] of town.prices) {
      const moved = common * (one === BTC_PERP ? 1 : 1.3) + (chance.real() * 2 - 1) * 0.01;
      town.prices.set(one, Math.max(100, Math.round(price * (1 + moved))));
    }
    if (town.climate.ruled && chance.happens(0.3)) this.observe();
    house.order(REFERENCE, town.frame(), OPERATOR);
  }
  /** Where a rule waits for it: someone counted the open interest, or thinks so. */
  observe(): void {
    const { chance } = this.crowd.house;
    const lots = chance.between(0, 400_000);
    const command = { type: 'ObserveOpenInterest' as const, instrument: ETH_PERP, lots };
    this.crowd.house.order(REFERENCE, command, OPERATOR);
  }
  tick(): void {
    const { house, town } = this.crowd;
    const outage = house.chance.happens(0.04);
    const ms = outage ? 3_600_000 : house.chance.between(1, 40_000);
    house.order(REFERENCE, town.tick(ms), OPERATOR);
    this.#bidders.act();
  }
  round(): void {
    const { chance, options } = this.crowd.house;
    const domain = chance.pick([MAJORS, ALTS]);
    const instruments = domain === MAJORS ? [BTC_PERP, ETH_PERP] : [SOL_PERP];
    const funding = instruments.map((instrument) => ({
      instrument,
      ratePpb: chance.between(-400_000, 400_000),
    }));
    const address = { service: 'liquidation', partition: domain % options.partitions } as const;
    const isAtPremium = this.crowd.town.climate.ruled && chance.happens(0.5);
    const order: Command = isAtPremium
      ? { type: 'ScheduleRoundAtPremium', domain, premiums: this.#premiums(instruments) }
      : { type: 'ScheduleRound', domain, funding };
    this.crowd.house.order(address, order, OPERATOR);
  }
  #premiums(instruments: readonly InstrumentId[]): CommandOf<'ScheduleRoundAtPremium'>['premiums'] {
    const { town, house } = this.crowd;
    return instruments.map((instrument) => {
      const underlyingTwap = town.prices.get(instrument) ?? 1;
      const contractTwap = Math.round(underlyingTwap * (1 + (house.chance.real() - 0.5) / 500));
      return { instrument, contractTwap, underlyingTwap };
    });
  }
  revokeAuthority(): void {
    const one = this.crowd.client();
    const { chance } = this.crowd.house;
    const venue = chance.pick(MEMBERS);
    const type = chance.happens(0.35) ? 'RevokeTradingAuthority' : 'GrantTradingAuthority';
    this.crowd.order(one, { type, account: one.account, venue });
  }
}

export const MARKET: readonly Weighted<Market>[] = [
  { weight: 8, act: (market) => market.moveIn() },
  { weight: 8, act: (market) => market.moveOut() },
  { weight: 8, act: (market) => market.transfer() },
  { weight: 26, act: (market) => market.trade() },
  { weight: 4, act: (market) => market.answerCall() },
  { weight: 13, act: (market) => market.frame() },
  { weight: 16, act: (market) => market.tick() },
  { weight: 4, act: (market) => market.round() },
  { weight: 1, act: (market) => market.revokeAuthority() },
];
