import type { EventOf } from '@ringfence/contracts';
import { isolated } from '@ringfence/kernel';
import { evaluatePortfolio, portfolioModel, STARTING_RULES } from '@ringfence/margin';
import {
  ALICE,
  BTC,
  CROSS,
  ETH,
  fold,
  frame,
  holds,
  legReserved,
  moveReserved,
  paidIn,
  tick,
  VALID_MS,
  view,
} from './desk.fixture.js';
import { riskLane } from './lane.js';
import {
  CALL,
  EXPIRY,
  expired,
  framed,
  FUTURE,
  optionHouse,
  PORTFOLIO,
  PUT,
  rulesSet,
  SPOT,
  ticksOf,
  VOLATILITY,
} from './options.fixture.js';

const bucket = PORTFOLIO;
const MODEL = portfolioModel(STARTING_RULES);
const holding = (lots: number, instrument = BTC, price = SPOT, into = bucket) =>
  holds({ instrument, lots, price, bucket: into });
/** A premium that a round has settled: cash went, the position stands at 0. */
const paidFor = (lots: number, instrument: typeof BTC, into = bucket) =>
  holding(lots, instrument, 0, into);
const linesOf = ({ requirements }: EventOf<'PortfolioEvaluated'>) =>
  Object.fromEntries(requirements.map(({ line, initial }) => [line, initial]));

describe('a portfolio bucket', () => {
  it('is evaluated by the scenarios, its options at their recorded values', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 2_000_000n, bucket }), holding(100), paidFor(100, PUT));
    const found = desk.last('PortfolioEvaluated');
    const put = ticksOf('put', SPOT, 0);
    const price = { mark: SPOT, tickUnits: 100n, confidencePpm: 1_000_000 };
    const none = { buys: 0, sells: 0 };
    const expected = evaluatePortfolio(
      {
        time: 0,
        whole: 1_000_000n,
        equity: found.equity,
        settlementPpm: 1_000_000,
        underlyings: [
          {
            spot: price,
            perpetual: { lots: 100, ...none, unit: 1n, ...price },
            futures: [],
            options: [
              {
                lots: 100,
                ...none,
                call: false,
                strike: SPOT,
                volatilityPpm: VOLATILITY,
                expiry: EXPIRY,
                forward: price,
                mark: put,
                unit: 1n,
                tickUnits: 100n,
              },
            ],
            collateral: 0n,
          },
        ],
      },
      MODEL,
    );
    expect(found.requirements).toEqual(expected.requirements);
    expect(found.initial).toBe(expected.initial);
    expect(found.vanna).toBe(expected.greeks.vanna);
    expect(found.gamma).toBeGreaterThan(0n);
    expect(found.worstScenario).toBe(expected.worstScenario);
    expect(found.netOptionValue).toBe(BigInt(put * 100));
    expect(found.equity).toBe(2_000_000n + BigInt(put * 100));
    expect(found.liquidationPrice).toBe(expected.liquidation?.price ?? null);
    expect(found.parameters).toBe(1);
    expect(found.level).toBe('healthy');
  });

  it('needs less with a hedge than the position alone, in cross more', () => {
    const initial = (into: typeof bucket): bigint => {
      const desk = optionHouse();
      const cash = paidIn({ amount: 9_000_000n, bucket: into });
      desk.read('accounts', cash, holding(100, BTC, SPOT, into), paidFor(100, PUT, into));
      return desk.last('PortfolioEvaluated').initial;
    };
    const hedged = initial(bucket);
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 9_000_000n, bucket }), holding(100));
    expect(hedged).toBeLessThan(desk.last('PortfolioEvaluated').initial);
    // six percent of notional; the put is neither credited nor asked for anything
    expect(initial(CROSS)).toBe(384_000n);
  });

  it('is called, breached and cured like any other', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 1_500_000n, bucket }), holding(100));
    const { initial, call, maintenance } = desk.last('PortfolioEvaluated');
    expect([call > maintenance, initial > call]).toEqual([true, true]);
    desk.read('reference', ...framed(SPOT - 3_000));
    expect(desk.last('MarginCalled')).toMatchObject({ account: ALICE, bucket });
    desk.read('reference', ...framed(SPOT - 6_000));
    expect(desk.last('MaintenanceBreached').equity).toBe(900_000n);
    desk.read('reference', ...framed(SPOT + 3_000));
    expect(desk.of('BucketCured')).toHaveLength(1);
  });

  it('is breached just past its liquidation price, and not at it', () => {
    for (const past of [false, true]) {
      const desk = optionHouse();
      desk.read('accounts', paidIn({ amount: 1_500_000n, bucket }), holding(100));
      const price = desk.last('PortfolioEvaluated').liquidationPrice ?? 0;
      expect(desk.last('PortfolioEvaluated').liquidationOf).toBe(BTC);
      desk.read('reference', ...framed(past ? Math.floor(price * (1 - 3e-5)) : price));
      expect(desk.of('MaintenanceBreached')).toHaveLength(past ? 1 : 0);
    }
  });

  it('is looked at by frames that move what it holds, and by no other', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 2_000_000n, bucket }), paidFor(10, CALL));
    const count = (): number => desk.of('PortfolioEvaluated').length;
    const before = count();
    desk.read('reference', frame([{ instrument: ETH, price: 3_100 }]));
    desk.read('reference', ...framed(SPOT));
    expect(count()).toBe(before);
    desk.read('reference', ...framed(SPOT + 1));
    expect(count()).toBe(before + 1);
  });

  it('in cross is looked at when a rate steps, though no price moved', () => {
    const desk = optionHouse();
    const cash = paidIn({ amount: 3_000_000n, bucket: CROSS });
    desk.read('accounts', cash, holding(100, BTC, SPOT, CROSS), paidFor(10, CALL, CROSS));
    expect(desk.last('PortfolioEvaluated').initial).toBe(384_000n);
    desk.read('reference', frame([{ price: SPOT, initialPpm: 70_000 }]));
    expect(desk.last('PortfolioEvaluated').initial).toBe(448_000n);
  });

  it('is looked at when parameters come into force, with the first frame from then on', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 3_000_000n, bucket }), holding(100));
    const dearer = { maintenanceLossPpm: 900_000 };
    desk.read('reference', rulesSet(2, 5_000, dearer));
    desk.read('reference', ...framed(SPOT, 4_999));
    expect(desk.last('PortfolioEvaluated').parameters).toBe(1);
    const { maintenance } = desk.last('PortfolioEvaluated');
    desk.read('reference', ...framed(SPOT, 5_000));
    expect(desk.last('PortfolioEvaluated').parameters).toBe(2);
    expect(desk.last('PortfolioEvaluated').maintenance).toBe(maintenance + 115_200n);
  });

  it('charges dated futures for their basis and nothing once they ended', () => {
    const desk = optionHouse();
    const cash = paidIn({ amount: 3_000_000n, bucket });
    desk.read('accounts', cash, holding(100, FUTURE, SPOT + 200));
    expect(linesOf(desk.last('PortfolioEvaluated'))['futures-basis']).toBe(38_400n);
    desk.read('reference', expired(FUTURE, SPOT - 800));
    const { initial, equity, requirements } = desk.last('PortfolioEvaluated');
    expect([initial, equity, requirements]).toEqual([0n, 2_900_000n, []]);
  });
});

describe('a missing price of a portfolio bucket', () => {
  it('keeps the last requirement, marked, and lets it only reduce', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 3_000_000n, bucket }), holding(100), paidFor(10, CALL));
    const { initial } = desk.last('PortfolioEvaluated');
    desk.read('reference', tick(VALID_MS + 1));
    desk.read('accounts', paidIn({ amount: 1n, bucket }));
    const kept = desk.last('PortfolioEvaluated');
    expect(kept).toMatchObject({ isKept: true, missing: [BTC, CALL], initial });
    const leg = { bucket, instrument: BTC, price: SPOT };
    desk.read('accounts', legReserved({ reservation: 1, lots: 1, ...leg }));
    expect(desk.last('GateJudged')).toMatchObject({ passed: false, reason: 'stale-frame' });
    desk.read('accounts', legReserved({ reservation: 2, lots: -1, ...leg }));
    expect(desk.last('GateJudged')).toMatchObject({ passed: true, reason: 'reduces' });
    desk.read('reference', ...framed(SPOT, VALID_MS + 2));
    expect(desk.last('PortfolioEvaluated')).toMatchObject({ isKept: false, missing: [] });
  });
});

describe('the gate on options', () => {
  const buys = (lots: number, instrument = CALL, price = ticksOf('call', SPOT, 0)) =>
    legReserved({ reservation: 1, lots, bucket, instrument, price });

  it('refuses by name without portfolio parameters', () => {
    const desk = optionHouse([]);
    desk.read('accounts', paidIn({ amount: 9_000_000n, bucket }), buys(1));
    expect(desk.last('GateJudged').reason).toBe('no-portfolio-parameters');
  });

  it('lets a portfolio sell calls up to its initial requirement, to the unit', () => {
    const needed = (): bigint => {
      const desk = optionHouse();
      desk.read('accounts', paidIn({ amount: 9_000_000n, bucket }), buys(-100));
      return desk.last('GateJudged').requirement;
    };
    for (const short of [0n, 1n]) {
      const desk = optionHouse();
      desk.read('accounts', paidIn({ amount: needed() - short, bucket }), buys(-100));
      expect(desk.last('GateJudged').passed).toBe(short === 0n);
    }
  });

  it('counts a pending hedge for nothing until it is applied', () => {
    const desk = optionHouse();
    const cash = paidIn({ amount: 2_000_000n, bucket });
    desk.read('accounts', cash, holding(100), buys(100, PUT, ticksOf('put', SPOT, 0)));
    const pending = desk.last('PortfolioEvaluated');
    expect(pending.lines[1]).toMatchObject({ instrument: PUT, lots: 0, low: 0, high: 100 });
    const alone = optionHouse();
    alone.read('accounts', cash, holding(100));
    expect(pending.maintenance).toBeGreaterThanOrEqual(
      alone.last('PortfolioEvaluated').maintenance,
    );
  });

  it('takes the whole premium of an option that is bought outside a portfolio', () => {
    const into = isolated(CALL);
    const premium = BigInt(ticksOf('call', SPOT, 0)) * 10n;
    for (const short of [0n, 1n]) {
      const desk = optionHouse();
      const leg = { reservation: 1, lots: 10, instrument: CALL, bucket: into };
      desk.read(
        'accounts',
        paidIn({ amount: premium - short, bucket: into }),
        legReserved({ ...leg, price: ticksOf('call', SPOT, 0) }),
      );
      expect(desk.last('GateJudged').passed).toBe(short === 0n);
    }
  });

  it('margins an option sold in isolation by rule, its premium against what is owed', () => {
    const into = isolated(CALL);
    const desk = optionHouse();
    const price = ticksOf('call', SPOT, 0);
    desk.read(
      'accounts',
      paidIn({ amount: 100_000n, bucket: into }),
      holding(-10, CALL, price, into),
    );
    const found = desk.last('PortfolioEvaluated');
    // 15 percent of 64,000 for 10 lots, 7.5 for maintenance; half a tick of rounding
    expect(Number(found.initial)).toBeCloseTo(96_000, -1);
    expect(Number(found.maintenance)).toBeCloseTo(48_000, -1);
    expect(found.equity).toBe(100_000n);
    expect(found.free).toBe(100_000n);
    expect(linesOf(found)).toEqual({ 'standard-option': found.initial });
    expect(found.delta).toBeLessThan(0n);
    desk.read('reference', ...framed(SPOT + 12_000));
    expect(desk.last('MaintenanceBreached').bucket).toBe(into);
  });

  it('lets no collateral leave a portfolio below its initial requirement', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 3_000_000n, bucket }), holding(100));
    const { initial } = desk.last('PortfolioEvaluated');
    desk.read('accounts', moveReserved(1, { amount: 3_000_000n - initial + 1n, bucket }));
    expect(desk.last('GateJudged').reason).toBe('insufficient-margin');
    desk.read('accounts', moveReserved(2, { amount: 3_000_000n - initial, bucket }));
    expect(desk.last('GateJudged').passed).toBe(true);
  });
});

describe('a switch between practices', () => {
  const switched = (from: typeof bucket, to: typeof bucket): EventOf<'SwitchReserved'> => ({
    type: 'SwitchReserved',
    reservation: 7,
    account: ALICE,
    source: from,
    target: to,
    domain: 1 as EventOf<'SwitchReserved'>['domain'],
    positions: [],
    cash: [],
  });
  it('passes into a portfolio and out of it by what the target then needs', () => {
    const hedged = (amount: bigint, from: typeof bucket, to: typeof bucket) => {
      const desk = optionHouse();
      desk.read('accounts', paidIn({ amount, bucket: from }));
      desk.read('accounts', holding(100, BTC, SPOT, from), paidFor(100, PUT, from));
      desk.read('accounts', switched(from, to));
      return desk.last('GateJudged');
    };
    expect(hedged(400_000n, bucket, CROSS)).toMatchObject({ passed: true, requirement: 384_000n });
    expect(hedged(380_000n, CROSS, CROSS)).toMatchObject({ reason: 'insufficient-margin' });
    const into = hedged(400_000n, CROSS, bucket);
    expect(into.requirement).not.toBe(384_000n);
  });

  it('is judged without opening the target: a verdict reads and writes nothing', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 400_000n, bucket: CROSS }), switched(CROSS, bucket));
    expect(desk.last('GateJudged').passed).toBe(true);
    expect(desk.state.book.buckets).toHaveLength(1);
  });
});

describe('replay of portfolio evaluations', () => {
  it('takes the recorded values and recomputes none', () => {
    const desk = optionHouse();
    desk.read('accounts', paidIn({ amount: 1_500_000n, bucket }), holding(100), paidFor(50, PUT));
    for (const price of [SPOT - 2_000, SPOT - 6_000, SPOT + 100]) {
      desk.read('reference', ...framed(price));
    }
    const again = riskLane.initial(0, 1);
    for (const entry of desk.entries) {
      if (entry.own) fold(again, entry.own, entry.at);
      else view(again, entry.event, entry.at);
    }
    expect(riskLane.digest(again)).toBe(riskLane.digest(desk.state));
    expect(again).toEqual(desk.state);
  });
});
