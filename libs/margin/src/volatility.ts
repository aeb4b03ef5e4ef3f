import { invariant } from '@ringfence/kernel';
import { PPM, type Ppm } from '@ringfence/money';

/** Parts in which a variance of simple returns is recorded: a return of 1 bp squares to 10_000. */
export const VARIANCE_PARTS = 1e12;
/** Largest variance recorded, a return of about 31 times: beyond it nothing is measured. */
export const VARIANCE_MAX = 1e15;

/**
 * Exponentially weighted mean of squared returns, one step.
 *
 * @param variance  of a simple return, as a fraction squared, ≥ 0
 * @param change    simple return of this step, as a fraction
 * @param lambda    weight of the past, 0 ≤ lambda < 1
 * @returns variance ≥ 0; a double: quantise it before it is recorded, see `nextVariance`
 */
export const ewma = (variance: number, change: number, lambda: number): number =>
  lambda * variance + (1 - lambda) * change * change;

/**
 * The variance after one more price, whole parts, so that it can be recorded and replayed.
 *
 * Half a part is lost or won at most per step, so with weight lambda the recorded variance is
 * within 0.5 / (1 − lambda) parts of the double; at 0.999 that is a volatility of 0.2 bp per step.
 *
 * @param variance       parts of 1e-12, whole, 0 to 1e15
 * @param previousPrice  ticks > 0
 * @param price          ticks ≥ 0
 * @param lambdaPpm      weight of the past, 0 ≤ lambdaPpm < 1_000_000
 * @returns parts of 1e-12, whole, 0 to 1e15; nearest, a half up
 * @throws InvariantViolation when a figure is out of range
 * @source RiskMetrics technical document (1996), exponentially weighted moving average
 */
export function nextVariance(step: {
  readonly variance: number;
  readonly previousPrice: number;
  readonly price: number;
  readonly lambdaPpm: Ppm;
}): number {
  const { variance, previousPrice, price, lambdaPpm } = step;
  invariant(Number.isSafeInteger(variance) && variance >= 0, 'a variance in whole parts');
  invariant(previousPrice > 0 && price >= 0, 'a return needs a price to return from');
  invariant(lambdaPpm >= 0 && lambdaPpm < PPM, 'the past weighs less than everything');
  const change = (price - previousPrice) / previousPrice;
  const next = ewma(variance / VARIANCE_PARTS, change, lambdaPpm / PPM) * VARIANCE_PARTS;
  return Math.min(Math.floor(next + 0.5), VARIANCE_MAX);
}

/** What turns a variance into a rate; parameters of an instrument, versioned data. */
export interface RateRule {
  /** quantile × sqrt(horizon in steps of the variance); 3 over 3_600 steps is 180_000_000 */
  readonly multiplierPpm: Ppm;
  /** least rate, whatever the calm: the anti-procyclical floor */
  readonly floorPpm: Ppm;
  /** greatest rate, ≥ floor */
  readonly capPpm: Ppm;
  /** width of a step; 2_500 is 25 bp */
  readonly stepPpm: Ppm;
  /** how far below a step's lower edge the raw rate must be before the rate leaves the step */
  readonly hysteresisPpm: Ppm;
}
/** 25 basis points: the step of rates. */
export const STEP_PPM = 2_500;

/** The raw rate of a rule: volatility over the horizon at the quantile; a double, in ppm. */
export function rawRate(variance: number, rule: Pick<RateRule, 'multiplierPpm'>): number {
  // sqrt of 1e-12 is 1e-6: the root of the parts is the volatility in parts per million
  return (Math.sqrt(variance) * rule.multiplierPpm) / PPM;
}

/** The raw rate rounded up to a step, then held between floor and cap. */
function stepAbove(rawPpm: number, rule: RateRule): Ppm {
  if (rawPpm >= rule.capPpm) return rule.capPpm;
  const stepped = Math.ceil(rawPpm / rule.stepPpm) * rule.stepPpm;
  return Math.min(Math.max(stepped, rule.floorPpm), rule.capPpm);
}

/**
 * The rate that volatility asks for, in steps that rise at once and fall late.
 *
 * It rises as soon as the raw rate passes its step. It falls only when the raw rate plus the
 * hysteresis fits a lower step, and then to that step: so a raw rate that trembles at an edge moves
 * nothing, and margin is handed back later than it was asked for (anti-procyclical).
 *
 * @param variance     parts of 1e-12, whole; see `nextVariance`
 * @param previousPpm  rate in force, 0 for none
 * @returns parts per million between floor and cap, whole; the smallest change from `previousPpm`
 *          that stays within [step of raw, step of raw + hysteresis]
 * @throws InvariantViolation when a parameter is out of range
 * @source DESIGN 6.4; EMIR RTS 153/2013 Article 28 (limits to procyclicality)
 */
export function steppedRate(
  input: RateRule & { readonly variance: number; readonly previousPpm: Ppm },
): Ppm {
  invariant(input.variance >= 0 && input.previousPpm >= 0, 'variance and rate are not negative');
  invariant(input.stepPpm > 0 && input.hysteresisPpm >= 0, 'a step has a width');
  invariant(input.floorPpm > 0 && input.floorPpm <= input.capPpm, '0 < floor ≤ cap');
  const raw = rawRate(input.variance, input);
  const least = stepAbove(raw, input);
  const most = stepAbove(raw + input.hysteresisPpm, input);
  return Math.min(Math.max(input.previousPpm, least), most);
}
