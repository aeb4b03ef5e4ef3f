import type { CommandOf, Event, Order } from '@ringfence/contracts';
import { accept, reject, type Decision } from '@ringfence/kernel';
import { PPM } from '@ringfence/money';
import { refuseUnlessOperator } from './permission.js';
import { firstBroken, type Rule } from './rule.js';
import type { HouseParameters, InstrumentParameters, ReferenceState } from './state.js';

type PartsRule = Rule<InstrumentParameters>;

/** Ten times the notional: beyond it a rate is a slip of the pen. */
const RATE_MAX = 10 * PPM;
/** Quantile times root of the horizon, a million at most. */
const MULTIPLIER_MAX = PPM * PPM;
/** Basis points of the whole price: a book reaches no further down. */
const BPS = 10_000;
/** About 31 years, so that a time plus a window stays a time. */
const WINDOW_MAX_MS = 10 ** 12;

const below = (field: PartsRule['field'] & keyof Numbers, limit: number): PartsRule => ({
  field,
  rule: `below ${limit}`,
  holds: (p) => p[field] < limit,
});
const within = (field: keyof Numbers, low: number, high: number): PartsRule => ({
  field,
  rule: `from ${low} to ${high}`,
  holds: (p) => p[field] >= low && p[field] <= high,
});
type Numbers = Omit<InstrumentParameters, 'depth'>;

const INSTRUMENT_RULES: readonly PartsRule[] = [
  below('lambdaPpm', PPM),
  within('multiplierPpm', 1, MULTIPLIER_MAX),
  within('capPpm', 1, RATE_MAX),
  { field: 'floorPpm', rule: 'from 1 to capPpm', holds: (p) => keeps(1, p.floorPpm, p.capPpm) },
  within('stepPpm', 1, PPM),
  within('hysteresisPpm', 0, PPM),
  below('callPpm', PPM),
  {
    field: 'maintenancePpm',
    rule: 'from 1 to below callPpm',
    holds: (p) => keeps(1, p.maintenancePpm, p.callPpm - 1),
  },
  within('releasePpm', PPM, RATE_MAX),
  { field: 'floorPpm', rule: 'keeps the levels 1 ppm apart', holds: levelsApart },
  within('bandPpm', 1, PPM),
  below('tradeFeePpm', PPM),
  below('closeOutFeePpm', PPM),
  within('bufferPpm', 0, PPM),
  { field: 'depth', rule: 'at least one step', holds: (p) => p.depth.length > 0 },
  { field: 'depth', rule: 'bps and cumulativePpm increase from step to step', holds: depthRises },
  {
    field: 'depth',
    rule: `bps below ${BPS}, cumulativePpm from 1 to ${PPM}`,
    holds: (p) => p.depth.every((s) => s.bps < BPS && keeps(1, s.cumulativePpm, PPM)),
  },
];

const HOUSE_RULES: readonly Rule<HouseParameters>[] = [
  time('tickMaxMs'),
  time('frameValidMs'),
  time('callWindowMs'),
  { field: 'approvals', rule: 'at least 1', holds: (p) => p.approvals >= 1 },
];

function time(field: 'tickMaxMs' | 'frameValidMs' | 'callWindowMs'): Rule<HouseParameters> {
  const rule = `from 1 to ${WINDOW_MAX_MS}`;
  return { field, rule, holds: (p) => keeps(1, p[field], WINDOW_MAX_MS) };
}
function keeps(low: number, value: number, high: number): boolean {
  return low <= value && value <= high;
}
/** Levels are rounded up; one ppm between their exact values keeps the rounded ones apart. */
function levelsApart({ floorPpm, maintenancePpm, callPpm }: InstrumentParameters): boolean {
  return floorPpm * Math.min(callPpm - maintenancePpm, PPM - callPpm) >= PPM;
}
function depthRises({ depth }: InstrumentParameters): boolean {
  return depth.every((step, index) => {
    const before = depth[index - 1];
    return !before || (step.bps > before.bps && step.cumulativePpm > before.cumulativePpm);
  });
}

/**
 * Sets the margin parameters of an instrument under the next version. Prices that were used stay as
 * they are: rates follow at the next frame.
 *
 * @returns `InstrumentParametersSet`; or `role-not-allowed`, `instrument-unknown`,
 *          `parameter-out-of-range` (with `field` and `rule`)
 */
export function setInstrumentParameters(
  command: CommandOf<'SetInstrumentParameters'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const { instrument, parameters } = command;
  const listed = state.instruments.get(instrument);
  if (!listed) return reject('instrument-unknown', { instrument });
  const broken = firstBroken(INSTRUMENT_RULES, parameters);
  if (broken) return broken;
  const version = listed.version + 1;
  return accept<Event>({ type: 'InstrumentParametersSet', instrument, version, parameters });
}

/**
 * Sets the times, windows and approvals of the house under the next version.
 *
 * @returns `HouseParametersSet`; or `role-not-allowed`, `parameter-out-of-range`
 */
export function setHouseParameters(
  command: CommandOf<'SetHouseParameters'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const broken = firstBroken(HOUSE_RULES, command.parameters);
  if (broken) return broken;
  const version = state.house.version + 1;
  return accept<Event>({ type: 'HouseParametersSet', version, parameters: command.parameters });
}
