import type { CommandOf, Event, EventOf, ReferenceCommand } from '@ringfence/contracts';
import type { Decision, InstrumentId } from '@ringfence/kernel';
import { black76Value, type ForwardOption } from '@ringfence/margin';
import {
  BTC,
  DOMAIN,
  ETH,
  LISTED,
  SYSTEM,
  VENUE,
  by,
  domain,
  frame,
  fromLiquidation,
  given,
  house,
  parameters,
  tick,
} from './house.fixture.js';
import { settlementTicks } from './dated.js';

const FUTURE = 3 as InstrumentId;
const CALL = 4 as InstrumentId;
const PUT = 5 as InstrumentId;
const DAY_MS = 24 * 3_600_000;
const EXPIRY = 30 * DAY_MS;

const codeOf = (decision: Decision<Event>): string =>
  decision.accepted ? 'accepted' : decision.rejection.code;
const eventsOf = (decision: Decision<Event>): readonly Event[] =>
  decision.accepted ? decision.events : [];

const future = (changes: Partial<CommandOf<'ListFuture'>> = {}): ReferenceCommand => ({
  type: 'ListFuture',
  symbol: 'BTC-30D',
  domain: DOMAIN,
  underlying: BTC,
  expiry: EXPIRY,
  tick: '0.5',
  lot: '0.001',
  multiplier: 1,
  ...changes,
});
const option = (changes: Partial<CommandOf<'ListOption'>> = {}): ReferenceCommand => ({
  type: 'ListOption',
  symbol: 'BTC-30D-60000-C',
  domain: DOMAIN,
  underlying: BTC,
  expiry: EXPIRY,
  strike: '60000',
  right: 'call',
  tick: '0.1',
  lot: '0.001',
  multiplier: 1,
  ...changes,
});
const put = option({ symbol: 'BTC-30D-60000-P', right: 'put' });
const volatilities = (
  time: number,
  vols: Readonly<Record<number, number>>,
  prices: Readonly<Record<number, string>> = {},
): ReferenceCommand => ({
  ...(frame(time, prices) as CommandOf<'PublishFrame'>),
  type: 'PublishVolatilityFrame',
  volatilities: Object.entries(vols).map(([id, volatilityPpm]) => ({
    instrument: Number(id) as InstrumentId,
    volatilityPpm,
  })),
});
const fix = (price: string, changes: Partial<CommandOf<'FixSettlementPrice'>> = {}) =>
  ({
    type: 'FixSettlementPrice',
    underlying: BTC,
    expiry: EXPIRY,
    price,
    ...changes,
  }) as ReferenceCommand;
/** A future, a call and a put of one series, with the parameters of the future. */
const SERIES = [...LISTED, future(), option(), put, parameters({}, FUTURE)];
const PRICED = [
  ...SERIES,
  volatilities(1_000, { [CALL]: 600_000, [PUT]: 600_000 }, { [BTC]: '60000' }),
];
const EXPIRED = [...PRICED, tick(EXPIRY)];

describe('listing what ends', () => {
  it('numbers futures and options in one sequence with perpetuals', () => {
    const state = house(...SERIES);
    expect([...state.instruments.values()].map(({ symbol }) => symbol)).toEqual([
      'BTC-PERP',
      'ETH-PERP',
      'BTC-30D',
      'BTC-30D-60000-C',
      'BTC-30D-60000-P',
    ]);
    expect(state.terms.get(CALL)).toMatchObject({
      strike: 120_000,
      right: 'call',
      underlying: BTC,
    });
    expect(state.instruments.get(CALL)).toMatchObject({ tickUnits: 100_000n, unit: 100n });
  });
  it('refuses by name what cannot be', () => {
    const listed = given(...LISTED, tick(5_000), future());
    const refused = (command: ReferenceCommand): string => codeOf(listed.when(command));
    expect(refused(future())).toBe('symbol-taken');
    expect(refused(future({ symbol: 'a b' }))).toBe('symbol-malformed');
    expect(refused(future({ symbol: 'x', domain: 9 as never }))).toBe('domain-unknown');
    expect(refused(future({ symbol: 'x', underlying: 99 as InstrumentId }))).toBe(
      'underlying-unknown',
    );
    expect(refused(future({ symbol: 'x', underlying: FUTURE }))).toBe('underlying-not-perpetual');
    expect(refused(future({ symbol: 'x', expiry: 5_000 }))).toBe('expiry-in-the-past');
    expect(refused(future({ symbol: 'x', tick: '0' }))).toBe('step-malformed');
    expect(refused(option({ tick: '0.0001', lot: '1' }))).toBe('tick-too-fine');
    expect(refused(option({ strike: '60000.2' }))).toBe('not-on-tick');
    expect(refused(option({ strike: '0' }))).toBe('price-not-positive');
    expect(refused(option({ strike: 'NaN' }))).toBe('price-not-a-decimal');
    expect(refused(option({ underlying: FUTURE }))).toBe('accepted');
    expect(refused(option({ underlying: FUTURE, expiry: EXPIRY + 1 }))).toBe(
      'underlying-expires-otherwise',
    );
    expect(codeOf(given(...SERIES).when(option({ symbol: 'x', underlying: CALL })))).toBe(
      'underlying-is-an-option',
    );
    expect(codeOf(given(...LISTED).when(by(VENUE, future())))).toBe('role-not-allowed');
  });
  it('keeps to the domain of the underlying', () => {
    const other = given(...LISTED, domain(undefined, 'other'));
    expect(codeOf(other.when(future({ domain: 2 as never })))).toBe('underlying-of-another-domain');
  });
  it('lets nothing that ends price what stays', () => {
    const asset: ReferenceCommand = {
      type: 'ListAsset',
      caip: 'eip155:1/slip44:966',
      symbol: 'POL',
      scale: 18,
      haircutPpm: 0,
      confirmations: 1,
      pricedBy: 'BTC-30D',
    };
    expect(codeOf(given(...SERIES).when(asset))).toBe('priced-by-dated');
    expect(codeOf(given(...LISTED, asset).when(future()))).toBe('symbol-prices-an-asset');
  });
});

describe('pricing options by volatility', () => {
  const value = (changes: Partial<ForwardOption> = {}): number =>
    black76Value({
      type: 'call',
      forward: 60_000,
      strike: 60_000,
      years: (EXPIRY - 1_000) / (365 * DAY_MS),
      volatility: 0.6,
      ...changes,
    });
  it('records the model value in ticks, in the decision of the frame', () => {
    const decision = given(...SERIES).when(
      volatilities(1_000, { [CALL]: 600_000 }, { [BTC]: '60000' }),
    );
    const [accepted, priced] = eventsOf(decision);
    expect(accepted).toMatchObject({ type: 'FrameAccepted', frame: 1 });
    const price = Math.floor(value() * 10 + 0.5);
    expect(priced).toEqual({
      type: 'OptionsPriced',
      frame: 1,
      time: 1_000,
      validUntil: 11_000,
      prices: [{ instrument: CALL, price, volatilityPpm: 600_000 }],
    });
  });
  it('values anew what is an option on what moved, at its last volatility', () => {
    const years = (EXPIRY - 2_000) / (365 * DAY_MS);
    const [, priced] = eventsOf(given(...PRICED).when(frame(2_000, { [BTC]: '61000' })));
    const ticks = (type: 'call' | 'put'): number =>
      Math.floor(value({ type, forward: 61_000, years }) * 10 + 0.5);
    expect(priced).toMatchObject({
      prices: [
        { instrument: CALL, price: ticks('call'), volatilityPpm: 600_000 },
        { instrument: PUT, price: ticks('put') },
      ],
    });
    expect(eventsOf(given(...PRICED).when(frame(2_000, { [ETH]: '2000' })))).toHaveLength(1);
  });
  it('takes a frame of volatilities alone', () => {
    const events = eventsOf(given(...PRICED).when(volatilities(2_000, { [PUT]: 1 })));
    expect(events).toMatchObject([
      { type: 'FrameAccepted', frame: 2, prices: [] },
      { type: 'OptionsPriced', frame: 2, prices: [{ instrument: PUT, price: 0 }] },
    ]);
  });
  it('refuses by name what is no volatility', () => {
    const refused = (vols: Record<number, number>, time = 2_000): unknown =>
      given(...PRICED).when(volatilities(time, vols));
    expect(refused({ [CALL]: 0 })).toMatchObject({
      rejection: {
        code: 'volatility-out-of-range',
        detail: { field: 'volatilities[0].volatilityPpm' },
      },
    });
    const code = (decision: unknown): string => codeOf(decision as Decision<Event>);
    expect(code(refused({ [CALL]: 20_000_001 }))).toBe('volatility-out-of-range');
    expect(code(refused({ [CALL]: 20_000_000 }))).toBe('accepted');
    expect(code(refused({ [BTC]: 1 }))).toBe('not-an-option');
    expect(code(refused({ 99: 1 }))).toBe('instrument-unknown');
    expect(code(refused({ [CALL]: 1 }, EXPIRY))).toBe('instrument-expired');
    expect(code(given(...SERIES).when(volatilities(1_000, { [CALL]: 1 })))).toBe(
      'underlying-unpriced',
    );
    expect(code(given(...PRICED).when(frame(2_000, { [CALL]: '5' })))).toBe('priced-by-volatility');
    expect(code(given(...PRICED).when(volatilities(2_000, {})))).toBe('frame-empty');
  });
});

describe('the end', () => {
  const endsAt = (price: string): unknown =>
    eventsOf(given(...EXPIRED).when(fix(price))).map((event) => [
      (event as EventOf<'InstrumentExpired'>).instrument,
      (event as EventOf<'InstrumentExpired'>).settlementPrice,
    ]);
  it('is the price of a future, and what an option is worth then', () => {
    expect(endsAt('61000.5')).toEqual([
      [FUTURE, 122_001],
      [CALL, 10_005],
      [PUT, 0],
    ]);
    expect(endsAt('59000')).toEqual([
      [FUTURE, 118_000],
      [CALL, 0],
      [PUT, 10_000],
    ]);
    expect(endsAt('60000')).toEqual([
      [FUTURE, 120_000],
      [CALL, 0],
      [PUT, 0],
    ]);
  });
  it('comes to options on a future with the future', () => {
    const onFuture = option({ symbol: 'on', underlying: FUTURE, strike: '59500' });
    const ends = eventsOf(
      given(...SERIES, onFuture, frame(1_000, { [BTC]: '60000' }), tick(EXPIRY)).when(fix('60000')),
    );
    expect(ends.at(-1)).toMatchObject({ instrument: 6, settlementPrice: 5_000, round: 0 });
  });
  it('rounds halves of its own tick up', () => {
    const end = { price: 7, priceUnits: 5n, strikeUnits: 5n, tickUnits: 10n } as const;
    expect(settlementTicks({ ...end, option: null })).toBe(4);
    expect(settlementTicks({ ...end, option: { right: 'call', strike: 6 } })).toBe(1);
    expect(settlementTicks({ ...end, option: { right: 'put', strike: 6 } })).toBe(0);
  });
  it('is refused by name before its time, twice, off the band and by a venue', () => {
    expect(codeOf(given(...PRICED).when(fix('60000')))).toBe('not-expired-yet');
    expect(codeOf(given(...EXPIRED, fix('60000')).when(fix('60000')))).toBe('nothing-to-settle');
    expect(codeOf(given(...EXPIRED).when(fix('63000.5')))).toBe('off-band');
    expect(codeOf(given(...EXPIRED).when(fix('63000')))).toBe('accepted');
    expect(codeOf(given(...EXPIRED).when(fix('60000', { underlying: FUTURE })))).toBe(
      'underlying-not-perpetual',
    );
    expect(codeOf(given(...EXPIRED).when(by(VENUE, fix('60000'))))).toBe('role-not-allowed');
    expect(codeOf(given(...EXPIRED).when(by(SYSTEM, fix('60000'))))).toBe('accepted');
    expect(codeOf(given(...EXPIRED).when(fix('1e5')))).toBe('price-not-a-decimal');
  });
  it('prices nothing any more', () => {
    const later = EXPIRY + 1;
    const over = given(...EXPIRED, fix('60000'));
    expect(codeOf(over.when(frame(later, { [FUTURE]: '60000' })))).toBe('instrument-expired');
    expect(eventsOf(over.when(frame(later, { [BTC]: '60000' })))).toHaveLength(1);
  });
});

describe('marks of a round', () => {
  const open = (round: number) =>
    fromLiquidation({
      type: 'RoundRequest',
      domain: DOMAIN,
      round,
      cause: 'schedule',
      funding: [],
    });
  const marksOf = (decision: Decision<Event>): unknown =>
    (eventsOf(decision)[0] as EventOf<'RoundOpened'>).marks.map(({ instrument, price }) => [
      instrument,
      price,
    ]);
  it('are 0 for a live option: its premium settles and nothing else', () => {
    expect(marksOf(given(...PRICED).when(open(1)))).toEqual([
      [BTC, 120_000],
      [CALL, 0],
      [PUT, 0],
    ]);
  });
  it('are the last one of what expired, in the first round after it and no other', () => {
    const expired = [...EXPIRED, open(1), fix('61000')];
    expect(marksOf(given(...expired).when(open(2)))).toEqual([
      [BTC, 120_000],
      [FUTURE, 122_000],
      [CALL, 10_000],
      [PUT, 0],
    ]);
    expect(marksOf(given(...expired, open(2)).when(open(3)))).toEqual([[BTC, 120_000]]);
  });
});
