// The tasks behind the root scripts. run.mjs starts this on the Node of the lock file.
import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { packageFolders, pruneStale } from './packages.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const JEST_NODE = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
/** The Kafka client counts time in a way that makes newer engines warn once per process. */
const QUIET_CLIENT = ['--disable-warning=TimeoutNegativeWarning'];

const tasks = {
  build: (args) => build(args),
  test,
  demo: (args) => start('services/house/dist/demo/main.js', args),
  chaos: (args) => start('services/house/dist/chaos/main.js', args, QUIET_CLIENT),
  sim: (args) => start('libs/simulation/dist/main.js', args),
  bench: (args) => start('infra/bench/dist/main.js', args),
  backtest: (args) => libraryTool('infra/backtest', args),
  cases: (args) => libraryTool('infra/cases', args),
  ringfence: (args) => start('services/house/dist/cli.js', args),
  greeks,
  stack,
  format: (args) => tool('oxfmt', args),
  lint,
  boundaries,
  'house-check': (args) => node('infra/tools/house-check.mjs', args),
  check,
};

process.chdir(ROOT);
const [name, ...args] = process.argv.slice(2);
if (Object.hasOwn(tasks, name)) {
  process.exitCode = await tasks[name](args);
} else {
  console.error(`unknown task "${name}"; there are: ${Object.keys(tasks).join(', ')}`);
  process.exitCode = 2;
}

/** Compiles the packages named by folder, and what they depend on; all of them by default. */
async function build(folders = []) {
  for (const folder of packageFolders(ROOT)) pruneStale(join(ROOT, folder));
  const code = await node('node_modules/tsc7/bin/tsc', ['-b', ...folders]);
  if (code !== 0) console.error('\nbuild failed: see the errors above');
  return code;
}

/** Paths among the arguments narrow the build to their packages, as they narrow the tests. */
async function test(args) {
  const places = args.filter((arg) => fs.existsSync(join(ROOT, arg)));
  const owners = packageFolders(ROOT).filter((folder) =>
    places.some((place) => `${place}/`.startsWith(`${folder}/`)),
  );
  // The specs of the tools themselves need no build, and must run when another part is broken.
  const onlyTools = places.length > 0 && places.every((place) => place.startsWith('infra/tools'));
  // The specs of any package may ask for real servers; see int-setup.mjs.
  const wanted = owners.length > 0 ? [...owners, 'infra/stack'] : [];
  if (!onlyTools && (await build(wanted)) !== 0) {
    console.log('the build failed, so no test ran and the build counts as the one failure');
    console.log('0 passed, 1 failed');
    return 1;
  }
  const jest = [...JEST_NODE, 'node_modules/jest/bin/jest.js', ...args, '--forceExit'];
  return runChild(process.execPath, jest);
}

async function start(file, args, options = []) {
  const code = await build();
  if (code !== 0) return code;
  if (fs.existsSync(join(ROOT, file)))
    return runChild(process.execPath, [...options, file, ...args]);
  console.error(`${file} is missing: its source has not been written yet`);
  return 1;
}

/** Needs nothing of the house, so it also starts beside sources that do not compile yet. */
async function stack(args) {
  const code = await build(['infra/stack']);
  return code === 0 ? node('infra/stack/dist/main.js', args) : code;
}

/** Needs the libraries only, so it does not wait for the services to compile. */
async function libraryTool(folder, args) {
  const code = await build([folder]);
  return code === 0 ? node(`${folder}/dist/main.js`, args) : code;
}

/** Our Greeks against those that a venue printed: in the extract, or in all files of a folder. */
async function greeks([folder]) {
  // npm starts this at the root; the path is meant from where npm was called
  if (folder !== undefined) {
    process.env.RINGFENCE_OPTION_DATA = resolve(process.env.INIT_CWD ?? ROOT, folder);
  }
  if ((await build(['libs/margin'])) !== 0) return 1;
  return runChild(process.execPath, [
    ...JEST_NODE,
    'node_modules/jest/bin/jest.js',
    'libs/margin/dist/pricing/venue',
  ]);
}

function lint(args) {
  return tool('oxlint', ['--type-aware', '--deny-warnings', ...args]);
}

function boundaries() {
  const folders = packageFolders(ROOT).map((folder) => `${folder}/src`);
  return node('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', [
    '--config',
    '.dependency-cruiser.cjs',
    ...folders.filter((folder) => fs.existsSync(join(ROOT, folder))),
  ]);
}

async function check() {
  const steps = {
    types: () => build(),
    format: () => tool('oxfmt', ['--check']),
    lint: () => lint([]),
    boundaries,
    'house-check': () => node('infra/tools/house-check.mjs', []),
  };
  const failed = [];
  for (const [step, run] of Object.entries(steps)) {
    console.log(`== ${step}`);
    if ((await run()) !== 0) failed.push(step);
  }
  console.log(failed.length === 0 ? '\ncheck passed' : `\ncheck failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

function tool(packageName, args) {
  return node(`node_modules/${packageName}/bin/${packageName}`, args);
}

function node(file, args) {
  return runChild(process.execPath, [file, ...args]);
}
