import type { CommandOf, Event, Order } from '@ringfence/contracts';
import { accept, reject, type Decision } from '@ringfence/kernel';
import { PPM } from '@ringfence/money';
import { refuseUnlessOperator } from './permission.js';
import type { PortfolioParameters, ReferenceState } from './state.js';

type Parameters = PortfolioParameters['parameters'];
interface Rule {
  readonly field: keyof Parameters;
  readonly rule: string;
  readonly holds: (parameters: Parameters) => boolean;
}

/** Least confidence of initial margin. @source 153/2013 Article 24; CFTC 39.13(g)(2)(iii) */
export const CONFIDENCE_PPM_MIN = 990_000;
/** Least buffer against procyclicality. @source 153/2013 Article 28(1)(a) */
export const BUFFER_PPM_MIN = 250_000;
/** Least margin period of risk of anything but the house's own book: one day. */
export const MARGIN_PERIOD_MS_MIN = 24 * 3_600_000;
/** A grid beyond this is a mistake, and the work of every evaluation. */
const SCENARIOS_MAX = 200;
/** Ten times the notional: beyond it a rate is a slip of the pen. */
const RATE_MAX = 10 * PPM;

const atLeast = (field: Exclude<keyof Parameters, 'scenarios'>, least: number): Rule => ({
  field,
  rule: `at least ${least}`,
  holds: (p) => p[field] >= least,
});
const within = (
  field: Exclude<keyof Parameters, 'scenarios'>,
  low: number,
  high: number,
): Rule => ({
  field,
  rule: `from ${low} to ${high}`,
  holds: (p) => p[field] >= low && p[field] <= high,
});
/** Rates, factors and powers: whatever they mean, beyond ten they mean something else. */
const RATES = [
  'volRangeUpPpm',
  'volRangeDownPpm',
  'shortTermPowerPpm',
  'longTermPowerPpm',
  'minShockedVolatilityPpm',
  'basisUpPpm',
  'basisDownPpm',
  'basisAddPpm',
  'basisMultPpm',
  'maintenancePerpetualPpm',
  'initialPerpetualPpm',
  'maintenanceOptionPpm',
  'initialOptionPpm',
  'futuresBasisPpm',
  'standardMaxPpm',
  'standardMinPpm',
  'standardCallPpm',
  'standardPutPpm',
  'unpairedInitialPpm',
  'unpairedMaintenancePpm',
  'standardPutValuePpm',
  'standardOffsetPpm',
  'sizePpm',
  'wrongWayPpm',
  'pegFactorPpm',
] as const;

const RULES: readonly Rule[] = [
  atLeast('confidencePpm', CONFIDENCE_PPM_MIN),
  within('confidencePpm', CONFIDENCE_PPM_MIN, PPM - 1),
  atLeast('bufferPpm', BUFFER_PPM_MIN),
  atLeast('marginPeriodMs', MARGIN_PERIOD_MS_MIN),
  {
    field: 'scenarios',
    rule: `from 2 to ${SCENARIOS_MAX} scenarios`,
    holds: ({ scenarios }) => scenarios.length >= 2 && scenarios.length <= SCENARIOS_MAX,
  },
  {
    field: 'scenarios',
    rule: 'a rise and a fall of the price, each counted in full',
    holds: ({ scenarios }) => {
      const full = scenarios.filter(({ dampeningPpm }) => dampeningPpm >= PPM);
      return full.some((s) => s.spotPpm > PPM) && full.some((s) => s.spotPpm < PPM);
    },
  },
  {
    field: 'scenarios',
    rule: `spotPpm from 1 to ${RATE_MAX}, dampeningPpm from 1 to ${RATE_MAX}`,
    holds: ({ scenarios }) =>
      scenarios.every(
        (s) =>
          s.spotPpm >= 1 &&
          s.spotPpm <= RATE_MAX &&
          s.dampeningPpm >= 1 &&
          s.dampeningPpm <= RATE_MAX,
      ),
  },
  within('longDiscountPpm', 1, PPM),
  within('shortDiscountPpm', PPM, RATE_MAX),
  within('maintenanceLossPpm', 1, RATE_MAX),
  {
    field: 'initialLossPpm',
    rule: 'above maintenanceLossPpm',
    holds: (p) => p.initialLossPpm > p.maintenanceLossPpm && p.initialLossPpm <= RATE_MAX,
  },
  within('callSharePpm', 1, PPM - 1),
  within('releasePpm', PPM, RATE_MAX),
  within('pegThresholdPpm', 0, PPM),
  within('closeOutSpreadPpm', 0, PPM - 1),
  ...RATES.map((field) => within(field, 0, RATE_MAX)),
];

/**
 * Sets the portfolio parameters of a domain under the next version, in force from `effective` on.
 * Nothing is recorded that is below its legal floor.
 *
 * @returns `PortfolioParametersSet`; or `role-not-allowed`, `domain-unknown`,
 *          `effective-in-the-past` (carries now), `parameter-out-of-range` (with `field`, `rule`)
 */
export function setPortfolioParameters(
  command: CommandOf<'SetPortfolioParameters'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const { domain, effective, parameters } = command;
  if (!state.domains.has(domain)) return reject('domain-unknown', { domain });
  const { now } = state.house;
  if (effective < now) return reject('effective-in-the-past', { effective, now });
  const broken = RULES.find((rule) => !rule.holds(parameters));
  if (broken) return reject('parameter-out-of-range', { field: broken.field, rule: broken.rule });
  const version = (state.portfolios.get(domain)?.version ?? 0) + 1;
  return accept<Event>({ type: 'PortfolioParametersSet', domain, version, effective, parameters });
}
