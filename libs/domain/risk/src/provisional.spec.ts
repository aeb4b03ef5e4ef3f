import { accountId } from '@ringfence/kernel';
import {
  BTC,
  frame,
  holds,
  legApplied,
  legReserved,
  opened,
  paidIn,
  roundJoined,
  settled,
  tick,
  type Desk,
} from './desk.fixture.js';
import { riskLane } from './lane.js';

/** Ten lots at 1,000, called: maintenance 500, call 550, initial 600. */
function called(): Desk {
  const desk = opened();
  desk.read('reference', tick(1_000));
  desk.read('accounts', paidIn({ amount: 540n }), holds({ lots: 10 }));
  expect(types(desk.written)).toContain('MarginCalled');
  return desk;
}
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe('what is seen half way', () => {
  const deleveraged = { reservation: 1, lots: -5, purpose: 'adl' } as const;
  /** closes half of it at a loss of 75 */
  const reducing = { reservation: 1, lots: -5, price: 985 };

  it('of deleveraging meets no call before the next even tick (RISK-100)', () => {
    const desk = called();
    expect(types(desk.read('accounts', legReserved(deleveraged)))).toEqual(['MarginEvaluated']);
    expect(types(desk.read('accounts', legApplied(deleveraged)))).toEqual(['MarginEvaluated']);
    expect(desk.last('MarginEvaluated')).toMatchObject({ equity: 540n, initial: 300n });
    expect(desk.read('reference', tick(1_001))).toEqual([]);
    const asked = desk.read('reference', tick(1_002));
    expect(types(asked)).toEqual(['MarginEvaluated', 'CallMet']);
    expect(desk.read('reference', tick(1_004))).toEqual([]);
  });
  it('of a round breaches nobody before the next even tick (RISK-101)', () => {
    const desk = called();
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 1_000 }]));
    const loss = { funding: -100n, collected: 100n };
    expect(types(desk.read('accounts', settled(1, loss)))).toEqual(['MarginEvaluated']);
    const asked = desk.read('reference', tick(1_002));
    expect(types(asked)).toEqual(['MarginEvaluated', 'MaintenanceBreached']);
  });
  it('of a pending leg breaches nobody, and once applied it concludes at once (RISK-102)', () => {
    const desk = called();
    const pending = desk.read('accounts', legReserved(reducing));
    expect(types(pending)).toEqual(['GateJudged', 'MarginEvaluated']);
    expect(pending[1]).toMatchObject({ level: 'breached', equity: 465n, maintenance: 500n });
    const applied = desk.read('accounts', legApplied(reducing));
    expect(types(applied)).toEqual(['MarginEvaluated', 'CallMet']);
  });
  it('concludes when a frame asks, whatever is pending (RISK-103)', () => {
    const desk = called();
    desk.read('accounts', legReserved(reducing));
    const asked = types(desk.read('reference', frame([{ price: 999 }])));
    expect(asked).toContain('MaintenanceBreached');
  });
  it('is answered as of the tick, before anything else is taken (RISK-104)', () => {
    const desk = opened();
    const absorbed = (): boolean | undefined => riskLane.isAbsorbed?.(desk.state);
    for (let i = 0; i < 20; i++) {
      const leg = { account: accountId(0, 10 + i), lots: 10 };
      desk.read('accounts', paidIn({ ...leg, amount: 540n }), holds({ ...leg, purpose: 'adl' }));
    }
    expect([absorbed(), desk.of('MarginCalled').length]).toEqual([false, 0]);
    desk.take('reference', tick(2));
    expect(absorbed()).toBe(true);
    desk.do({ type: 'ReviewBuckets' });
    expect([absorbed(), desk.of('MarginCalled').length]).toEqual([true, 16]);
    desk.do({ type: 'ReviewBuckets' });
    expect([absorbed(), desk.of('MarginCalled').length]).toEqual([false, 20]);
  });
});
