import {
  black76Greeks,
  black76Value,
  blackScholesGreeks,
  blackScholesValue,
  OptionRefused,
  type ForwardOption,
  type SpotOption,
} from './index.js';

const forward: ForwardOption = {
  type: 'call',
  forward: 100,
  strike: 110,
  years: 0.5,
  volatility: 0.6,
};
const spot: SpotOption = {
  type: 'put',
  spot: 100,
  strike: 110,
  years: 0.5,
  volatility: 0.6,
  rate: 0.03,
  carry: 0.01,
};

describe('terms that no option can have', () => {
  it.each<[string, Partial<ForwardOption>, string]>([
    ['volatility', { volatility: -0.1 }, 'at least 0'],
    ['volatility', { volatility: NaN }, 'a finite number'],
    ['volatility', { volatility: Infinity }, 'a finite number'],
    ['forward', { forward: 0 }, 'above 0'],
    ['forward', { forward: -5 }, 'above 0'],
    ['forward', { forward: NaN }, 'a finite number'],
    ['forward', { forward: 1e101 }, 'from 1e-100 to 1e100'],
    ['strike', { strike: -1 }, 'at least 0'],
    ['strike', { strike: 1e-101 }, 'from 1e-100 to 1e100'],
    ['years', { years: -1e-9 }, 'at least 0'],
    ['years', { years: NaN }, 'a finite number'],
    ['discount', { discount: 0 }, 'above 0'],
    ['discount', { years: 0, discount: 0.9 }, '1 at expiry'],
    ['spot', { spot: -1 }, 'above 0'],
    ['spot', { years: 0, spot: 99 }, 'the forward at expiry'],
    ['volatility × √years', { volatility: 1e300, years: 1e300 }, 'a finite number'],
    ['−ln(discount) / years', { years: 1e-309, discount: 0.5 }, 'a finite number'],
  ])('name the field and the rule on a forward: %s', (field, change, rule) => {
    const option = { ...forward, ...change };
    for (const ask of [black76Value, black76Greeks]) {
      expect(refusal(() => ask(option))).toEqual({ field, rule });
    }
  });

  it.each<[string, Partial<SpotOption>, string]>([
    ['spot', { spot: 0 }, 'above 0'],
    ['strike', { strike: NaN }, 'a finite number'],
    ['rate', { rate: NaN }, 'a finite number'],
    ['carry', { carry: -Infinity }, 'a finite number'],
    ['years', { years: -1 }, 'at least 0'],
    ['volatility', { volatility: -1 }, 'at least 0'],
    ['spot × e^(carry × years)', { carry: 1e4 }, 'a finite number'],
    ['e^(−rate × years)', { rate: 1e4 }, 'above 0'],
  ])('name the field and the rule on a spot price: %s', (field, change, rule) => {
    const option = { ...spot, ...change };
    for (const ask of [blackScholesValue, blackScholesGreeks]) {
      expect(refusal(() => ask(option))).toEqual({ field, rule });
    }
  });

  it('refuses what is neither call nor put', () => {
    const option: unknown = { ...forward, type: 'straddle' };
    expect(refusal(() => black76Value(option as ForwardOption))).toEqual({
      field: 'type',
      rule: 'call or put',
    });
  });

  it('refuses text where a number belongs', () => {
    const option: unknown = { ...forward, volatility: '0.5' };
    expect(refusal(() => black76Value(option as ForwardOption)).field).toBe('volatility');
  });
});

describe('an option on a spot price', () => {
  it('is the option on its forward', () => {
    const { type, strike, years, volatility, rate, carry } = spot;
    const viaForward = black76Greeks({
      type,
      forward: 100 * Math.exp(carry * years),
      strike,
      years,
      volatility,
      discount: Math.exp(-rate * years),
      spot: 100,
    });
    const direct = blackScholesGreeks(spot);
    for (const [name, figure] of Object.entries(direct)) {
      expect(new Map<string, number>(Object.entries(viaForward)).get(name)).toBeCloseTo(figure, 10);
    }
  });
});

function refusal(ask: () => unknown): { field: string; rule: string } {
  try {
    ask();
  } catch (fault) {
    if (fault instanceof OptionRefused) return { field: fault.field, rule: fault.rule };
    throw fault;
  }
  throw new Error('nothing was refused');
}
