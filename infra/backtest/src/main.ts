import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readSeries } from './bars.js';
import { parseOptions } from './options.js';
import { parseParameters } from './parameters.js';
import { BacktestProblem } from './problem.js';
import { linesOf } from './report.js';
import { coverageOf, uncovered } from './table.js';

const HOUR_MS = 3_600_000;
const OWN_BARS = new URL('../data/', import.meta.url);
/** The demo's own parameters: the house founds its instruments with this file. */
const DEMO = new URL('../../../services/house/data/risk-parameters.json', import.meta.url);

/** npm starts this at the root; a path is meant from where npm was called. */
const given = (file: string): string => resolve(process.env['INIT_CWD'] ?? '.', file);

/** Every file of bars of a folder. @throws BacktestProblem when there is none */
function filesOf(folder: string): { name: string; text: string }[] {
  const names = readdirSync(folder).filter((name) => /\.csv(\.gz)?$/.test(name));
  if (names.length === 0) throw new BacktestProblem(`${folder}: there is no .csv or .csv.gz`);
  return names.sort().map((name) => {
    const bytes = readFileSync(join(folder, name));
    return { name, text: (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8') };
  });
}

function main(args: readonly string[]): number {
  const options = parseOptions(args);
  const folder = options.data === undefined ? fileURLToPath(OWN_BARS) : given(options.data);
  const file = options.parameters === undefined ? fileURLToPath(DEMO) : given(options.parameters);
  const parameters = parseParameters(readFileSync(file, 'utf8'), file);
  // series of one file, so that bars of other lengths stay apart; hourly ones are joined
  const files = filesOf(folder);
  const hourly = files.filter((each) =>
    readSeries([each]).some(({ stepMs }) => stepMs === HOUR_MS),
  );
  const series = readSeries(hourly).filter(({ stepMs }) => stepMs === HOUR_MS);
  if (series.length === 0) throw new BacktestProblem(`${folder}: there are no hourly bars`);
  const rows = coverageOf(series, parameters, options);
  const leftOut = files.filter((each) => !hourly.includes(each)).map(({ name }) => name);
  if (options.json) {
    const { horizon: hours, lossAt, window } = options;
    console.log(JSON.stringify({ hours, lossAt, window, parameters, rows, leftOut }));
  } else {
    console.log(linesOf(rows, options).join('\n'));
    if (leftOut.length > 0) console.log(`not hourly, left out: ${leftOut.join(', ')}`);
  }
  return uncovered(rows).length === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 2;
}
