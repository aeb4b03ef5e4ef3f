/** One measurement, as it is printed: a line of JSON. */
export interface Line {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** value as a multiple of what `against` took in the same run; null when nothing compares */
  readonly ratio: number | null;
  readonly against: string | null;
  readonly goal: number | null;
  readonly floor: number | null;
  /** whether the floor is reached; null when there is none */
  readonly ok: boolean | null;
}
/** What could not be measured here, and why. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

/** What a measurement is compared with. */
export interface Target {
  /** aimed at */
  readonly goal: number;
  /** must hold */
  readonly floor: number;
}
export interface Against {
  readonly value: number;
  readonly name: string;
}
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: Target;
  readonly against?: Against;
  /** more about this number, such as its minimum or the size of what was measured */
  readonly detail?: Readonly<Record<string, number>>;
}

/** Less is better, unless the goal lies above the floor. */
const reaches = (value: number, { goal, floor }: Target): boolean =>
  goal > floor ? value >= floor : value <= floor;

/** Three places for small numbers, fewer for large ones. */
export function rounded(value: number): number {
  const places = Math.abs(value) < 10 ? 3 : Math.abs(value) < 1000 ? 1 : 0;
  return Number(value.toFixed(places));
}

export function lineOf({ name, value, unit, target, against, detail }: Measured): Line {
  const more: Record<string, number> = {};
  for (const [key, number] of Object.entries(detail ?? {})) more[key] = rounded(number);
  return {
    name,
    value: rounded(value),
    unit,
    ratio: against ? rounded(value / against.value) : null,
    against: against?.name ?? null,
    goal: target?.goal ?? null,
    floor: target?.floor ?? null,
    ok: target ? reaches(value, target) : null,
    ...more,
  };
}
