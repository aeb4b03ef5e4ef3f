import { reject, type Decision } from '@ringfence/kernel';

/** One rule that parameters keep; `rule` is for the person who sent them. */
export interface Rule<Parameters> {
  readonly field: keyof Parameters & string;
  readonly rule: string;
  holds(parameters: Parameters): boolean;
}

/** @returns `parameter-out-of-range` with the first rule that does not hold, or null */
export function firstBroken<P>(rules: readonly Rule<P>[], parameters: P): Decision<never> | null {
  const broken = rules.find((rule) => !rule.holds(parameters));
  if (!broken) return null;
  return reject('parameter-out-of-range', { field: broken.field, rule: broken.rule });
}
