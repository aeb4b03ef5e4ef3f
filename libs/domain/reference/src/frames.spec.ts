import type { Event } from '@ringfence/contracts';
import { digestOf, type Decision, type InstrumentId } from '@ringfence/kernel';
import { nextVariance, steppedRate } from '@ringfence/margin';
import {
  BTC,
  ETH,
  LISTED,
  PARAMETERS,
  SYSTEM,
  VENUE,
  btcPerp,
  by,
  decide,
  domain,
  frame,
  given,
  house,
  houseParameters,
  parameters,
  tick,
  usdc,
} from './house.fixture.js';
import { PRICE_MAX } from './frames.js';

const codeOf = (decision: Decision<Event>) =>
  decision.accepted ? 'accepted' : decision.rejection.code;
const typesOf = (decision: Decision<Event>) =>
  decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection.code;
const listed = given(...LISTED);

describe('publishing a frame', () => {
  it('uses the first price, at the floor rate, levels rounded up', () =>
    expect(
      given(usdc(), domain(), btcPerp(), houseParameters(), parameters({ callPpm: 750_001 })).when(
        frame(1_000, { [BTC]: '60000.5' }),
      ),
    ).toEqual({
      accepted: true,
      events: [
        {
          type: 'FrameAccepted',
          frame: 1,
          time: 1_000,
          validUntil: 11_000,
          source: 'feed',
          prices: [
            {
              instrument: 1,
              price: 120_001,
              variance: 0,
              initialPpm: 20_000,
              maintenancePpm: 10_000,
              callPpm: 15_001,
              releasePpm: 24_000,
            },
          ],
        },
      ],
    }));
  it('drives variance and rate by the last used price', () => {
    const variance = nextVariance({
      variance: 0,
      previousPrice: 120_000,
      price: 121_200,
      lambdaPpm: 940_000,
    });
    const initialPpm = steppedRate({ ...PARAMETERS, variance, previousPpm: 20_000 });
    expect(initialPpm).toBeGreaterThan(20_000);
    const past = [...LISTED, frame(1_000, { [BTC]: '60000' })];
    expect(given(...past).when(frame(2_000, { [BTC]: '60600' }))).toMatchObject({
      events: [{ frame: 2, prices: [{ price: 121_200, variance, initialPpm }] }],
    });
  });
  it('is done by operators and sources only', () => {
    expect(codeOf(listed.when(by(SYSTEM, frame(1, { [BTC]: '1' }))))).toBe('accepted');
    expect(codeOf(listed.when(by(VENUE, frame(1, { [BTC]: '1' }))))).toBe('role-not-allowed');
  });
  it('needs parameters of the house and of the instrument', () => {
    const bare = given(usdc(), domain(), btcPerp(), parameters());
    expect(codeOf(bare.when(frame(1, { [BTC]: '1' })))).toBe('parameters-missing');
    const without = given(usdc(), domain(), btcPerp(), houseParameters());
    expect(without.when(frame(1, { [BTC]: '1' }))).toMatchObject({
      rejection: { code: 'parameters-missing', detail: { field: 'prices[0].instrument' } },
    });
  });
  it('keeps the order of frames', () => {
    const past = given(...LISTED, frame(1_000, { [BTC]: '60000' }));
    expect(codeOf(past.when(frame(1_001, { [BTC]: '60000' })))).toBe('accepted');
    expect(codeOf(past.when(frame(1_000, { [BTC]: '60000' })))).toBe('frame-out-of-order');
  });
  it('refuses what is stale', () => {
    expect(codeOf(listed.when(frame(1_000, { [BTC]: '1' }, 1_001)))).toBe('accepted');
    expect(codeOf(listed.when(frame(1_000, { [BTC]: '1' }, 1_000)))).toBe('frame-stale');
    const late = given(...LISTED, tick(100_000));
    expect(codeOf(late.when(frame(40_000, { [BTC]: '1' })))).toBe('accepted');
    expect(codeOf(late.when(frame(39_999, { [BTC]: '1' })))).toBe('frame-stale');
  });
  it('refuses an empty frame', () =>
    expect(codeOf(listed.when(frame(1_000, {})))).toBe('frame-empty'));

  const bad: [string, string][] = [
    ['NaN', 'price-not-a-decimal'],
    ['1e5', 'price-not-a-decimal'],
    ['+1', 'price-not-a-decimal'],
    ['', 'price-not-a-decimal'],
    ['0', 'price-not-positive'],
    ['0.0', 'price-not-positive'],
    ['-1', 'price-not-positive'],
    ['0.3', 'not-on-tick'],
    ['0.25', 'not-on-tick'],
    [String(PRICE_MAX), 'price-too-large'],
  ];
  it.each(bad)('refuses the whole frame for a price of "%s": %s', (price, code) =>
    expect(listed.when(frame(1_000, { [BTC]: price, [ETH]: '3000' }))).toEqual({
      accepted: false,
      rejection: { code, detail: { field: 'prices[0].price' } },
    }),
  );
  it('takes a price of PRICE_MAX ticks', () =>
    expect(codeOf(listed.when(frame(1, { [BTC]: String(PRICE_MAX / 2) })))).toBe('accepted'));
  it('refuses a strange instrument, and one that comes twice', () => {
    expect(listed.when(frame(1, { [BTC]: '1', 3: '1' }))).toMatchObject({
      rejection: { code: 'instrument-unknown', detail: { field: 'prices[1].instrument' } },
    });
    const price = { instrument: 1 as InstrumentId, price: '1' };
    const twice = { ...frame(1, {}), prices: [price, price] } as ReturnType<typeof frame>;
    expect(listed.when(twice)).toMatchObject({
      rejection: { code: 'instrument-twice', detail: { field: 'prices[1].instrument' } },
    });
  });
});

describe('a price off its band', () => {
  const past = [...LISTED, frame(1_000, { [BTC]: '60000', [ETH]: '3000' })];
  it('is used at the band and held beyond it, both ways', () => {
    expect(typesOf(given(...past).when(frame(2_000, { [BTC]: '63000' })))).toEqual([
      'FrameAccepted',
    ]);
    expect(given(...past).when(frame(2_000, { [BTC]: '63000.5' }))).toEqual({
      accepted: true,
      events: [
        {
          type: 'PriceHeld',
          instrument: 1,
          price: 126_001,
          last: 120_000,
          bandPpm: 50_000,
          time: 2_000,
        },
      ],
    });
    expect(typesOf(given(...past).when(frame(2_000, { [BTC]: '56999.5' })))).toEqual(['PriceHeld']);
  });
  it('does not stop the rest of the frame', () =>
    expect(given(...past).when(frame(2_000, { [BTC]: '90000', [ETH]: '3010' }))).toMatchObject({
      events: [
        { type: 'PriceHeld', instrument: 1 },
        { type: 'FrameAccepted', frame: 2, prices: [{ instrument: 2, price: 60_200 }] },
      ],
    }));
  const held = [...past, frame(2_000, { [BTC]: '90000' })];
  it('is used when the next one confirms it within the band', () => {
    expect(given(...held).when(frame(3_000, { [BTC]: '94500' }))).toMatchObject({
      events: [{ type: 'FrameAccepted', frame: 2, prices: [{ price: 189_000 }] }],
    });
    expect(given(...held).when(frame(3_000, { [BTC]: '94500.5' }))).toMatchObject({
      events: [{ type: 'PriceHeld', price: 189_001, last: 120_000 }],
    });
  });
  it('waits for the next price of its own instrument', () =>
    expect(
      typesOf(
        given(...held, frame(3_000, { [ETH]: '3000' })).when(frame(4_000, { [BTC]: '90000' })),
      ),
    ).toEqual(['FrameAccepted']));
  it('is forgotten when the next one is back in the band', () => {
    const back = [...held, frame(3_000, { [BTC]: '60000' })];
    expect(typesOf(given(...back).when(frame(4_000, { [BTC]: '90000' })))).toEqual(['PriceHeld']);
  });
  it('is not confirmed by the same frame sent again', () =>
    expect(codeOf(given(...held).when(frame(2_000, { [BTC]: '90000' })))).toBe(
      'frame-out-of-order',
    ));
});

describe('ticks', () => {
  it('let time pass', () =>
    expect(given(houseParameters()).when(tick(10_000))).toEqual({
      accepted: true,
      events: [{ type: 'Ticked', tick: 1, time: 10_000, outageMs: 0, source: 'clock' }],
    }));
  it('are ignored unless later than the last', () => {
    const past = given(houseParameters(), tick(10_000));
    expect(past.when(tick(10_000))).toEqual({ accepted: true, events: [] });
    expect(past.when(tick(9_999))).toEqual({ accepted: true, events: [] });
  });
  it('record an outage beyond tickMaxMs', () => {
    const past = given(houseParameters(), tick(10_000));
    expect(past.when(tick(15_000))).toMatchObject({ events: [{ tick: 2, outageMs: 0 }] });
    expect(past.when(tick(15_001))).toMatchObject({ events: [{ tick: 2, outageMs: 1 }] });
  });
  it('come from the clock or an operator', () =>
    expect(codeOf(given().when(by(VENUE, tick(1))))).toBe('role-not-allowed'));
});

describe('deciding', () => {
  it('only reads', () => {
    const state = house(...LISTED, frame(1_000, { [BTC]: '60000' }), tick(2_000));
    const before = digestOf(state);
    decide(state, frame(3_000, { [BTC]: '90000', [ETH]: '3000' }));
    decide(state, tick(9_000));
    expect(digestOf(state)).toBe(before);
  });
});
