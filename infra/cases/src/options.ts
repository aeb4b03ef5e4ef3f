import { CaseProblem } from './format.js';

/** What the command line asks for. */
export interface CasesOptions {
  /** a file of the format; without one, every file that the project carries */
  readonly file?: string;
  readonly group?: string;
  readonly json: boolean;
}

/**
 * Reads `--file <json>`, `--group <id>`, `--json`.
 *
 * @throws CaseProblem naming the argument
 */
export function parseOptions(args: readonly string[]): CasesOptions {
  const options: { file?: string; group?: string; json: boolean } = { json: false };
  for (let i = 0; i < args.length; i++) {
    const name = args[i] ?? '';
    if (name === '--json') {
      options.json = true;
      continue;
    }
    if (name !== '--file' && name !== '--group') {
      throw new CaseProblem(`${name}: unknown, there are --file, --group, --json`);
    }
    const value = args[++i];
    if (value === undefined) throw new CaseProblem(`${name}: needs a value`);
    options[name === '--file' ? 'file' : 'group'] = value;
  }
  return options;
}
