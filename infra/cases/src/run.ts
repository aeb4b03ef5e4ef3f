import { compareOutputs, type Outputs } from './compare.js';
import type { Case, CasesFile, Fields, Group } from './format.js';
import { Input } from './input.js';

/** Answers one case of a rule from its inputs and the group's constants and tables. */
export type Rule = (input: Input, tables: Input) => Outputs;
/** Rules by section of the rule text. */
export interface Rules {
  readonly [rule: string]: Rule | 'facts' | NotHere;
}
/** A rule that the house does not have yet: its cases count as unmatched, with the reason. */
export interface NotHere {
  readonly notHere: string;
}
/** Rules by topic. */
export type Topics = { readonly [topic: string]: Rules };

export interface Mismatch {
  readonly id: string;
  /** output by output, or why the case could not be run */
  readonly differences: readonly string[];
}
export interface GroupReport {
  readonly topic: string;
  readonly group: string;
  readonly matched: number;
  readonly total: number;
  /** facts only: nothing is computed, nothing counted */
  readonly facts: number;
  readonly worstRelative: number;
  readonly mismatches: readonly Mismatch[];
}

/**
 * Runs the cases of a file through the rules of its topic. What is unknown is never skipped: a
 * topic, group or line without a rule is reported by name, and its cases count as unmatched.
 */
export function runFile(file: CasesFile, topics: Topics, only?: string): GroupReport[] {
  const rules = Object.hasOwn(topics, file.topic) ? topics[file.topic] : undefined;
  return file.groups
    .filter(({ id }) => only === undefined || id === only)
    .map((group) => runGroup(file.topic, group, rules));
}

function runGroup(topic: string, group: Group, rules: Rules | undefined): GroupReport {
  const report = { topic, group: group.id };
  const rule = rules && Object.hasOwn(rules, group.rule) ? rules[group.rule] : undefined;
  if (rule === 'facts') {
    const none = { matched: 0, total: 0, worstRelative: 0, mismatches: [] };
    return { ...report, ...none, facts: group.cases.length };
  }
  if (typeof rule !== 'function') {
    const unknown = rules ? `unknown group: ${group.rule}` : `unknown topic: ${topic}`;
    const why = rule ? `not here: ${rule.notHere}` : unknown;
    const mismatches = group.cases.map(({ id }) => ({ id, differences: [why] }));
    const total = group.cases.length;
    return { ...report, matched: 0, total, facts: 0, worstRelative: 0, mismatches };
  }
  const mismatches: Mismatch[] = [];
  let worstRelative = 0;
  for (const each of group.cases) {
    const outcome = runCase(each, group, rule);
    worstRelative = Math.max(worstRelative, outcome.worstRelative);
    const { differences } = outcome;
    if (differences.length > 0) mismatches.push({ id: each.id, differences });
  }
  const total = group.cases.length;
  const matched = total - mismatches.length;
  return { ...report, matched, total, facts: 0, worstRelative, mismatches };
}

function runCase(
  each: Case,
  group: Group,
  rule: Rule,
): { readonly differences: readonly string[]; readonly worstRelative: number } {
  // an input with the name of a constant replaces it
  const input: Fields = { ...group.constants, ...each.in };
  try {
    const got = rule(new Input(input), new Input(group.tables ?? {}, 'tables'));
    return compareOutputs(each, got, group.tolerance);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return { differences: [`${cause.name}: ${cause.message}`], worstRelative: 0 };
  }
}
