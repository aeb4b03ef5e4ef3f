import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EVENT_TOPICS } from './events/index.js';
import { runThroughEvents } from './events/run-events.js';
import { CaseProblem, parseCases } from './format.js';
import { parseOptions } from './options.js';
import { ownFiles } from './own-files.js';
import { linesOf, totalsOf } from './report.js';
import { runFile } from './run.js';
import { TOPICS } from './topics/index.js';

/** npm starts this at the root; a path is meant from where npm was called. */
const given = (file: string): string => resolve(process.env['INIT_CWD'] ?? '.', file);

function main(args: readonly string[]): number {
  const { file, group, json } = parseOptions(args);
  const reports = (file === undefined ? ownFiles() : [given(file)]).flatMap((path) => {
    const cases = parseCases(readFileSync(path, 'utf8'));
    return [...runFile(cases, TOPICS, group), ...runThroughEvents(cases, EVENT_TOPICS, group)];
  });
  if (group !== undefined && reports.length === 0) {
    throw new CaseProblem(`--group: there is no group ${group}`);
  }
  const totals = totalsOf(reports);
  if (json) console.log(JSON.stringify({ ...totals, groups: reports }));
  else console.log([...linesOf(reports), `\n${totals.matched} / ${totals.total}`].join('\n'));
  return totals.matched === totals.total ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 2;
}
