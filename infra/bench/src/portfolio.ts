import {
  black76Value,
  evaluatePortfolio,
  evaluateStandard,
  portfolioModel,
  STARTING_RULES,
  type ForwardOption,
  type PortfolioBucket,
} from '@ringfence/margin';
import { referenceForwardTerms, referenceValue } from '@ringfence/margin/reference';
import { sized, type Bench, type Report, type Scale } from './bench.js';
import { median, quantile, Stopwatch } from './clock.js';
import { bucketOf, pricedOnce, Sequence } from './portfolio-yard.js';

const MODEL = portfolioModel(STARTING_RULES);
const LEGS_LARGE = 80;
const LEGS_SMALL = 10;
const MIXED = 10_000;

const margin = (bucket: PortfolioBucket): number =>
  Number(evaluatePortfolio(bucket, MODEL).maintenance);
/** Every third bucket is isolated or cross: each option by rule. */
const mixed = (bucket: PortfolioBucket, index: number): number =>
  index % 3 === 0 ? Number(evaluateStandard(bucket, [], MODEL).maintenance) : margin(bucket);

type Work = (bucket: PortfolioBucket, index: number) => number;

/** CPU of one pass over buckets, µs each: the median of some rounds, one before them warms up. */
function each(rounds: number, buckets: readonly PortfolioBucket[], work: Work): number {
  const samples: number[] = [];
  let seen = 0;
  for (let round = 0; round <= rounds; round++) {
    const watch = new Stopwatch();
    for (const [index, bucket] of buckets.entries()) seen += work(bucket, index);
    if (round > 0) samples.push(watch.cpu() / buckets.length);
  }
  if (!Number.isFinite(seen)) throw new RangeError('a requirement is not a number');
  return median(samples);
}

const made = (count: number, legs: (seed: number) => number): PortfolioBucket[] =>
  Array.from({ length: count }, (_, seed) => bucketOf(legs(seed), seed + 1));

/** Wall time of single evaluations, ms; those of the first pass are not counted. */
function singles(buckets: readonly PortfolioBucket[], passes: number): number[] {
  const samples: number[] = [];
  for (let pass = 0; pass <= passes; pass++) {
    for (const bucket of buckets) {
      const watch = new Stopwatch();
      margin(bucket);
      if (pass > 0) samples.push(watch.wall());
    }
  }
  return samples;
}

function legs(scale: Scale, to: Report): void {
  const rounds = sized(scale, 7, 1);
  const large = made(sized(scale, 100, 2), () => LEGS_LARGE);
  const small = made(sized(scale, 400, 2), () => LEGS_SMALL);
  const samples = singles(large, sized(scale, 6, 1));
  const p99 = quantile(samples, 0.99);
  const onceLarge = each(rounds, large, pricedOnce);
  const onceSmall = each(rounds, small, pricedOnce);
  const fullLarge = each(rounds, large, margin);
  const fullSmall = each(rounds, small, margin);
  to.add({ name: 'portfolio.80-legs.once', value: onceLarge, unit: 'µs CPU' });
  to.add({
    name: 'portfolio.80-legs',
    value: fullLarge,
    unit: 'µs CPU',
    against: { value: onceLarge, name: 'portfolio.80-legs.once' },
  });
  to.add({
    name: 'portfolio.80-legs.p99',
    value: p99,
    unit: 'ms',
    target: { goal: 5, floor: 10 },
    detail: { median: median(samples), count: samples.length },
  });
  to.add({ name: 'portfolio.10-legs.once', value: 1e6 / onceSmall, unit: 'buckets/s' });
  to.add({
    name: 'portfolio.10-legs',
    value: 1e6 / fullSmall,
    unit: 'buckets/s',
    target: { goal: 2_000, floor: 1_000 },
    against: { value: 1e6 / onceSmall, name: 'portfolio.10-legs.once' },
  });
  const leg = (fullLarge - fullSmall) / (LEGS_LARGE - LEGS_SMALL);
  const onceLeg = (onceLarge - onceSmall) / (LEGS_LARGE - LEGS_SMALL);
  to.add({ name: 'portfolio.leg.once', value: onceLeg, unit: 'µs CPU' });
  to.add({
    name: 'portfolio.leg',
    value: leg,
    unit: 'µs CPU',
    // a smoke run is too short to tell ten legs from eighty
    ...(onceLeg > 0 ? { against: { value: onceLeg, name: 'portfolio.leg.once' } } : {}),
  });
}

function revaluation(scale: Scale, to: Report): void {
  const draw = new Sequence(7);
  const buckets = made(sized(scale, MIXED, 6), () => 1 + draw.next(24));
  const once = each(sized(scale, 3, 1), buckets, pricedOnce) * buckets.length;
  const full = each(sized(scale, 1, 1), buckets, mixed) * buckets.length;
  const options = buckets.reduce(
    (sum, { underlyings }) => sum + (underlyings[0]?.options.length ?? 0),
    0,
  );
  to.add({ name: 'portfolio.revaluation.once', value: once / 1_000, unit: 'ms CPU' });
  to.add({
    name: 'portfolio.revaluation',
    value: full / 1_000,
    unit: 'ms CPU',
    against: { value: once / 1_000, name: 'portfolio.revaluation.once' },
    detail: { buckets: buckets.length, options },
  });
}

/** One portfolio of options valued by the fast kernel and by the reference. */
function kernels(scale: Scale, to: Report): void {
  const options = Array.from({ length: sized(scale, LEGS_LARGE, 2) }, (_, i): ForwardOption => {
    const type = i % 2 === 0 ? 'call' : 'put';
    const strike = 64_000 * (0.6 + (0.8 * i) / LEGS_LARGE);
    return { type, forward: 64_000, strike, years: (1 + (i % 6) * 20) / 365, volatility: 0.6 };
  });
  const slowTerms = options.map(referenceForwardTerms);
  const rate = (passes: number, pass: () => number): number => {
    let seen = pass();
    const watch = new Stopwatch();
    for (let i = 0; i < passes; i++) seen += pass();
    if (!Number.isFinite(seen)) throw new RangeError('a value is not a number');
    return (1e6 * passes * options.length) / Math.max(watch.cpu(), 1);
  };
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const slow = rate(1, () => sum(slowTerms.map((terms) => Number(referenceValue(terms)))));
  const fast = rate(sized(scale, 2_000, 1), () => sum(options.map(black76Value)));
  to.add({ name: 'portfolio.values.reference', value: slow, unit: 'options/s' });
  to.add({
    name: 'portfolio.values',
    value: fast,
    unit: 'options/s',
    against: { value: slow, name: 'portfolio.values.reference' },
  });
}

/** Margin with Greeks, liquidation price and score of buckets, by the house's own function. */
export const portfolio: Bench = {
  name: 'portfolio',
  run: async (scale, to) => {
    legs(scale, to);
    revaluation(scale, to);
    kernels(scale, to);
  },
};
