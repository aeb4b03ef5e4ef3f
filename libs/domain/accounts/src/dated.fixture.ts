import type { Event, EventOf } from '@ringfence/contracts';
import { portfolio, type AccountId, type InstrumentId } from '@ringfence/kernel';
import { DOMAIN, OTHER_PERP, PERP, Scene, UNIT, USD } from './scene.fixture.js';

export const FUTURE = 3 as InstrumentId;
export const CALL = 4 as InstrumentId;
export const PORTFOLIO = portfolio(DOMAIN);
export const EXPIRY = 500;

const sizes = { settlement: USD, unit: UNIT, tickUnits: 1n, tickSteps: 1, tickScale: 0 };
const listed = { ...sizes, lotSteps: 1, lotScale: 0, domain: DOMAIN, underlying: PERP };
const parametersOf = (instrument: InstrumentId): Event => ({
  type: 'InstrumentParametersSet',
  instrument,
  version: 1,
  parameters: {
    bandPpm: 100_000,
    tradeFeePpm: 0,
  } as EventOf<'InstrumentParametersSet'>['parameters'],
});
export const valued = (price: number, validUntil = 1_000): Event => ({
  type: 'OptionsPriced',
  frame: 1,
  time: 0,
  validUntil,
  prices: [{ instrument: CALL, price, volatilityPpm: 500_000 }],
});
export const futureAt = (price: number): Event => ({
  type: 'FrameAccepted',
  frame: 1,
  time: 0,
  validUntil: 1_000,
  source: 'test',
  prices: [
    {
      instrument: FUTURE,
      price,
      variance: 0,
      initialPpm: 0,
      maintenancePpm: 0,
      callPpm: 0,
      releasePpm: 0,
    },
  ],
});
export const ended = (instrument: InstrumentId, settlementPrice: number, round = 0): Event => ({
  type: 'InstrumentExpired',
  instrument,
  domain: DOMAIN,
  round,
  expiry: EXPIRY,
  underlyingPrice: 100,
  settlementPrice,
});
/** A round at these marks, in the order of instruments; the perpetuals stand at 100. */
export const roundAt = (round: number, marks: Readonly<Record<number, number>>): Event => ({
  type: 'RoundOpened',
  domain: DOMAIN,
  round,
  frame: 1,
  cause: 'schedule',
  marks: Object.entries({ [PERP]: 100, [OTHER_PERP]: 100, ...marks }).map(([id, price]) => ({
    instrument: Number(id) as InstrumentId,
    price,
    fundingPerLot: 0,
  })),
  collateral: [],
});

/** A scene with a future at 100 and a call worth 8 ticks, both on the perpetual. */
export class DatedScene extends Scene {
  constructor(partitions = 1) {
    super(partitions);
    this.announce({
      type: 'FutureListed',
      instrument: FUTURE,
      symbol: 'FUTURE',
      expiry: EXPIRY,
      ...listed,
    });
    const option = { strike: 100, right: 'call' as const, expiry: EXPIRY };
    this.announce({ type: 'OptionListed', instrument: CALL, symbol: 'CALL', ...option, ...listed });
    this.announce(parametersOf(FUTURE));
    this.announce(parametersOf(CALL));
    this.announce(futureAt(100));
    this.announce(valued(8));
  }
  /** Two traders with money in their portfolios, on the first lane and on the last. */
  two(money = 1_000n): readonly [AccountId, AccountId] {
    const buyer = this.trader(0, money, PORTFOLIO);
    return [buyer, this.trader(this.partitions - 1, money, PORTFOLIO)];
  }
  buy(
    [buyer, seller]: readonly [AccountId, AccountId],
    instrument: InstrumentId,
    lots: number,
    price: number,
  ): ReturnType<Scene['trade']> {
    const sides = { buyerBucket: PORTFOLIO, sellerBucket: PORTFOLIO };
    return this.trade(buyer, seller, lots, { instrument, price, ...sides });
  }
  settled(account: AccountId): EventOf<'VariationSettled'>[] {
    return this.logs
      .flat()
      .filter((event) => event.type === 'VariationSettled')
      .filter((event) => event.account === account);
  }
  ends(): EventOf<'PositionExpired'>[] {
    return this.logs.flat().filter((event) => event.type === 'PositionExpired');
  }
}
