import { compareOutputs, type Outputs } from '../compare.js';
import type { Case, CasesFile, Fields, Group, Tolerance } from '../format.js';
import { Input } from '../input.js';
import type { GroupReport, Mismatch } from '../run.js';
import type { Folded, Playable } from './lane-run.js';

/** A case that was fed as events, and how its answer is read from a fold. */
export interface Played {
  readonly run: Playable;
  readonly read: (folded: Folded) => Outputs;
  /** where the house rounds otherwise than the published figure */
  readonly tolerance?: Tolerance;
}
/** Feeds one case; `null` when the house cannot hold its figures (named in the README). */
export type EventRule = (input: Input) => Played | null;
/** By section of the rule text. */
export type EventRules = { readonly [rule: string]: EventRule };

/**
 * Runs the cases of a file whose rule is at work in the house once more, as events: read from the
 * fold, replayed, read again. Only the outputs that the house knows are compared.
 */
export function runThroughEvents(
  file: CasesFile,
  topics: { readonly [topic: string]: EventRules },
  only?: string,
): GroupReport[] {
  const rules = Object.hasOwn(topics, file.topic) ? topics[file.topic] : undefined;
  return file.groups.flatMap((group) => {
    const rule = rules && Object.hasOwn(rules, group.rule) ? rules[group.rule] : undefined;
    return rule && (only ?? group.id) === group.id ? [runGroup(file.topic, group, rule)] : [];
  });
}

function runGroup(topic: string, group: Group, rule: EventRule): GroupReport {
  const mismatches: Mismatch[] = [];
  let [total, worstRelative] = [0, 0];
  for (const each of group.cases) {
    const outcome = playCase(each, group, rule);
    if (!outcome) continue;
    total++;
    worstRelative = Math.max(worstRelative, outcome.worstRelative);
    const { differences } = outcome;
    if (differences.length > 0) mismatches.push({ id: each.id, differences });
  }
  const name = `${group.id} (events)`;
  const matched = total - mismatches.length;
  return { topic, group: name, matched, total, facts: 0, worstRelative, mismatches };
}

function playCase(
  each: Case,
  group: Group,
  rule: EventRule,
): { readonly differences: readonly string[]; readonly worstRelative: number } | null {
  try {
    const played = rule(new Input({ ...group.constants, ...each.in }));
    if (!played) return null;
    const { run, read } = played;
    const tolerance = played.tolerance ?? group.tolerance;
    const [folded, replayed] = [run.folded(), run.replayed()];
    const first = compareOutputs(answeredBy(each.out, read(folded)), read(folded), tolerance);
    const again = compareOutputs(answeredBy(each.out, read(folded)), read(replayed), tolerance);
    const differences = [...first.differences];
    if (folded.digest !== replayed.digest) differences.push('replayed: another state');
    differences.push(...again.differences.map((difference) => `replayed: ${difference}`));
    return { differences, worstRelative: first.worstRelative };
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return { differences: [`${cause.name}: ${cause.message}`], worstRelative: 0 };
  }
}

const answeredBy = (out: Fields, got: Outputs): { readonly out: Fields } => ({
  out: Object.fromEntries(Object.entries(out).filter(([name]) => Object.hasOwn(got, name))),
});
