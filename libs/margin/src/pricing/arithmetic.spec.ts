import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { black76Greeks, blackScholesGreeks, impliedVolatility, type OptionType } from './index.js';

const SOURCES = fileURLToPath(new URL('../../src/pricing/', import.meta.url));
const TEST = /\.(spec|fixture)\.ts$/;

/** What a source uses beyond the arithmetic that IEEE 754 fixes to the last bit. */
function forbidden(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  return [...code.matchAll(/\bMath\b(?!\.sqrt\()(\.\w+)?|globalThis|\*\*/g)].map(([use]) => use);
}

/** A sum over the bits of doubles: equal for equal bits, in this order. */
function print(values: Iterable<number>): string {
  const view = new DataView(new ArrayBuffer(8));
  let hash = 0xcbf29ce484222325n;
  for (const value of values) {
    view.setFloat64(0, value);
    hash = BigInt.asUintN(64, (hash ^ view.getBigUint64(0)) * 0x100000001b3n);
  }
  return hash.toString(16);
}

/** Numbers between 0 and 1, the same for ever: whole arithmetic below 2^53. */
function* seeded(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

describe('the arithmetic of the fast kernel', () => {
  it('uses nothing but + − × ÷ and the square root', () => {
    const files = fs.readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
    const checked = files.filter((file) => file.endsWith('.ts') && !TEST.test(file));
    const fast = checked.filter((file) => !file.startsWith('reference'));
    expect(fast).toEqual(expect.arrayContaining(['elementary.ts', 'kernel.ts', 'normal.ts']));
    for (const file of fast) {
      const source = fs.readFileSync(join(SOURCES, file), 'utf8');
      expect({ file, uses: forbidden(source) }).toEqual({ file, uses: [] });
    }
  });

  it.each([
    ['const y = Math.exp(x);', ['Math.exp']],
    ['const { log } = Math;', ['Math']],
    ['const y = x ** 2;', ['**']],
    ['const y = Math.sqrt(x) * Math.pow(x, 3);', ['Math.pow']],
    ['// Math.exp in a comment\nconst y = Math.sqrt(x);', []],
  ])('is seen through in %s', (source, uses) => expect(forbidden(source)).toEqual(uses));

  it('gives the bits that it gave when this was written', () => {
    const chance = seeded(20_261_121);
    const next = (): number => chance.next().value;
    const figures = function* (): Generator<number> {
      for (let count = 0; count < 2_000; count++) {
        const type: OptionType = next() < 0.5 ? 'call' : 'put';
        const years = (next() * 1.01) / (1 + 5_000 * next());
        const volatility = 0.01 + 4.99 * next() * next();
        const forward = 10 + 100_000 * next();
        const strike = forward * (0.25 + 2 * next());
        const base = { type, forward, strike, years };
        const option = { ...base, volatility, discount: 0.9, spot: 0.98 * forward };
        const greeks = black76Greeks(option);
        yield* Object.values(greeks);
        const carried = { type, spot: forward, strike, years, volatility, rate: 0.04, carry: 0.01 };
        yield* Object.values(blackScholesGreeks(carried));
        const implied = impliedVolatility({ ...base, price: greeks.value, discount: 0.9 });
        yield implied.found ? implied.volatility : -1;
      }
    };
    expect(print(figures())).toBe('c7cffda0ecbb6927');
  });
});
