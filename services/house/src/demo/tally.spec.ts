import type { Event } from '@ringfence/contracts';
import { Counter, talliesOf } from './tally.js';

const opened = (account: number, kind: string): unknown => ({
  type: 'AccountOpened',
  account,
  class: kind,
});
const of = (type: string, account: number, bucket: number, more: object = {}): unknown => ({
  type,
  account,
  bucket,
  ...more,
});
const CROSS = 6;
const PORTFOLIO = 7;
function tally(...events: readonly unknown[]) {
  const counter = new Counter();
  for (const event of events) counter.see(event as Event);
  return counter.tally(0);
}

describe('what happened, by practice', () => {
  const one = tally(
    opened(1, 'client-individual'),
    opened(2, 'liquidity'),
    of('MarginCalled', 1, CROSS),
    of('MarginCalled', 2, CROSS),
    of('CloseOutOpened', 1, PORTFOLIO),
    of('VariationSettled', 1, PORTFOLIO, { deficit: 5n }),
  );
  it('counts clients alone, by the kind of their bucket (DEMO-051)', () => {
    expect(one.practices).toEqual({
      cross: { calls: 1, liquidations: 0, deficits: '0' },
      portfolio: { calls: 0, liquidations: 1, deficits: '5' },
    });
    expect(one.marginCalls).toBe(2);
  });
  it('adds up over partitions (DEMO-052)', () => {
    const other = tally(
      opened(3, 'client-individual'),
      of('MarginCalled', 3, PORTFOLIO),
      of('MarginCalled', 3, 5),
      of('VariationSettled', 3, PORTFOLIO, { deficit: 7n }),
    );
    expect(talliesOf(one, other).practices).toEqual({
      cross: { calls: 1, liquidations: 0, deficits: '0' },
      portfolio: { calls: 1, liquidations: 1, deficits: '12' },
      isolated: { calls: 1, liquidations: 0, deficits: '0' },
    });
  });
});
