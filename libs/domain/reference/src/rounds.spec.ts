import type { ReferenceCommand } from '@ringfence/contracts';
import type { AssetId, DomainId, InstrumentId } from '@ringfence/kernel';
import { referenceLane } from './lane.js';
import {
  BTC,
  DOMAIN,
  ETH,
  LISTED,
  apply,
  btcPerp,
  by,
  decide,
  domain,
  eth,
  frame,
  fromLiquidation,
  given,
  house,
  parameters,
  tick,
  usdc,
  SYSTEM,
} from './house.fixture.js';

const request = (
  round: number,
  rates: Readonly<Record<number, number>> = {},
  of: DomainId = DOMAIN,
): ReferenceCommand => ({
  type: 'RoundRequest',
  domain: of,
  round,
  cause: 'schedule',
  funding: Object.entries(rates).map(([id, ratePpb]) => ({
    instrument: Number(id) as InstrumentId,
    ratePpb,
  })),
});
const ask = (...args: Parameters<typeof request>) => fromLiquidation(request(...args));
const PRICED = [...LISTED, frame(1_000, { [BTC]: '60000', [ETH]: '3000' })];

describe('opening a round', () => {
  it('takes the newest used prices, funding per lot and collateral values', () =>
    expect(given(...PRICED).when(ask(1, { [BTC]: 100_000, [ETH]: -33_333 }))).toEqual({
      accepted: true,
      events: [
        {
          type: 'RoundOpened',
          domain: 1,
          round: 1,
          frame: 1,
          cause: 'schedule',
          marks: [
            // 120,000 ticks × 500 units × 0.0001
            { instrument: 1, price: 120_000, fundingPerLot: 6_000 },
            // 60,000 ticks × 50 units × −0.000033333 = −99.999, cut towards zero
            { instrument: 2, price: 60_000, fundingPerLot: -99 },
          ],
          // 3,000 USDC per 10^18 wei
          collateral: [{ asset: 2, value: 3_000_000_000n, scale: 18, haircutPpm: 100_000 }],
        },
      ],
    }));
  it('opens each round once, in its turn', () => {
    expect(given(...PRICED, ask(1)).when(ask(1))).toEqual({ accepted: true, events: [] });
    expect(given(...PRICED).when(ask(2))).toEqual({ accepted: true, events: [] });
    expect(given(...PRICED, ask(1)).when(ask(2))).toMatchObject({ events: [{ round: 2 }] });
  });
  it('opens before any price, with nothing to settle', () =>
    expect(given(...LISTED).when(ask(1))).toMatchObject({
      events: [{ frame: 0, marks: [], collateral: [] }],
    }));
  it('uses no held price', () =>
    expect(given(...PRICED, frame(2_000, { [BTC]: '90000' })).when(ask(1))).toMatchObject({
      events: [{ marks: [{ price: 120_000 }, { price: 60_000 }] }],
    }));
  it('answers only clearing deciders of known domains', () => {
    expect(given(...PRICED).when(by(SYSTEM, request(1)))).toMatchObject({
      rejection: { code: 'not-liquidation' },
    });
    expect(given(...PRICED).when(ask(1, {}, 2 as DomainId))).toMatchObject({
      rejection: { code: 'domain-unknown' },
    });
  });
  it('keeps domains apart', () => {
    const eur = usdc({ caip: 'swift:0/iso4217:EUR', symbol: 'EUR', scale: 2 });
    const other = [eur, domain(3 as AssetId, 'EUR linear')];
    const inEuro = btcPerp({ symbol: 'BTC-EUR', domain: 2 as DomainId, lot: '1' });
    const past = [...PRICED, ...other, inEuro, parameters({}, 3 as InstrumentId)];
    const priced = given(...past, frame(2_000, { 3: '50000' }), ask(1));
    // neither ETH, priced in USDC, nor USDC itself counts for anything in EUR
    expect(priced.when(ask(1, {}, 2 as DomainId))).toMatchObject({
      events: [{ domain: 2, round: 1, marks: [{ instrument: 3 }], collateral: [] }],
    });
  });
  it('bounds funding by what the log can carry', () => {
    const dai = [
      usdc({ scale: 18 }),
      domain(),
      btcPerp({ lot: '1' }),
      ...LISTED.slice(5, 7),
      frame(1_000, { [BTC]: '60000' }),
    ];
    expect(given(...dai).when(ask(1, { [BTC]: -1_000_000 }))).toMatchObject({
      events: [{ marks: [{ fundingPerLot: -Number.MAX_SAFE_INTEGER }] }],
    });
  });
  it('resolves an asset whose instrument was listed after it', () => {
    const past = [usdc(), eth({ pricedBy: 'BTC-PERP' }), domain(), btcPerp()];
    const priced = [...past, ...LISTED.slice(5, 7), frame(1_000, { [BTC]: '2' })];
    expect(given(...past).when(ask(1))).toMatchObject({ events: [{ collateral: [] }] });
    expect(given(...priced).when(ask(1))).toMatchObject({
      events: [{ collateral: [{ asset: 2, value: 2_000_000n }] }],
    });
  });
});

describe('the digest', () => {
  const steps = [...PRICED, tick(2_000), frame(2_000, { [BTC]: '90000' }), ask(1)];
  it('differs after every fact, and is the same whenever it is taken', () => {
    const onTheWay = house();
    const seen = new Set([referenceLane.digest(onTheWay)]);
    for (let n = 1; n <= steps.length; n++) {
      const decision = decide(onTheWay, steps[n - 1] ?? tick(0));
      if (decision.accepted) apply(onTheWay, decision.events);
      const digest = referenceLane.digest(onTheWay);
      expect(seen.has(digest)).toBe(false);
      seen.add(digest);
      expect(referenceLane.digest(house(...steps.slice(0, n)))).toBe(digest);
    }
  });
  it('survives a copy of the state', () => {
    const state = house(...steps);
    expect(referenceLane.digest(structuredClone(state))).toBe(referenceLane.digest(state));
  });
});
