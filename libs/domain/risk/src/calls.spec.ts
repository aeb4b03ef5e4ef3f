import { accountId } from '@ringfence/kernel';
import {
  ALICE,
  BOB,
  BTC,
  COIN,
  CROSS,
  ETH,
  WINDOW_MS,
  frame,
  holds,
  legReserved,
  opened,
  opensAccount,
  paidIn,
  roundJoined,
  settled,
  tick,
  type Desk,
} from './desk.fixture.js';

/** Ten lots at 1,000: maintenance 500, call 550, initial 600, release 700. */
function holding(amount: bigint): Desk {
  const desk = opened();
  desk.read('reference', tick(1_000));
  desk.read('accounts', paidIn({ amount }), holds({ lots: 10 }));
  return desk;
}
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
const pay = (desk: Desk, amount: bigint) => types(desk.read('accounts', paidIn({ amount })));
const price = (desk: Desk, at: number) => types(desk.read('reference', frame([{ price: at }])));

describe('an evaluation', () => {
  it('records the four levels, the lines and what it had seen (RISK-050)', () => {
    const desk = holding(1_000n);
    expect(desk.of('MarginEvaluated')).toHaveLength(1);
    expect(desk.last('MarginEvaluated')).toMatchObject({
      account: ALICE,
      level: 'healthy',
      equity: 1_000n,
      free: 1_000n,
      collateral: 1_000n,
      debt: 0n,
      maintenance: 500n,
      call: 550n,
      initial: 600n,
      release: 700n,
      delta: 10_000n,
      accountsSeq: desk.state.book.seq,
      frame: desk.state.market.frame,
      lines: [
        {
          instrument: BTC,
          lots: 10,
          worst: 10,
          mark: 1_000,
          initial: 600n,
          maintenance: 500n,
          pnl: 0n,
        },
      ],
    });
  });
  it('counts unsettled gains for maintenance and never for initial (RISK-051)', () => {
    const desk = holding(600n);
    price(desk, 1_050);
    pay(desk, 0n);
    expect(desk.last('MarginEvaluated')).toMatchObject({ equity: 1_100n, free: 600n });
  });
  it('goes on counting them while a round is open, and as a claim after it (RISK-052)', () => {
    const desk = holding(600n);
    price(desk, 1_050);
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 1_050 }]));
    pay(desk, 0n);
    expect(desk.last('MarginEvaluated').equity).toBe(1_100n);
    desk.read('accounts', settled(1, { variation: 500n, claim: 500n }));
    expect(desk.last('MarginEvaluated')).toMatchObject({ equity: 1_100n, free: 600n });
  });
  it('finds the published price of liquidation, a tick being a thousandth (RISK-053)', () => {
    // shared cases, liquidation-price-linear lp2: 4,000 at 1,234.5, rate 0.6, collateral 3,259,080:
    // 1,049.325
    const desk = opened();
    desk.read('reference', frame([{ price: 1_234_500, initialPpm: 610_000 }]));
    const leg = holds({ lots: 4_000, price: 1_234_500 });
    desk.read('accounts', paidIn({ amount: 3_259_080_000n }), leg);
    expect(desk.last('MarginEvaluated')).toMatchObject({
      maintenance: 2_962_800_000n,
      liquidationPrice: 1_049_325,
    });
  });
  it('prints its inputs: the same again only from the same (RISK-054)', () => {
    const prints = [holding(1_000n), holding(1_001n)].map(
      (desk) => desk.last('MarginEvaluated').inputs,
    );
    expect(prints[0]).not.toBe(prints[1]);
  });
  it('is not made of what holds nothing, nor of insurance; liquidity walls are (RISK-055)', () => {
    const desk = opened();
    expect(pay(desk, 5n)).toEqual([]);
    const [pool, wall] = [accountId(0, 7), accountId(0, 8)];
    desk.read('accounts', opensAccount(pool, 'insurance'), opensAccount(wall, 'liquidity'));
    desk.read('accounts', holds({ account: pool, bucket: CROSS, lots: 1 }));
    expect(desk.of('MarginEvaluated')).toEqual([]);
    desk.read('accounts', holds({ account: wall, bucket: CROSS, lots: 1 }));
    expect(desk.last('MarginEvaluated').account).toBe(wall);
  });
  it('waits while no level can be crossed, and is made at the first tick beyond (RISK-056)', () => {
    const desk = holding(1_000n);
    // 450 above the call level: 56 for funding, 197 for rates up to 74,700 ppm, 197 for prices.
    // 10 a tick less 0.747 that is required less makes 21 ticks (two units kept for rounding)
    for (const at of [979, 2_000, 999]) expect(price(desk, at)).toEqual(['CoverageObserved']);
    expect(price(desk, 978)).toContain('MarginEvaluated');
  });
  it('is made when the call rate passes its guard, not before (RISK-057)', () => {
    const desk = holding(1_000n);
    const stepped = (initialPpm: number) =>
      types(desk.read('reference', frame([{ price: 1_000, initialPpm }])));
    for (const ppm of [62_500, 50_000, 79_700]) expect(stepped(ppm)).toEqual(['CoverageObserved']);
    expect(stepped(79_701)).toContain('MarginEvaluated');
    expect(stepped(79_701)).toEqual(['CoverageObserved']);
  });
  it('is made of a called bucket with every step of a rate (RISK-059)', () => {
    const desk = holding(540n);
    expect(desk.last('MarginCalled').amount).toBe(60n);
    const eased = frame([{ price: 1_000, initialPpm: 59_000 }]);
    expect(types(desk.read('reference', eased))).toContain('MarginEvaluated');
    expect(types(desk.read('reference', { ...eased, frame: eased.frame + 1 }))).toEqual([
      'CoverageObserved',
    ]);
  });
  it('is not made for a round but for what it takes beyond the reserve (RISK-049)', () => {
    const desk = holding(1_000n);
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 1_000 }]));
    const pays = (round: number, funding: bigint) =>
      types(desk.read('accounts', settled(round, { funding, collected: -funding })));
    expect(pays(1, -30n)).toEqual([]);
    expect(pays(1, -26n)).toEqual([]);
    expect(pays(1, 500n)).toEqual([]);
    expect(pays(1, -1n)).toEqual(['MarginEvaluated']);
  });
  it('is made when the price of its collateral moves (RISK-058)', () => {
    const desk = opened();
    // 7 hundredths of a coin: 6.3 per tick, 6,300 at 1,000; the ETH position needs a call level of
    // 5,500
    const place = { bucket: CROSS };
    desk.read('accounts', paidIn({ ...place, asset: COIN, amount: 7n }));
    desk.read('accounts', holds({ ...place, instrument: ETH, lots: 100, price: 100 }));
    expect(desk.last('MarginEvaluated')).toMatchObject({ equity: 6_300n, call: 5_500n });
    // of 800 above the call level 350 are for prices; all may move by the same share, 0.35 percent
    expect(price(desk, 997)).not.toContain('MarginEvaluated');
    expect(price(desk, 996)).toContain('MarginEvaluated');
    expect(price(desk, 880)).not.toContain('MarginCalled');
    expect(price(desk, 872)).toContain('MarginCalled');
  });
});

describe('a call', () => {
  it('is not made at exactly the call level, and is one unit below (RISK-060)', () => {
    expect(holding(550n).of('MarginCalled')).toEqual([]);
    const desk = holding(549n);
    expect(desk.last('MarginCalled')).toMatchObject({
      call: 1,
      amount: 51n,
      deadline: 1_000 + WINDOW_MS,
      account: ALICE,
    });
    expect(desk.last('MarginEvaluated').level).toBe('called');
  });
  it('is met at exactly initial (RISK-061)', () => {
    const desk = holding(540n);
    expect(pay(desk, 59n)).toEqual(['MarginEvaluated']);
    expect(pay(desk, 1n)).toEqual(['MarginEvaluated', 'CallMet']);
    expect(desk.state.own.calls.size).toBe(0);
  });
  it('is met by a price too (RISK-062)', () => {
    const desk = holding(540n);
    expect(price(desk, 1_010)).toContain('CallMet');
  });
  it('is made once, and anew after it was met (RISK-063)', () => {
    const desk = holding(540n);
    pay(desk, 1n);
    expect(desk.of('MarginCalled')).toHaveLength(1);
    pay(desk, 100n);
    price(desk, 990);
    expect(desk.of('MarginCalled')).toMatchObject([{ call: 1 }, { call: 2 }]);
  });
  it('lapses with the tick that reaches its deadline, not before (RISK-064)', () => {
    const desk = holding(540n);
    desk.read('reference', tick(999 + WINDOW_MS));
    expect(desk.of('CallLapsed')).toEqual([]);
    expect(types(desk.read('reference', tick(1_000 + WINDOW_MS)))).toEqual([
      'MarginEvaluated',
      'CallLapsed',
    ]);
    expect(desk.of('CallLapsed')).toMatchObject([{ call: 1, account: ALICE }]);
  });
  it('does not lapse when money came before the tick, though nobody had looked (RISK-065)', () => {
    const desk = holding(540n);
    desk.take('accounts', paidIn({ amount: 60n }));
    const after = desk.read('reference', tick(1_000 + WINDOW_MS));
    expect(types(after)).toEqual(['MarginEvaluated', 'CallMet']);
  });
  it('is extended by an outage before anything lapses, by each outage once (RISK-066)', () => {
    const desk = holding(540n);
    expect(desk.read('reference', tick(5_000 + WINDOW_MS, 3_000_000))).toMatchObject([
      { type: 'CallExtended', call: 1, deadline: 3_001_000 + WINDOW_MS },
    ]);
    desk.take('reference', tick(6_000 + WINDOW_MS, 1));
    desk.take('reference', tick(7_000 + WINDOW_MS, 1));
    desk.drain();
    expect(desk.last('CallExtended').deadline).toBe(3_001_002 + WINDOW_MS);
    desk.read('reference', tick(3_001_001 + WINDOW_MS));
    expect(desk.of('CallLapsed')).toEqual([]);
    desk.read('reference', tick(3_001_002 + WINDOW_MS));
    expect(desk.of('CallLapsed')).toHaveLength(1);
  });
  it('is made for a debt whatever the equity, looked at each frame, met without (RISK-067)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ asset: COIN, amount: 100n }), holds({ lots: 10 }));
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 1_000 }]));
    desk.read('accounts', settled(1, { variation: -500n, debt: 500n }));
    desk.read('reference', tick(2_000));
    expect(desk.last('MarginCalled')).toMatchObject({ amount: 500n });
    expect(desk.last('MarginEvaluated').equity).toBeGreaterThan(600n);
    expect(price(desk, 1_001)).toContain('MarginEvaluated');
    desk.read('accounts', roundJoined(2, [{ instrument: BTC, price: 1_001 }]));
    desk.read('accounts', settled(2, { variation: 10n, debtBefore: 500n, collected: 490n }));
    desk.read('reference', tick(4_000));
    expect(desk.last('CallMet').call).toBe(1);
    expect(desk.state.own.calls.size).toBe(0);
  });
});

describe('close-out', () => {
  it('begins one unit below maintenance, not at it (RISK-070)', () => {
    expect(holding(500n).of('MaintenanceBreached')).toEqual([]);
    const desk = holding(499n);
    expect(desk.last('MaintenanceBreached')).toMatchObject({ equity: 499n, maintenance: 500n });
    expect(desk.of('MarginCalled')).toEqual([]);
  });
  it('ends an open call, which then never lapses (RISK-071)', () => {
    const desk = holding(540n);
    expect(price(desk, 990)).toContain('MaintenanceBreached');
    desk.read('reference', tick(1_000 + WINDOW_MS));
    expect(desk.of('CallLapsed')).toEqual([]);
  });
  it('evaluates at every frame and every change until it is cured at initial (RISK-072)', () => {
    const desk = holding(490n);
    expect(price(desk, 1_001)).toContain('MarginEvaluated');
    expect(price(desk, 1_000)).toContain('MarginEvaluated');
    expect(pay(desk, 109n)).toEqual(['MarginEvaluated']);
    expect(pay(desk, 1n)).toEqual(['MarginEvaluated', 'BucketCured']);
    expect(desk.of('MaintenanceBreached')).toHaveLength(1);
  });
  it('is not begun again in the frame that cured it (RISK-073)', () => {
    const desk = holding(490n);
    price(desk, 1_020);
    expect(desk.of('BucketCured')).toHaveLength(1);
    expect(pay(desk, 1n)).toEqual(['MarginEvaluated']);
    expect(desk.of('MaintenanceBreached')).toHaveLength(1);
  });
  it('lets nothing through the gate but what reduces (RISK-074)', () => {
    const desk = holding(490n);
    desk.read('accounts', legReserved({ reservation: 1, lots: 1 }));
    expect(desk.last('GateJudged').reason).toBe('in-close-out');
    desk.read('accounts', legReserved({ reservation: 2, lots: -1 }));
    expect(desk.last('GateJudged')).toMatchObject({ passed: true, reason: 'reduces' });
  });
  it('follows a lapsed call and is cured like any other (RISK-075)', () => {
    const desk = holding(540n);
    desk.read('reference', tick(1_000 + WINDOW_MS));
    expect(price(desk, 1_001)).toContain('MarginEvaluated');
    expect(pay(desk, 100n)).toEqual(['MarginEvaluated', 'BucketCured']);
  });
});

describe('a storm', () => {
  it('is worked off in pieces of 16, in the order of accounts and buckets (RISK-080)', () => {
    const desk = opened();
    const places = Array.from({ length: 30 }, (_, i) => accountId(0, 32 - i));
    for (const account of places) {
      desk.read('accounts', paidIn({ account, amount: 600n }), holds({ account, lots: 10 }));
    }
    desk.take('reference', frame([{ price: 990 }]));
    const first = desk.do({ type: 'ReviewBuckets' });
    expect(first.filter(({ type }) => type === 'MarginEvaluated')).toHaveLength(16);
    const second = desk.do({ type: 'ReviewBuckets' });
    const order = [...first, ...second].flatMap((event) =>
      event.type === 'MarginEvaluated' ? [event.account] : [],
    );
    expect(order).toEqual(places.toReversed());
    const calls = desk.of('MarginCalled').map(({ call }) => call);
    expect(calls).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });
});

describe('coverage of initial margin', () => {
  it('counts positions, and those that lost more than they had to have (RISK-090)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 5_000n }), holds({ lots: 10 }));
    const short = { account: BOB, lots: -10 };
    desk.read('accounts', paidIn({ account: BOB, amount: 5_000n }), holds(short));
    price(desk, 940);
    expect(desk.last('CoverageObserved')).toMatchObject({ observations: 2, exceedances: 0 });
    price(desk, 940 - 57);
    expect(desk.last('CoverageObserved')).toMatchObject({ observations: 2, exceedances: 1 });
    desk.read('accounts', holds({ lots: -10, price: 883 }));
    price(desk, 883);
    expect(desk.last('CoverageObserved')).toMatchObject({ observations: 1, exceedances: 0 });
  });
});
