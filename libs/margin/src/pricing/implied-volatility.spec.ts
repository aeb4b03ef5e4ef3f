import * as fs from 'node:fs';
import fc from 'fast-check';
import { black76Greeks, impliedVolatility, OptionRefused, type PricedOption } from './index.js';
import { drawnOption } from './options.fixture.js';

fc.configureGlobal({ seed: 6603, numRuns: 20_000 });

const ROUND_TRIP = 1e-10;
/** σ·vega as a part of the price: where the price still holds its volatility to ten digits. */
const HELD = 1e-5;
/** Below it doubles begin to lose digits of their own. */
const PRICE_LEAST = 1e-290;

const base = { type: 'call', forward: 100, strike: 100, years: 0.25 } as const;

describe('implied volatility', () => {
  it('comes back to 1e-10 wherever σ·vega is above 1e-5 of the price', () => {
    let worst = 0;
    let held = 0;
    fc.assert(
      fc.property(drawnOption(20), ({ option }) => {
        const { type, strike, years, volatility } = option;
        const priced = { type, forward: option.spot, strike, years };
        const { value, vega } = black76Greeks({ ...priced, volatility, discount: 0.95 });
        if (!(vega * volatility > HELD * value) || value < PRICE_LEAST) return;
        held++;
        const implied = impliedVolatility({ ...priced, discount: 0.95, price: value });
        expect(implied.found).toBe(true);
        if (!implied.found) return;
        const error = Math.abs(implied.volatility / volatility - 1);
        worst = Math.max(worst, error);
        expect(error).toBeLessThan(ROUND_TRIP);
      }),
    );
    expect(held).toBeGreaterThan(8_000);
    fs.writeSync(
      1,
      `implied volatility: worst round trip of ${held} is ${worst.toExponential(2)}\n`,
    );
  });

  it('comes back for every option out of the money, down to the smallest prices', () => {
    fc.assert(
      fc.property(drawnOption(35), ({ option }) => {
        const { strike, years, volatility, spot } = option;
        const priced = {
          type: strike < spot ? 'put' : 'call',
          forward: spot,
          strike,
          years,
        } as const;
        const { value } = black76Greeks({ ...priced, volatility });
        const bound = strike < spot ? strike : spot;
        if (value < PRICE_LEAST || value > 0.999_999 * bound) return;
        const implied = impliedVolatility({ ...priced, price: value });
        const error = implied.found ? Math.abs(implied.volatility / volatility - 1) : Infinity;
        expect(error).toBeLessThan(ROUND_TRIP);
      }),
    );
  });

  it('ends for every price between the bounds, and gives that price', () => {
    const share = fc.double({ min: 1e-12, max: 1 - 1e-9, noNaN: true });
    fc.assert(
      fc.property(drawnOption(20), share, ({ option }, part) => {
        const { type, strike, years, spot: forward } = option;
        const inside = Math.max(type === 'call' ? forward - strike : strike - forward, 0);
        const most = type === 'call' ? forward : strike;
        const price = inside + (most - inside) * part;
        if (!(price > inside && price < most)) return;
        const implied = impliedVolatility({ type, forward, strike, years, price });
        const volatility = implied.found ? implied.volatility : NaN;
        const { value } = black76Greeks({ type, forward, strike, years, volatility });
        expect(Math.abs(value - price)).toBeLessThanOrEqual(1e-13 * price);
      }),
    );
  });

  it.each<[string, Partial<PricedOption>, object]>([
    [
      'a call below its intrinsic value',
      { forward: 120, price: 19.9 },
      { found: false, refused: 'below-intrinsic', bound: 20 },
    ],
    [
      'a put below its intrinsic value',
      { type: 'put', forward: 80, price: 0, discount: 0.5 },
      { found: false, refused: 'below-intrinsic', bound: 10 },
    ],
    [
      'a call at its forward',
      { price: 100 },
      { found: false, refused: 'above-forward', bound: 100 },
    ],
    [
      'a call above its discounted forward',
      { price: 91, discount: 0.9 },
      { found: false, refused: 'above-forward', bound: 90 },
    ],
    [
      'a put at its strike',
      { type: 'put', price: 100 },
      { found: false, refused: 'above-strike', bound: 100 },
    ],
  ])('refuses %s', (_name, change, answer) => {
    expect(impliedVolatility({ ...base, price: 1, ...change })).toEqual(answer);
  });

  it('is 0 at the intrinsic value', () => {
    expect(impliedVolatility({ ...base, price: 0 })).toEqual({ found: true, volatility: 0 });
    const inside = { ...base, forward: 120, discount: 0.7, price: 0.7 * 20 };
    expect(impliedVolatility(inside)).toEqual({ found: true, volatility: 0 });
  });

  it.each<[string, Partial<PricedOption>, string]>([
    ['price', { price: NaN }, 'price: must be a finite number, got NaN'],
    ['price', { price: -1 }, 'price: must be at least 0, got -1'],
    ['years', { years: 0 }, 'years: must be above 0, got 0'],
    ['strike', { strike: 0 }, 'strike: must be above 0, got 0'],
    ['forward', { forward: 0 }, 'forward: must be above 0, got 0'],
  ])('refuses by name a wrong %s', (_field, change, message) => {
    const ask = (): unknown => impliedVolatility({ ...base, price: 1, ...change });
    expect(ask).toThrow(OptionRefused);
    expect(ask).toThrow(message);
  });
});
