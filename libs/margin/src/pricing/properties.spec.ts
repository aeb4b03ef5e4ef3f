import fc from 'fast-check';
import { blackScholesGreeks, blackScholesValue, type SpotOption } from './index.js';
import { drawnOption } from './options.fixture.js';

fc.configureGlobal({ seed: 6602, numRuns: 2_000 });

/** Rounding that two prices of the same size may differ by. */
const ROUNDING = 1e-14;

/** What an option can be worth, and what its discounted forward and strike are worth. */
function worth(option: SpotOption): { value: number; forward: number; strike: number } {
  const discount = Math.exp(-option.rate * option.years);
  const forward = option.spot * Math.exp((option.carry - option.rate) * option.years);
  return { value: blackScholesValue(option), forward, strike: option.strike * discount };
}

const both = (option: SpotOption) =>
  [
    { ...option, type: 'call' },
    { ...option, type: 'put' },
  ] as const;

describe('what every option value obeys', () => {
  it('parity: a call less a put is the discounted forward less the strike', () => {
    fc.assert(
      fc.property(drawnOption(10), ({ option }) => {
        const [call, put] = both(option).map(worth);
        const difference = (call?.value ?? NaN) - (put?.value ?? NaN);
        const { forward, strike } = worth(option);
        const size = Math.max(forward, strike);
        expect(Math.abs(difference - (forward - strike)) / size).toBeLessThan(ROUNDING);
      }),
    );
  });

  it('parity holds for the Greeks', () => {
    fc.assert(
      fc.property(drawnOption(10), ({ option }) => {
        const [call, put] = both(option).map(blackScholesGreeks);
        if (!call || !put) throw new Error('two options were made');
        const { spot, years } = option;
        const yields = Math.exp((option.carry - option.rate) * years);
        expect(call.delta - put.delta).toBeCloseTo(yields, 13);
        expect(call.gamma).toBe(put.gamma);
        expect(call.vega).toBe(put.vega);
        expect(call.vanna).toBe(put.vanna);
        expect(call.volga).toBe(put.volga);
        const strikeWorth = worth(option).strike;
        const rho = years * strikeWorth;
        expect(Math.abs(call.rho - put.rho - rho) / (rho + years * spot)).toBeLessThan(1e-13);
      }),
    );
  });

  it('bounds: no less than intrinsic, no more than forward or strike', () => {
    fc.assert(
      fc.property(drawnOption(10), ({ option }) => {
        const { value, forward, strike } = worth(option);
        const [inside, most] =
          option.type === 'call' ? [forward - strike, forward] : [strike - forward, strike];
        const slack = ROUNDING * Math.max(forward, strike);
        expect(value).toBeGreaterThanOrEqual(Math.max(inside, 0) - slack);
        expect(value).toBeLessThanOrEqual(most + slack);
        const { itmCashProbability, itmAssetProbability } = blackScholesGreeks(option);
        for (const share of [itmCashProbability, itmAssetProbability]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  /** No value falls by more than rounding from the first option to the second. */
  const rises = (pair: (option: SpotOption, part: number) => [SpotOption, SpotOption]): void => {
    fc.assert(
      fc.property(drawnOption(10), fc.double({ min: 1e-9, max: 2, noNaN: true }), (drawn, part) => {
        const [before, after] = pair(drawn.option, part).map(blackScholesValue);
        if (before === undefined || after === undefined) throw new Error('two were priced');
        expect(before - after).toBeLessThanOrEqual(1e-13 * before);
      }),
    );
  };

  it('monotony: a call falls with its strike', () => {
    rises((option, part) => {
      const call = { ...option, type: 'call' } as const;
      return [{ ...call, strike: call.strike * (1 + part) }, call];
    });
  });

  it('monotony: a put rises with its strike', () => {
    rises((option, part) => {
      const put = { ...option, type: 'put' } as const;
      return [put, { ...put, strike: put.strike * (1 + part) }];
    });
  });

  it('monotony: every option rises with volatility', () => {
    rises((option, part) => [option, { ...option, volatility: option.volatility * (1 + part) }]);
  });

  it('monotony: without rates every option rises with time', () => {
    rises((option, part) => {
      const free = { ...option, rate: 0, carry: 0 };
      return [free, { ...free, years: free.years * (1 + part) }];
    });
  });

  it('homogeneity: prices twice as large give values twice as large, to the bit', () => {
    fc.assert(
      fc.property(drawnOption(10), fc.integer({ min: -20, max: 20 }), (drawn, exponent) => {
        const { option } = drawn;
        const scale = 2 ** exponent;
        const scaled = { ...option, spot: option.spot * scale, strike: option.strike * scale };
        const [one, other] = [blackScholesGreeks(option), blackScholesGreeks(scaled)];
        expect(other.value).toBe(one.value * scale);
        expect(other.delta).toBe(one.delta);
        expect(other.vega).toBe(one.vega * scale);
      }),
    );
  });

  it("homogeneity: Euler's sum of spot and strike is the value", () => {
    fc.assert(
      fc.property(drawnOption(6), ({ option }) => {
        const { value, delta, strikeSensitivity } = blackScholesGreeks(option);
        const sum = delta * option.spot + strikeSensitivity * option.strike;
        const size = Math.abs(delta * option.spot) + value;
        expect(Math.abs(sum - value)).toBeLessThanOrEqual(ROUNDING * size * 10);
      }),
    );
  });
});
