// Bootstrap: needs Node 20 or newer with npm, and nothing installed. It installs what the lock file
// says when that changed, then hands the task to tasks.mjs on the lock file's own Node 24.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const STAMP = join(ROOT, 'node_modules', '.installed');
const LOCK = join(ROOT, '.install.lock');
const LOCK_OWNER = join(LOCK, 'pid');
const LOCK_POLL_MS = 250;
/** A lock older than this was left behind: the slowest install seen takes half a minute. */
const LOCK_STALE_MS = 15 * 60 * 1000;

const [task, ...rest] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
  if (!task) {
    console.error('usage: node infra/tools/run.mjs <task> [arguments]');
    return 2;
  }
  if (task === 'lock') return holdingLock(() => install('--no-frozen-lockfile', ...rest));
  const installed = isInstalled() ? 0 : await holdingLock(installOnce);
  if (installed !== 0) return installed;
  const node = lockedNode();
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  return runChild(node, [join(ROOT, 'infra/tools/tasks.mjs'), task, ...rest], {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
  });
}

/** Another run may have installed everything while this one waited for the lock. */
async function installOnce() {
  if (isInstalled()) return 0;
  console.error('installing what pnpm-lock.yaml says ...');
  const code = await install('--frozen-lockfile');
  if (code !== 0) console.error('install failed; after a change of dependencies run: npm run lock');
  return code;
}

async function install(...options) {
  const code = await pnpm('install', ...options);
  if (code === 0) fs.writeFileSync(STAMP, stamp());
  return code;
}

async function holdingLock(work) {
  await takeLock();
  try {
    return await work();
  } finally {
    fs.rmSync(LOCK, { recursive: true, force: true });
  }
}

function pnpm(...args) {
  const { packageManager } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // --prefer-offline: without it npx retries the registry for a minute before it uses its cache.
  const npx = ['--prefer-offline', '--yes', packageManager, ...args];
  return runChild('npx', npx, { cwd: ROOT, stdio: ['ignore', 2, 2] });
}

async function takeLock() {
  let told = false;
  for (;;) {
    try {
      fs.mkdirSync(LOCK);
      fs.writeFileSync(LOCK_OWNER, String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) {
      fs.rmSync(LOCK, { recursive: true, force: true });
      continue;
    }
    if (!told) console.error('another install is running; waiting for it ...');
    told = true;
    await sleep(LOCK_POLL_MS);
  }
}

function isAbandoned() {
  try {
    if (Date.now() - fs.statSync(LOCK).mtimeMs > LOCK_STALE_MS) return true;
    const owner = Number(fs.readFileSync(LOCK_OWNER, 'utf8'));
    if (owner > 0) process.kill(owner, 0);
    return false;
  } catch (error) {
    // ESRCH: the owner is gone. Anything else: the lock is just being made or removed.
    return error.code === 'ESRCH';
  }
}

function isInstalled() {
  return fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === stamp();
}

/** What an install depends on: the lock, the workspace, every manifest, this kind of machine. */
function stamp() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) {
    hash.update(`\n${file}\n`).update(fs.readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

function manifests() {
  const folders = ['libs', 'libs/domain', 'services', 'infra'];
  const packages = folders.flatMap((folder) =>
    fs.existsSync(join(ROOT, folder))
      ? fs.readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}/package.json`)
      : [],
  );
  return ['package.json', ...packages.filter((file) => fs.existsSync(join(ROOT, file)))];
}

function lockedNode() {
  const { platform, arch } = process;
  const names = [`node-${platform}-${arch}`, `node-bin-${platform}-${arch}`];
  const found = names.map((name) => join(ROOT, 'node_modules', name, 'bin', 'node'));
  return found.find((file) => fs.existsSync(file)) ?? process.execPath;
}
