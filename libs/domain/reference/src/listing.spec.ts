import type { AssetId, Decision, DomainId } from '@ringfence/kernel';
import type { ReferenceCommand } from '@ringfence/contracts';
import { contractSize } from './contract-size.js';
import {
  LISTED,
  PARAMETERS,
  SYSTEM,
  VENUE,
  btcPerp,
  by,
  domain,
  eth,
  given,
  houseParameters,
  parameters,
  usdc,
} from './house.fixture.js';
import type { InstrumentParameters } from './state.js';

const codeOf = (decision: Decision<unknown>) =>
  decision.accepted ? 'accepted' : decision.rejection.code;

describe('listing an asset', () => {
  it('gives it the next number', () =>
    expect(given(usdc()).when(eth())).toEqual({
      accepted: true,
      events: [{ ...eth(), type: 'AssetListed', asset: 2 }],
    }));
  it('refuses what is no CAIP-19 asset type', () => {
    for (const caip of ['USDC', 'eip155:1/erc20:0xA0b8', 'eip155:1/slip44:60/7', '']) {
      expect(codeOf(given().when(usdc({ caip })))).toBe('caip-malformed');
    }
  });
  it('lists no asset twice, in no writing', () => {
    const caip = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
    expect(codeOf(given(usdc()).when(usdc({ caip, symbol: 'USDC2' })))).toBe('caip-taken');
    expect(codeOf(given(usdc()).when(eth({ symbol: 'USDC' })))).toBe('symbol-taken');
  });
  it('keeps symbols apart from CAIP-19 ids', () => {
    for (const symbol of ['', 'a:b', 'a/b', ' A', '-A']) {
      expect(codeOf(given().when(usdc({ symbol })))).toBe('symbol-malformed');
    }
    expect(codeOf(given().when(eth({ pricedBy: 'ETH PERP' })))).toBe('symbol-malformed');
  });
  it('takes a scale up to 18', () => {
    expect(codeOf(given().when(usdc({ scale: 18 })))).toBe('accepted');
    expect(codeOf(given().when(usdc({ scale: 19 })))).toBe('scale-out-of-range');
  });
  it('takes a haircut below the whole', () => {
    expect(codeOf(given().when(usdc({ haircutPpm: 999_999 })))).toBe('accepted');
    expect(codeOf(given().when(usdc({ haircutPpm: 1_000_000 })))).toBe('haircut-out-of-range');
  });
});

describe('opening a domain', () => {
  it('gives it the next number', () =>
    expect(given(usdc(), domain()).when(domain())).toEqual({
      accepted: true,
      events: [{ type: 'DomainOpened', domain: 2, name: 'USDC linear', settlement: 1 }],
    }));
  it('settles in a listed asset without a price of its own', () => {
    expect(codeOf(given().when(domain()))).toBe('asset-unknown');
    expect(codeOf(given(eth()).when(domain()))).toBe('settlement-asset-priced');
    expect(codeOf(given(usdc()).when(domain(1 as AssetId, ' ')))).toBe('name-missing');
  });
});

describe('listing an instrument', () => {
  const listed = given(usdc(), domain());
  it('sizes it in whole settlement units', () =>
    expect(listed.when(btcPerp())).toEqual({
      accepted: true,
      events: [
        {
          type: 'InstrumentListed',
          instrument: 1,
          symbol: 'BTC-PERP',
          domain: 1,
          settlement: 1,
          unit: 500n, // 0.5 × 0.001 × 10^6
          tickUnits: 500_000n,
          tickSteps: 5,
          tickScale: 1,
          lotSteps: 1,
          lotScale: 3,
        },
      ],
    }));
  it('refuses a fraction of a unit', () => {
    const lot = (text: string) => codeOf(listed.when(btcPerp({ tick: '0.001', lot: text })));
    expect(lot('0.001')).toBe('accepted');
    expect(lot('0.0001')).toBe('not-a-whole-unit');
    const tenfold = btcPerp({ tick: '0.001', lot: '0.0001', multiplier: 10 });
    expect(codeOf(listed.when(tenfold))).toBe('accepted');
    // whole per lot, but no whole unit per tick of a base unit
    const coarse = btcPerp({ tick: '0.0000001', lot: '10' });
    expect(codeOf(listed.when(coarse))).toBe('not-a-whole-unit');
  });
  it('refuses steps that are none', () => {
    for (const tick of ['0', '0.0', '-1', '1e3', 'NaN', '', '.5', '01']) {
      expect(codeOf(listed.when(btcPerp({ tick })))).toBe('step-malformed');
    }
    expect(codeOf(listed.when(btcPerp({ lot: '0' })))).toBe('step-malformed');
    expect(codeOf(listed.when(btcPerp({ multiplier: 0 })))).toBe('multiplier-out-of-range');
  });
  it('reads a step without its trailing zeros', () =>
    expect(contractSize({ tick: '10.50', lot: '2.0', multiplier: 3, scale: 2 })).toEqual({
      unit: 6_300n,
      tickUnits: 1_050n,
      tickSteps: 105,
      tickScale: 1,
      lotSteps: 2,
      lotScale: 0,
    }));
  it('refuses values that no record holds', () => {
    const size = (lot: string) => contractSize({ tick: '1', lot, multiplier: 1, scale: 18 });
    expect(size('1000000')).toMatchObject({ unit: 10n ** 24n });
    expect(size('1000001')).toEqual({ code: 'unit-too-large', field: 'lot' });
  });
  it('needs a domain and a symbol of its own', () => {
    const elsewhere = btcPerp({ domain: 2 as DomainId });
    expect(codeOf(listed.when(elsewhere))).toBe('domain-unknown');
    expect(codeOf(given(usdc(), domain(), btcPerp()).when(btcPerp()))).toBe('symbol-taken');
    expect(codeOf(listed.when(btcPerp({ symbol: 'BTC:USD' })))).toBe('symbol-malformed');
  });
});

describe('parameters of an instrument', () => {
  const past = given(usdc(), domain(), btcPerp());
  it('have versions from 1', () => {
    expect(past.when(parameters())).toEqual({
      accepted: true,
      events: [
        { type: 'InstrumentParametersSet', instrument: 1, version: 1, parameters: PARAMETERS },
      ],
    });
    expect(given(usdc(), domain(), btcPerp(), parameters()).when(parameters())).toMatchObject({
      events: [{ version: 2 }],
    });
    expect(codeOf(given().when(parameters()))).toBe('instrument-unknown');
  });

  type Case = [keyof InstrumentParameters, number, number];
  const edges: Case[] = [
    ['lambdaPpm', 999_999, 1_000_000],
    ['multiplierPpm', 1, 0],
    ['floorPpm', 500_000, 500_001],
    ['floorPpm', 4, 3],
    ['capPpm', 20_000, 19_999],
    ['capPpm', 10_000_000, 10_000_001],
    ['stepPpm', 1, 0],
    ['maintenancePpm', 749_900, 750_000],
    ['maintenancePpm', 1, 0],
    ['callPpm', 999_900, 1_000_000],
    ['callPpm', 500_100, 500_000],
    ['releasePpm', 1_000_000, 999_999],
    ['bandPpm', 1, 0],
    ['bandPpm', 1_000_000, 1_000_001],
    ['tradeFeePpm', 999_999, 1_000_000],
    ['closeOutFeePpm', 999_999, 1_000_000],
    ['bufferPpm', 1_000_000, 1_000_001],
  ];
  it.each(edges)('holds %s from both sides: %d and not %d', (field, good, bad) => {
    expect(codeOf(past.when(parameters({ [field]: good })))).toBe('accepted');
    const refused = past.when(parameters({ [field]: bad }));
    expect(refused).toMatchObject({ rejection: { code: 'parameter-out-of-range' } });
    if (!refused.accepted) expect(refused.rejection.detail.rule).toBeTruthy();
  });
  it('need a depth that rises to at most the whole book', () => {
    const depth = (...steps: [number, number][]) =>
      past.when(
        parameters({ depth: steps.map(([bps, cumulativePpm]) => ({ bps, cumulativePpm })) }),
      );
    expect(codeOf(depth([0, 1], [9_999, 1_000_000]))).toBe('accepted');
    for (const steps of [
      [],
      [
        [5, 10],
        [5, 20],
      ],
      [
        [5, 10],
        [6, 10],
      ],
      [[5, 0]],
      [[5, 1_000_001]],
      [[10_000, 10]],
    ] as [number, number][][]) {
      expect(depth(...steps)).toMatchObject({
        rejection: { code: 'parameter-out-of-range', detail: { field: 'depth' } },
      });
    }
  });
});

describe('parameters of the house', () => {
  it('have versions from 1', () =>
    expect(given(houseParameters()).when(houseParameters())).toMatchObject({
      events: [{ type: 'HouseParametersSet', version: 2 }],
    }));
  it.each(['tickMaxMs', 'frameValidMs', 'callWindowMs', 'approvals'] as const)(
    'need a %s of at least 1',
    (field) => {
      expect(codeOf(given().when(houseParameters({ [field]: 1 })))).toBe('accepted');
      expect(given().when(houseParameters({ [field]: 0 }))).toMatchObject({
        rejection: { code: 'parameter-out-of-range', detail: { field } },
      });
    },
  );
  it('may let no tick pass before insurance takes collateral', () =>
    expect(codeOf(given().when(houseParameters({ saleTicks: 0 })))).toBe('accepted'));
});

describe('what the house is made of', () => {
  const changes: ReferenceCommand[] = [
    usdc({ symbol: 'X' }),
    domain(),
    btcPerp({ symbol: 'X' }),
    parameters(),
    houseParameters(),
  ];
  it.each(changes.map((change) => [change.type, change] as const))(
    'is changed by operators only: %s',
    (_, change) => {
      for (const who of [SYSTEM, VENUE]) {
        expect(codeOf(given(...LISTED).when(by(who, change)))).toBe('role-not-allowed');
      }
    },
  );
});
