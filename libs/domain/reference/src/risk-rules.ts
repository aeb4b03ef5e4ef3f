import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, reject, type Decision } from '@ringfence/kernel';
import { PPB } from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import { refuseUnlessOperator, refuseUnlessSource } from './permission.js';
import { firstBroken, type Rule } from './rule.js';
import type { ReferenceState } from './state.js';

/** Rules of an instrument in force. */
export type RiskRules = EventOf<'RiskRulesSet'>['rules'];

/** The least that the law takes for a buffer and for the weight of stressed times. */
const LEGAL_PART_PPM = 250_000;
const RATE_MAX = 10 * PPM;
const FACTOR_MAX = 100 * PPM;

const isRate = (ppm: number): boolean => ppm <= RATE_MAX;
const whenSet = <Part>(part: Part | null, holds: (part: Part) => boolean): boolean =>
  part === null || holds(part);

const RULES: readonly Rule<RiskRules>[] = [
  {
    field: 'antiProcyclicality',
    rule: `bufferPpm 0 or from ${LEGAL_PART_PPM} to ${PPM} (RTS 153/2013 article 28(1)(a))`,
    holds: ({ antiProcyclicality: part }) =>
      whenSet(part, ({ bufferPpm }) => isLegalPart(bufferPpm)),
  },
  {
    field: 'antiProcyclicality',
    rule: `stressWeightPpm 0 or from ${LEGAL_PART_PPM} to ${PPM} (article 28(1)(b))`,
    holds: ({ antiProcyclicality: part }) =>
      whenSet(part, ({ stressWeightPpm }) => isLegalPart(stressWeightPpm)),
  },
  {
    field: 'antiProcyclicality',
    rule: `releasePpm, stressedPpm and longRunPpm at most ${RATE_MAX}`,
    holds: ({ antiProcyclicality: part }) =>
      whenSet(part, (p) => [p.releasePpm, p.stressedPpm, p.longRunPpm].every(isRate)),
  },
  {
    field: 'openInterest',
    rule: 'lowerCap below upperCap',
    holds: ({ openInterest: part }) => whenSet(part, (p) => p.lowerCap < p.upperCap),
  },
  {
    field: 'funding',
    rule: `clampFactorPpm from 1 to ${FACTOR_MAX}`,
    holds: ({ funding: part }) =>
      whenSet(part, (p) => p.clampFactorPpm >= 1 && p.clampFactorPpm <= FACTOR_MAX),
  },
  {
    field: 'funding',
    rule: `lowerPpb at most upperPpb, rates from -${PPB} to ${PPB}`,
    holds: ({ funding: part }) =>
      whenSet(part, (p) => {
        const rates = [p.interestPpb, p.lowerPpb, p.upperPpb];
        return p.lowerPpb <= p.upperPpb && rates.every((rate) => Math.abs(rate) <= PPB);
      }),
  },
  {
    field: 'slices',
    rule: `maxPortionPpm from 1 to ${PPM}`,
    holds: ({ slices: part }) =>
      whenSet(part, (p) => p.maxPortionPpm >= 1 && p.maxPortionPpm <= PPM),
  },
  {
    field: 'ramp',
    rule: `initialPpm at most ${PPM}, durationTicks at least 1`,
    holds: ({ ramp: part }) => whenSet(part, (p) => p.initialPpm <= PPM && p.durationTicks >= 1),
  },
];

function isLegalPart(ppm: number): boolean {
  return ppm === 0 || (ppm >= LEGAL_PART_PPM && ppm <= PPM);
}

/**
 * Sets the rules of an instrument beyond its parameters under the next version. Rates follow at the
 * next frame, funding in the next round, slices from the next one on.
 *
 * @returns `RiskRulesSet`; or `role-not-allowed`, `instrument-unknown`, `parameters-missing` (rules
 *          go on top of them), `parameter-out-of-range` (with `field` and `rule`)
 */
export function setRiskRules(
  { instrument, rules }: CommandOf<'SetRiskRules'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const listed = state.instruments.get(instrument);
  if (!listed) return reject('instrument-unknown', { instrument });
  if (!listed.parameters) return reject('parameters-missing', { instrument });
  const broken = firstBroken(RULES, rules);
  if (broken) return broken;
  const version = (state.ruled.get(instrument)?.version ?? 0) + 1;
  return accept<Event>({ type: 'RiskRulesSet', instrument, version, rules });
}

/**
 * Takes the open interest of an instrument as of now, from who reads all partitions. It moves the
 * rate of the next frame where a rule says so.
 *
 * @returns `OpenInterestObserved`; or `role-not-allowed`, `instrument-unknown`, `rules-missing`
 *          (nothing would come of it)
 */
export function observeOpenInterest(
  { instrument, lots }: CommandOf<'ObserveOpenInterest'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessSource(order);
  if (refused) return refused;
  if (!state.instruments.has(instrument)) return reject('instrument-unknown', { instrument });
  if (!state.ruled.get(instrument)?.rules.openInterest) {
    return reject('rules-missing', { instrument, of: 'openInterest' });
  }
  return accept<Event>({ type: 'OpenInterestObserved', instrument, lots });
}
