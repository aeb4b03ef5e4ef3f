import * as fs from 'node:fs';
import { join } from 'node:path';

const PARENTS = ['libs', 'libs/domain', 'services', 'infra'];
const OUTPUTS = ['.js', '.js.map', '.d.ts', '.d.ts.map'];

/** Folders of the workspace packages, relative to the root: those with a tsconfig.json. */
export function packageFolders(root) {
  return PARENTS.filter((parent) => fs.existsSync(join(root, parent)))
    .flatMap((parent) => fs.readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => fs.existsSync(join(root, folder, 'tsconfig.json')));
}

/**
 * Removes compiled files whose source is gone. tsc never does, and a spec that was deleted or
 * renamed would go on passing from `dist`.
 */
export function pruneStale(packageFolder) {
  const dist = join(packageFolder, 'dist');
  if (!fs.existsSync(dist)) return;
  for (const file of fs.readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const output = OUTPUTS.find((ending) => file.endsWith(ending));
    if (!output) continue;
    const source = join(packageFolder, 'src', `${file.slice(0, -output.length)}.ts`);
    if (!fs.existsSync(source)) fs.rmSync(join(dist, file), { force: true });
  }
}
