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

/** The same by `instrument` alone: all in one bucket. */
function after(...events: readonly Event[]): Record<string, [number, bigint]> {
  const rows = Object.entries(bucketsAfter(...events));
  return Object.fromEntries(rows.map(([key, row]) => [key.split('/')[1], row]));
}

/** Folds events and reads the rows that they leave: `bucket/instrument → [lots, cost]`. */
function bucketsAfter(...events: readonly Event[]): Record<string, [number, bigint]> {
  const projection = new PositionsProjection(() => UNIT);
  const shown: Record<string, [number, bigint]> = {};
  for (const event of events) {
    const set = new RowSet();
    projection.fold(event, place, set);
    const [, buckets, instruments, lots, costs] = set.of(POSITIONS).arrays();
    const column = (text: string): string[] => text.slice(1, -1).split(',').filter(Boolean);
    column(instruments).forEach((instrument, i) => {
      shown[`${column(buckets)[i]}/${instrument}`] = [
        Number(column(lots)[i]),
        BigInt(column(costs)[i]),
      ];
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
  it('carry an option at nothing once its premium is settled, and end at its last mark', () => {
    const bought = [leg(1, 5, 100, 0), joined(1, 0), settled(1)];
    expect(after(...bought)).toEqual({ 1: [5, 0n] });
    const expired = { domain: 1, account: 1024, bucket: 6, instrument: 1, asset: 1 };
    const ended = (lots: number, round: number): Event =>
      ({
        ...expired,
        type: 'PositionExpired',
        round,
        lots,
        price: 7,
        cost: BigInt(lots) * 7n * UNIT,
      }) as unknown as Event;
    const closed = [...bought, joined(2, 7), settled(2), ended(5, 2)];
    expect(after(...closed)).toEqual({ 1: [0, 0n] });
    // what another round settles later in the same bucket is not troubled by what is gone
    expect(after(...closed, leg(2, 1, 3, 2), joined(3, 0, 4), settled(3))).toEqual({
      1: [0, 0n],
      2: [1, 4n * UNIT],
    });
  });
  it('go over into the bucket that they were switched to', () => {
    const position = { instrument: 1, lots: 5, cost: 5000n, nextLots: 2, nextCost: 2200n };
    const switched = {
      type: 'BucketSwitched',
      reservation: 1,
      account: 1024,
      source: 6,
      target: 7,
      domain: 1,
      tag: 0,
      positions: [position],
      cash: [],
      due: 0n,
    } as unknown as Event;
    const rows = bucketsAfter(leg(1, 5, 100, 0), leg(1, 2, 110, 1), switched);
    expect(rows).toEqual({ '6/1': [0, 0n], '7/1': [7, 7200n] });
  });
  it('are gone when they are flat and settled', () => {
    const flat = [leg(1, 5, 100, 0), leg(1, -5, 110, 0), joined(1, 120), settled(1)];
    expect(after(...flat)).toEqual({ 1: [0, 0n] });
  });
});
