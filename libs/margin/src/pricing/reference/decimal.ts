import { Big } from 'big.js';

/** Decimals kept by every step; results keep 30 significant digits down to 1e-12. */
const PLACES = 60;
/** A constructor of our own: the precision of others' numbers is theirs. */
const Decimal = Big();
Decimal.DP = PLACES;
Decimal.RM = Decimal.roundHalfEven;
export type Decimal = Big;

/** What a double above 1e-20 needs at most to be written out, and the most that can be asked. */
const DOUBLE_DIGITS = 100;
/** The double itself, all its digits: 0.1 is 0.1000000000000000055…, as the fast kernel sees it. */
export const exactly = (value: number): Decimal => Decimal(value.toPrecision(DOUBLE_DIGITS));

export const ZERO = Decimal(0);
const ONE = Decimal(1);
const HALF = Decimal('0.5');
const UNIT = Decimal(`1e-${PLACES}`);

const kept = (value: Decimal): Decimal => value.round(PLACES, Decimal.roundHalfEven);
export const times = (a: Decimal, b: Decimal): Decimal => kept(a.times(b));

/** 2 artanh(z) for small z, by its series. */
function twiceArtanh(z: Decimal): Decimal {
  const square = times(z, z);
  let power = z;
  let sum = z;
  for (let n = 3; power.abs().gt(UNIT); n += 2) {
    power = times(power, square);
    sum = sum.plus(power.div(n));
  }
  return sum.times(2);
}

const LN2 = twiceArtanh(ONE.div(3));

/** ln(x), x > 0. */
export function ln(x: Decimal): Decimal {
  let reduced = x;
  let exponent = 0;
  for (; reduced.gt(1.5); exponent++) reduced = reduced.div(2);
  for (; reduced.lt(0.75); exponent--) reduced = reduced.times(2);
  return LN2.times(exponent).plus(twiceArtanh(reduced.minus(1).div(reduced.plus(1))));
}

/** e^−140 is below the last place kept. */
const EXP_MIN = -140;
/** Where the series takes over: some fifteen terms then give all places. */
const SERIES_REACH = 1 / 4096;

/** e^x by its series on x halved until it is small, squared as often. */
export function exp(x: Decimal): Decimal {
  if (x.lt(EXP_MIN)) return ZERO;
  let reduced = x;
  let halvings = 0;
  for (; reduced.abs().gt(SERIES_REACH); halvings++) reduced = reduced.div(2);
  let term = ONE;
  let sum = ONE;
  for (let n = 1; term.abs().gt(UNIT); n++) {
    term = times(term, reduced).div(n);
    sum = sum.plus(term);
  }
  for (let n = 0; n < halvings; n++) sum = times(sum, sum);
  return sum;
}

/** π by Machin's formula, 16 arctan(1/5) − 4 arctan(1/239). */
function machin(): Decimal {
  const arctan = (inverse: number): Decimal => {
    let power = ONE.div(inverse);
    let sum = power;
    for (let n = 3, sign = -1; power.gt(UNIT); n += 2, sign = -sign) {
      power = power.div(inverse * inverse);
      sum = sum.plus(power.div(n).times(sign));
    }
    return sum;
  };
  return arctan(5).times(16).minus(arctan(239).times(4));
}
export const PI = kept(machin());
const SQRT_2PI = PI.times(2).sqrt();

/** n(x), density of the standard normal distribution. */
export const density = (x: Decimal): Decimal =>
  exp(times(x, x).times(HALF).times(-1)).div(SQRT_2PI);

/** Where the series gives way to the continued fraction. */
const SERIES_MAX = 8;
const FRACTION_LEVELS = 50;

/** N(−a) / n(a), the Mills ratio, a ≥ 0. */
export function mills(a: Decimal): Decimal {
  if (a.lte(SERIES_MAX)) return upperTail(a).div(density(a));
  let fraction = a;
  for (let n = FRACTION_LEVELS; n >= 1; n--) fraction = a.plus(Decimal(n).div(fraction));
  return ONE.div(fraction);
}

/** N(−a) for a ≥ 0. */
function upperTail(a: Decimal): Decimal {
  if (a.gt(SERIES_MAX)) return times(density(a), mills(a));
  // ½ − n(a) Σ a^(2k+1) / (1·3·5···(2k+1)): all terms positive, 1e-60 of their sum is lost at most
  const square = times(a, a);
  let term = a;
  let sum = a;
  for (let n = 3; term.gt(UNIT); n += 2) {
    term = times(term, square).div(n);
    sum = sum.plus(term);
  }
  return HALF.minus(times(density(a), sum));
}

/** N(x), the standard normal distribution function. */
export const distribution = (x: Decimal): Decimal =>
  x.lt(0) ? upperTail(x.abs()) : ONE.minus(upperTail(x));

/** erfc(x) = 2 N(−x√2). */
export const erfc = (x: Decimal): Decimal =>
  distribution(times(x, Decimal(2).sqrt()).times(-1)).times(2);
