import fc from 'fast-check';
import type { OptionType, SpotOption } from './index.js';

const MINUTES_PER_YEAR = 365 * 24 * 60;

/** Spread evenly over the orders of magnitude from `least` to `most`. */
const magnitude = (least: number, most: number): fc.Arbitrary<number> =>
  fc
    .integer({ min: 0, max: 1_000_000 })
    .map((part) => least * (most / least) ** (part / 1_000_000));

/** At least one of a hundred parts, so that shrinking does not end in rounding. */
const signed = (reach: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((part) => (part / 1_000_000) * reach);

export const optionType: fc.Arbitrary<OptionType> = fc.constantFrom('call', 'put');

/** An option on a spot price, and how many deviations its strike is away from the forward. */
export interface Drawn {
  readonly option: SpotOption;
  readonly deviations: number;
}

/**
 * The wide domain: one minute to ten years, volatility 1 % to 500 %, strikes up to so many
 * deviations from the forward (and some at it), rates and carry of ±10 %.
 */
export const drawnOption = (deviationsMax: number): fc.Arbitrary<Drawn> =>
  fc
    .record({
      type: optionType,
      spot: magnitude(1e-4, 1e6),
      years: magnitude(1 / MINUTES_PER_YEAR, 10),
      volatility: magnitude(0.01, 5),
      deviations: fc.oneof(
        { weight: 9, arbitrary: signed(deviationsMax) },
        { weight: 1, arbitrary: fc.constant(0) },
      ),
      rate: signed(0.1),
      carry: fc.oneof(signed(0.1), fc.constant(0)),
    })
    .map(({ deviations, ...terms }) => {
      const deviation = terms.volatility * Math.sqrt(terms.years);
      const strike = terms.spot * Math.exp(terms.carry * terms.years + deviations * deviation);
      return { option: { ...terms, strike }, deviations };
    })
    .filter(({ option }) => option.strike > 1e-90 && option.strike < 1e90);
