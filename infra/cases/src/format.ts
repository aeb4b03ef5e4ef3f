/** Values of a case: decimals are strings, never JSON numbers. */
export type Value = string | boolean | null | readonly Value[] | { readonly [name: string]: Value };
export type Fields = { readonly [name: string]: Value };

/** Equal if |got − expected| ≤ max(abs, rel·|expected|); both "0" is exact. */
export interface Tolerance {
  readonly abs: string;
  readonly rel: string;
}
export interface GroupTolerance extends Tolerance {
  /** other values for outputs of these names, at any depth */
  readonly fields?: { readonly [name: string]: Tolerance };
}
export interface Case {
  readonly id: string;
  readonly in: Fields;
  readonly out: Fields;
  /** a second accepted answer: outputs that replace those of `out` */
  readonly alsoAccepted?: Fields;
}
export interface Group {
  readonly id: string;
  /** section of the rule text: names the function */
  readonly rule: string;
  readonly tolerance: GroupTolerance;
  readonly constants?: Fields;
  readonly tables?: Fields;
  readonly cases: readonly Case[];
}
/** A file of the format `cases/1`. */
export interface CasesFile {
  readonly format: string;
  readonly topic: string;
  readonly set?: string;
  readonly groups: readonly Group[];
}

/** What is wrong with a file or an input: the field and the rule it breaks. */
export class CaseProblem extends Error {
  override readonly name = 'CaseProblem';
}

/**
 * Reads a file of published cases and checks its shape, so that a field of the wrong form is named
 * before anything is run.
 *
 * @throws CaseProblem naming the place and the rule
 */
export function parseCases(text: string): CasesFile {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw new CaseProblem(`file: must be JSON (${cause instanceof Error ? cause.message : ''})`);
  }
  const top = fields(file, 'file');
  if (top.format !== 'cases/1') throw new CaseProblem('format: must be "cases/1"');
  named(top.topic, 'topic');
  list(top.groups, 'groups').forEach(checkGroup);
  return file as CasesFile;
}

function checkGroup(value: unknown, index: number): void {
  const group = fields(value, `groups[${index}]`);
  const id = named(group.id, `groups[${index}].id`);
  named(group.rule, `${id}.rule`);
  const tolerance = fields(group.tolerance, `${id}.tolerance`);
  checkTolerance(tolerance, `${id}.tolerance`);
  for (const [name, special] of Object.entries(optionalFields(tolerance.fields, id))) {
    checkTolerance(fields(special, name), `${id}.tolerance.fields.${name}`);
  }
  optionalFields(group.constants, `${id}.constants`);
  optionalFields(group.tables, `${id}.tables`);
  const seen = new Set<string>();
  list(group.cases, `${id}.cases`).forEach((each, position) => {
    const one = fields(each, `${id}.cases[${position}]`);
    const name = named(one.id, `${id}.cases[${position}].id`);
    if (seen.has(name)) throw new CaseProblem(`${id}/${name}: ids are unique inside a group`);
    seen.add(name);
    noNumbers(fields(one.in, `${id}/${name}.in`), `${id}/${name}.in`);
    noNumbers(fields(one.out, `${id}/${name}.out`), `${id}/${name}.out`);
    if (one.alsoAccepted !== undefined) fields(one.alsoAccepted, `${id}/${name}.alsoAccepted`);
  });
}

function checkTolerance(tolerance: { readonly [name: string]: unknown }, place: string): void {
  for (const name of ['abs', 'rel']) {
    const value = tolerance[name];
    if (typeof value !== 'string' || !/^\d+(\.\d+)?$/.test(value)) {
      throw new CaseProblem(`${place}.${name}: must be a decimal string ≥ 0`);
    }
  }
}

function noNumbers(value: unknown, place: string): void {
  if (typeof value === 'number') throw new CaseProblem(`${place}: numbers are decimal strings`);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) noNumbers(inner, `${place}.${name}`);
}

function fields(value: unknown, place: string): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CaseProblem(`${place}: must be an object`);
  }
  return value as { readonly [name: string]: unknown };
}
function optionalFields(value: unknown, place: string): { readonly [name: string]: unknown } {
  return value === undefined ? {} : fields(value, place);
}
function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new CaseProblem(`${place}: must be a list`);
  return value;
}
function named(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new CaseProblem(`${place}: must be a text`);
  }
  return value;
}
