import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's own copy of the published figures, beside the functions that answer them. */
const FOLDER = new URL('../../../libs/margin/cases/', import.meta.url);

/** Paths of all files of cases that the project carries, by name. */
export function ownFiles(): string[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => fileURLToPath(new URL(name, FOLDER)));
}
