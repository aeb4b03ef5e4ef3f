import type { EventOf } from '@ringfence/contracts';
import {
  bufferedMargin,
  flooredMargin,
  openInterestRate,
  steppedRate,
  stressWeightedMargin,
} from '@ringfence/margin';
import { PPM, ceilTo, decimalOf, tenTo, type DecimalFigure, type Ppm } from '@ringfence/money';
import type { RiskRules } from './risk-rules.js';
import type { Instrument, InstrumentParameters, Ruled } from './state.js';

export type GuardedRate = EventOf<'RatesGuarded'>['rates'][number];

/** Everything that a rate follows from. */
export interface RateInput {
  readonly instrument: Pick<Instrument, 'initialPpm' | 'unit'>;
  readonly parameters: InstrumentParameters;
  /** of the newest used price, parts of 1e-12 */
  readonly variance: number;
  /** newest used price in ticks */
  readonly price: number;
  /** null: no rules are set */
  readonly ruled: Ruled | null;
  /** decimals of the settlement asset: caps are in its whole units */
  readonly scale: number;
}

/**
 * The initial rate of an instrument: what volatility asks for in steps, then the rules against
 * procyclicality, then what open interest asks for on top. Without rules it is the first.
 *
 * @returns parts per million, whole, rounded up at each rule that requires more
 * @source DESIGN 6.4; RTS 153/2013 article 28; rules/margin, margin-ppm
 */
export function rateOf(input: RateInput): Omit<GuardedRate, 'instrument'> {
  const { instrument, parameters, variance, ruled } = input;
  const previousPpm = ruled && ruled.basePpm > 0 ? ruled.basePpm : instrument.initialPpm;
  const basePpm = steppedRate({ ...parameters, variance, previousPpm });
  if (!ruled) return { basePpm, guardedPpm: basePpm, initialPpm: basePpm };
  const guardedPpm = guarded(basePpm, ruled.guardedPpm, ruled.rules.antiProcyclicality);
  return { basePpm, guardedPpm, initialPpm: crowded(guardedPpm, ruled, input) };
}

/** Stressed weight, ten-year floor, buffer: each only ever adds to what is calculated. */
function guarded(basePpm: Ppm, previousPpm: Ppm, rules: RiskRules['antiProcyclicality']): Ppm {
  if (!rules) return basePpm;
  const weighted = stressWeightedMargin({
    calculated: figure(basePpm),
    stressed: figure(rules.stressedPpm),
    weight: part(rules.stressWeightPpm),
  });
  const base = flooredMargin(weighted, figure(rules.longRunPpm));
  if (rules.bufferPpm === 0) return wholePpm(base);
  const previous = previousPpm > 0 ? figure(previousPpm) : null;
  const release = base.gte(figure(rules.releasePpm));
  return wholePpm(bufferedMargin(part(rules.bufferPpm), previous, { base, release }));
}

/** A rate that is the whole notional already has no room to grow. */
function crowded(basePpm: Ppm, { rules, openInterest }: Ruled, input: RateInput): Ppm {
  const caps = rules.openInterest;
  if (!caps || basePpm >= PPM) return basePpm;
  const whole = 10n ** BigInt(input.scale);
  return openInterestRate({
    basePpm,
    openInterest: BigInt(openInterest) * BigInt(input.price) * input.instrument.unit,
    lowerCap: BigInt(caps.lowerCap) * whole,
    upperCap: BigInt(caps.upperCap) * whole,
  });
}

const PPM_PLACES = 6;
const figure = (ppm: Ppm): DecimalFigure => decimalOf(BigInt(ppm));
const part = (ppm: Ppm): DecimalFigure => figure(ppm).div(tenTo(PPM_PLACES));
const wholePpm = (rate: DecimalFigure): Ppm => Number(ceilTo(rate, 0).toFixed());
