/** Largest size in settlement units: times the largest price it still fits an amount of the log. */
export const UNIT_MAX = 10n ** 24n;

/** What one lot and one tick are worth, and the steps of price and size. */
export interface ContractSize {
  /** settlement-asset units per lot and tick, ≥ 1 */
  readonly unit: bigint;
  /** settlement-asset units of one tick for one whole base unit, ≥ 1 */
  readonly tickUnits: bigint;
  readonly tickSteps: number;
  readonly tickScale: number;
  readonly lotSteps: number;
  readonly lotScale: number;
}
/** Why an instrument cannot be: the code of the rejection, and the field to mend. */
export interface SizeProblem {
  readonly code:
    | 'step-malformed'
    | 'multiplier-out-of-range'
    | 'not-a-whole-unit'
    | 'unit-too-large';
  readonly field: 'tick' | 'lot' | 'multiplier';
}

/**
 * Sizes a contract exactly: nothing is rounded, so that no trade ever is.
 *
 * @param terms  `tick` and `lot` plain decimals > 0, `scale` decimals of the settlement asset
 * @returns the sizes, or why there are none
 */
export function contractSize(terms: {
  readonly tick: string;
  readonly lot: string;
  readonly multiplier: number;
  readonly scale: number;
}): ContractSize | SizeProblem {
  const tick = parseStep(terms.tick);
  if (!tick) return { code: 'step-malformed', field: 'tick' };
  const lot = parseStep(terms.lot);
  if (!lot) return { code: 'step-malformed', field: 'lot' };
  if (terms.multiplier < 1) return { code: 'multiplier-out-of-range', field: 'multiplier' };

  const whole = 10n ** BigInt(terms.scale);
  const tickValue = BigInt(tick.steps) * whole;
  const tickUnits = exactQuotient(tickValue, 10n ** BigInt(tick.scale));
  if (tickUnits === undefined) return { code: 'not-a-whole-unit', field: 'tick' };
  const lotValue = tickValue * BigInt(lot.steps) * BigInt(terms.multiplier);
  const unit = exactQuotient(lotValue, 10n ** BigInt(tick.scale + lot.scale));
  if (unit === undefined) return { code: 'not-a-whole-unit', field: 'lot' };
  if (tickUnits > UNIT_MAX) return { code: 'unit-too-large', field: 'tick' };
  if (unit > UNIT_MAX) return { code: 'unit-too-large', field: 'lot' };
  return {
    unit,
    tickUnits,
    tickSteps: tick.steps,
    tickScale: tick.scale,
    lotSteps: lot.steps,
    lotScale: lot.scale,
  };
}

const exactQuotient = (dividend: bigint, divisor: bigint): bigint | undefined =>
  dividend % divisor === 0n ? dividend / divisor : undefined;

/** A step without trailing zeros: `0.50` is 5 at scale 1; undefined for 0 and for no decimal. */
function parseStep(text: string): { steps: number; scale: number } | undefined {
  const parts = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text);
  if (!parts) return undefined;
  const [, whole = '', places = ''] = parts;
  const kept = places.replace(/0+$/, '');
  const steps = Number(whole + kept);
  return steps > 0 && Number.isSafeInteger(steps) ? { steps, scale: kept.length } : undefined;
}
