import type { InstrumentId } from '@ringfence/kernel';
import {
  ALICE,
  BOB,
  BTC,
  CROSS,
  ETH,
  frame,
  holds,
  ISOLATED,
  legApplied,
  legReserved,
  opened,
  paidIn,
  SOL,
  type Desk,
} from './desk.fixture.js';
import { riskLane } from './lane.js';
import { whatIf, type Imagined, type ImaginedTrade } from './what-if.js';

const trade = (lots: number, more: Partial<ImaginedTrade> = {}): ImaginedTrade => ({
  instrument: BTC,
  lots,
  price: 0,
  ...more,
});
function imagine(desk: Desk, trades: readonly ImaginedTrade[], bucket = ISOLATED): Imagined {
  const answer = whatIf(desk.state, { account: ALICE, bucket, trades });
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
}

describe('what trades would do', () => {
  it('is what the gate says and the lane records when they come (RISK-090)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 700n }), holds({ lots: 4 }));
    const { verdicts, after } = imagine(desk, [trade(6, { price: 1_010 })]);
    desk.read('accounts', legReserved({ reservation: 1, lots: 6, price: 1_010 }));
    const { reservation: _, ...judged } = desk.last('GateJudged');
    expect(verdicts).toEqual([expect.objectContaining(judged)]);
    desk.read('accounts', legApplied({ reservation: 1, lots: 6, price: 1_010 }));
    desk.read('reference', frame([{ price: 1_000 }]));
    const { initial, maintenance, equity } = desk.last('MarginEvaluated');
    expect([after.initial, after.maintenance]).toEqual([initial, maintenance]);
    expect(after.equity).toBe(equity);
  });
  it('tells before from after, at the mark when no price is given (RISK-091)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 900n }), holds({ lots: 10 }));
    const { before, after } = imagine(desk, [trade(-4)]);
    expect([before.initial, after.initial]).toEqual([600n, 360n]);
    expect(after.equity).toBe(before.equity);
  });
  it('judges trades in turn, those that passed pending at their worst (RISK-092)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }));
    const { verdicts } = imagine(desk, [trade(10), trade(1), trade(-10), trade(-1)]);
    expect(verdicts.map(({ passed, reason }) => [passed, reason])).toEqual([
      [true, ''],
      [false, 'insufficient-margin'],
      [true, ''],
      [false, 'insufficient-margin'],
    ]);
  });
  it('takes a bucket in which nothing ever was (RISK-093)', () => {
    const desk = opened();
    const { before, after, verdicts } = imagine(desk, [trade(1, { instrument: ETH })], CROSS);
    expect([before.initial, after.initial]).toEqual([0n, 60n]);
    expect(verdicts[0]).toMatchObject({ passed: false, reason: 'insufficient-margin' });
  });
  it('says that there is no price, and which instrument is unknown (RISK-094)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n, bucket: CROSS }));
    const { verdicts } = imagine(desk, [trade(1, { instrument: SOL, price: 5 })], CROSS);
    expect(verdicts[0]).toMatchObject({ passed: false, reason: 'no-price' });
    const trades = [trade(1), trade(1, { instrument: 99 as InstrumentId })];
    const answer = whatIf(desk.state, { account: ALICE, bucket: CROSS, trades });
    expect(answer).toEqual({ refused: 'instrument-unknown', trade: 1 });
  });
  it('changes nothing (RISK-095)', () => {
    const desk = opened();
    desk.read(
      'accounts',
      paidIn({ amount: 700n }),
      holds({ lots: 4 }),
      holds({ account: BOB, lots: -4 }),
    );
    const state = structuredClone(desk.state);
    const digest = riskLane.digest(desk.state);
    imagine(desk, [trade(6), trade(-20), trade(3, { instrument: ETH })], CROSS);
    imagine(desk, [trade(6), trade(-20)]);
    expect(desk.state).toEqual(state);
    expect(riskLane.digest(desk.state)).toBe(digest);
  });
});
