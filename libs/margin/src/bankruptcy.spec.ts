import { decimal, decimalOf, sumOf, type DecimalFigure } from '@ringfence/money';
import fc from 'fast-check';
import {
  bankruptcyQuoteDelta,
  deleverageAtBankruptcy,
  fillablePrice,
  insuranceDelta,
  type BankruptBucket,
  type OffsettingBucket,
} from './bankruptcy.js';

fc.configureGlobal({ seed: 6611, numRuns: 300 });
const TERMS = {
  prices: new Map([
    ['BTC', decimal('50000')],
    ['ETH', decimal('3000')],
  ]),
  maintenanceRate: decimal('0.1'),
};
const whole = (value: number): DecimalFigure => decimalOf(BigInt(value));
const bucketOf = (quote: number, btc: number, eth: number): BankruptBucket => ({
  quote: whole(quote),
  positions: new Map([
    ['BTC', whole(btc)],
    ['ETH', whole(eth)],
  ]),
});
const MICROS = decimal('1000000');
const money = fc.integer({ min: -900_000, max: 900_000 });
const size = fc.integer({ min: 1, max: 9 });
const side = fc.constantFrom(-1, 1);

describe('bankruptcy price', () => {
  it('closes everything at nothing left, but for a rounding in favour of the bucket', () =>
    fc.assert(
      fc.property(money, size, side, size, side, (quote, btc, btcSide, eth, ethSide) => {
        const bucket = bucketOf(quote, btc * btcSide, eth * ethSide);
        const deltas = [...bucket.positions].map(([asset, position]) => {
          const delta = bankruptcyQuoteDelta(bucket, { asset, delta: position.times('-1') }, TERMS);
          return typeof delta === 'bigint' ? decimalOf(delta) : decimal('0');
        });
        const left = sumOf(deltas).div(MICROS).plus(bucket.quote);
        expect(left.gte('0') && left.lt('0.000002')).toBe(true);
      }),
    ));

  it('names what cannot be closed, in order', () => {
    const close = (asset: string, delta: string): unknown =>
      bankruptcyQuoteDelta(bucketOf(0, 1, 0), { asset, delta: decimal(delta) }, TERMS);
    expect([close('ETH', '0'), close('ETH', '-1'), close('BTC', '2'), close('BTC', '-2')]).toEqual([
      'zero-delta',
      'no-position',
      'same-side',
      'too-large',
    ]);
    const unknown = { quote: decimal('1'), positions: new Map([['SOL', decimal('1')]]) };
    expect(bankruptcyQuoteDelta(unknown, { asset: 'SOL', delta: decimal('-1') }, TERMS)).toBe(
      'price-unknown',
    );
  });

  it('an order fills from the oracle down to the spread, never beyond', () =>
    fc.assert(
      fc.property(money, size, side, (quote, btc, btcSide) => {
        const order = { asset: 'BTC', adjustment: decimal('2'), spread: decimal('0.3') };
        const price = fillablePrice(bucketOf(quote, btc * btcSide, 1), order, TERMS);
        if (typeof price === 'string') throw new Error(price);
        const away = price.minus('50000').times(whole(-btcSide));
        // spread × maintenance rate × oracle price
        expect(away.gte('0') && away.lte('1500')).toBe(true);
      }),
    ));

  it('the pool keeps at most its fee, and pays all that is missing', () => {
    const fill = { bankruptcyQuote: decimal('100'), maxFee: decimal('0.01') };
    const delta = (at: 'sell' | 'buy', quote: string): string =>
      insuranceDelta({ ...fill, side: at, fillQuote: decimal(quote) }).toFixed();
    expect([delta('sell', '200'), delta('sell', '100.5'), delta('sell', '90')]).toEqual([
      '2',
      '0.5',
      '-10',
    ]);
    expect([delta('buy', '50'), delta('buy', '110')]).toEqual(['0.5', '-10']);
  });
});

describe('deleveraging at the bankruptcy price', () => {
  const offset = (quote: number, position: number): OffsettingBucket => ({
    quote: whole(quote),
    position: whole(position),
  });
  const takers = fc.array(fc.record({ quote: money, position: size }), {
    minLength: 1,
    maxLength: 4,
  });

  it('moves cash and position from one to the others and makes none', () =>
    fc.assert(
      fc.property(money, size, takers, (quote, btc, others) => {
        const bucket = bucketOf(quote, -btc, 2);
        const offsetting = others.map((each) => offset(each.quote, each.position));
        const close = { asset: 'BTC', delta: whole(btc), offsetting };
        const after = deleverageAtBankruptcy(bucket, close, TERMS);
        const cash = sumOf([after.liquidated.quote, ...after.offsetting.map((each) => each.quote)]);
        expect(cash.eq(sumOf([bucket.quote, ...offsetting.map((each) => each.quote)]))).toBe(true);
        if (after.result !== 'ok') {
          expect(after).toMatchObject({ liquidated: bucket, offsetting, transfers: [] });
          return;
        }
        expect(after.liquidated.positions.get('BTC')?.eq('0')).toBe(true);
        const taken = sumOf(others.map((each) => whole(each.position))).minus(
          sumOf(after.offsetting.map((each) => each.position)),
        );
        expect(taken.eq(whole(btc))).toBe(true);
      }),
    ));

  it('a taker who would end below 0 refuses; exactly 0 is allowed', () => {
    const bucket = bucketOf(50_000, -1, 0);
    const taken = (quote: number): string =>
      deleverageAtBankruptcy(
        bucket,
        { asset: 'BTC', delta: decimal('1'), offsetting: [offset(quote, 1)] },
        TERMS,
      ).result;
    expect([taken(-50_000), taken(-50_001)]).toEqual(['ok', 'reject']);
  });

  it('leaves whom it does not need as he was', () => {
    const offsetting = [offset(50_000, 1), offset(7, 3)];
    const close = { asset: 'BTC', delta: decimal('1'), offsetting };
    const after = deleverageAtBankruptcy(bucketOf(50_000, -1, 0), close, TERMS);
    expect(after.transfers.map((each) => each.toFixed())).toEqual(['50000', '0']);
    expect(after.offsetting[1]).toBe(offsetting[1]);
  });
});
