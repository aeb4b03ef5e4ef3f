import type { Event } from '@ringfence/contracts';
import { RowSet } from '../rows.js';
import { POSITIONS, PositionsProjection } from './positions.projection.js';

const UNIT = 10n;
const place = { service: 'accounts', partition: 0, time: 0 } as const;
const leg = (instrument: number, lots: number, price: number, tag: number): Event =>
  ({
    type: 'LegApplied',
    reservation: 1,
    trade: '',
    purpose: 'trade',
    slice: 0,
    account: 1024,
    bucket: 6,
    instrument,
    lots,
    price,
    cost: BigInt(lots) * BigInt(price) * UNIT,
    asset: 1,
    fee: 0n,
    feeReturned: 0n,
    tag,
  }) as unknown as Event;
const joined = (round: number, ...prices: number[]): Event =>
  ({
    type: 'RoundJoined',
    domain: 1,
    round,
    collateral: [],
    marks: prices.map((price, i) => ({ instrument: i + 1, price, fundingPerLot: 0 })),
  }) as unknown as Event;
const settled = (round: number): Event =>
  ({
    type: 'VariationSettled',
    domain: 1,
    round,
    account: 1024,
    bucket: 6,
    asset: 1,
    variation: 0n,
    funding: 0n,
    dueBefore: 0n,
    debtBefore: 0n,
    claim: 0n,
    collected: 0n,
    debt: 0n,
    deficit: 0n,
  }) as unknown as Event;

/** Folds events and reads the rows that they leave: `instrument → [lots, cost]`. */
function after(...events: readonly Event[]): Record<string, [number, bigint]> {
  const projection = new PositionsProjection(() => UNIT);
  const shown: Record<string, [number, bigint]> = {};
  for (const event of events) {
    const set = new RowSet();
    projection.fold(event, place, set);
    const [, , instruments, lots, costs] = set.of(POSITIONS).arrays();
    const column = (text: string): string[] => text.slice(1, -1).split(',').filter(Boolean);
    column(instruments).forEach((instrument, i) => {
      shown[instrument] = [Number(column(lots)[i]), BigInt(column(costs)[i])];
    });
  }
  return shown;
}

describe('the positions that are shown', () => {
  it('add up legs, whatever their tag', () => {
    expect(after(leg(1, 5, 100, 0), leg(1, -2, 110, 1))).toEqual({ 1: [3, 2800n] });
  });
  it('stand at the marks of the round that settled them, later legs at their own price', () => {
    const events = [leg(1, 5, 100, 0), leg(2, -1, 50, 0), leg(1, 1, 130, 1), joined(1, 120, 60)];
    expect(after(...events, settled(1))).toEqual({
      1: [6, 5n * 120n * UNIT + 1n * 130n * UNIT],
      2: [-1, -60n * UNIT],
    });
    expect(after(...events, settled(1), joined(2, 140, 60), settled(2))).toEqual({
      1: [6, 6n * 140n * UNIT],
      2: [-1, -60n * UNIT],
    });
  });
  it('are gone when they are flat and settled', () => {
    const flat = [leg(1, 5, 100, 0), leg(1, -5, 110, 0), joined(1, 120), settled(1)];
    expect(after(...flat)).toEqual({ 1: [0, 0n] });
  });
});
