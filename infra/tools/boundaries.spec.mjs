import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

const REFUSED = [
  ['a domain that imports another domain', 'libs/domain/risk', '@ringfence/domain-custody'],
  ['a domain that reads files', 'libs/domain/accounts', 'node:fs'],
  ['a domain that hashes', 'libs/domain/custody', 'node:crypto'],
  ['a domain that prices, though it has no margin', 'libs/domain/accounts', '@ringfence/margin'],
  ['a kernel that needs money', 'libs/kernel', '@ringfence/money'],
  ['contracts that need a lane', 'libs/contracts', '@ringfence/lane'],
  ['a margin that needs contracts', 'libs/margin', '@ringfence/contracts'],
  ['a journal that writes files itself', 'libs/journal', 'node:fs'],
  ['a lane with a framework', 'libs/lane', '@nestjs/common'],
  ['a lane that reads files', 'libs/lane', 'node:fs/promises'],
  ['a lane that knows a domain', 'libs/lane', '@ringfence/domain-risk'],
  ['a service with the domain of another', 'services/accounts', '@ringfence/domain-custody'],
  ['a service that hashes', 'services/custody', 'node:crypto'],
  ['a service with its own read model', 'services/accounts', 'typeorm'],
  ['a service that imports another', 'services/risk', '@ringfence/custody'],
  ['a service in the compiled files of another', 'services/risk', '../../custody/dist/index.js'],
  ['a simulation that needs a service', 'libs/simulation', '@ringfence/gateway'],
  ['a package that is in no table', 'libs/unheard-of', '@ringfence/kernel'],
  [
    'an auditor that calls a fold',
    'libs/simulation',
    '@ringfence/domain-risk',
    'auditor/calls-a-fold',
  ],
  [
    'an auditor that runs contracts',
    'libs/simulation',
    '@ringfence/contracts',
    'auditor/runs-contracts',
  ],
  [
    'an auditor that uses the simulation',
    'libs/simulation',
    '../index.js',
    'auditor/uses-the-simulation',
  ],
];

const ALLOWED = [
  ['money on big.js', 'libs/money', 'big.js'],
  ['a domain on contracts', 'libs/domain/accounts', '@ringfence/contracts'],
  ['risk on margin', 'libs/domain/risk', '@ringfence/margin'],
  ['a journal that hashes', 'libs/journal', 'node:crypto'],
  ['segments on files', 'libs/journal-segments', 'node:fs'],
  ['a lane on the journal', 'libs/lane', '@ringfence/journal'],
  ['a service on its domain', 'services/accounts', '@ringfence/domain-accounts'],
  ['a service on its framework', 'services/accounts', '@nestjs/common'],
  ['risk on reference data', 'services/risk', '@ringfence/domain-reference'],
  ['a gateway on TypeORM', 'services/gateway', 'typeorm'],
  ['a house on its services', 'services/house', '@ringfence/risk'],
  ['a spec that reads a table', 'libs/domain/risk', 'node:fs', 'table.spec'],
  ['an auditor on the kernel', 'libs/simulation', '@ringfence/kernel', 'auditor/uses-the-kernel'],
];

const AUDITOR_TYPES = 'libs/simulation/src/auditor/types.ts';

describe('the import table', () => {
  let house;
  let violations;

  beforeAll(() => {
    house = fs.mkdtempSync(join(tmpdir(), 'ringfence-boundaries-'));
    const plants = [...REFUSED, ...ALLOWED];
    for (const plant of plants) write(sourceOf(plant), `import '${plant[2]}';\n`);
    write(
      AUDITOR_TYPES,
      "import type { Fact } from '@ringfence/contracts';\nexport type F = Fact;\n",
    );
    for (const [, folder] of plants) write(`${folder}/src/index.ts`, 'export {};\n');
    for (const name of ['@nestjs/common', 'typeorm', 'big.js'])
      standIn(`node_modules/${name}`, name);
    for (const folder of manifests()) standIn(folder, nameOf(folder));
    violations = cruise();
  }, 30_000);

  afterAll(() => fs.rmSync(house, { recursive: true, force: true }));

  it.each(REFUSED)('refuses %s', (...plant) => {
    expect(violations.get(sourceOf(plant)) ?? []).toContainEqual(
      expect.stringMatching(/^(table|auditor|through)/),
    );
  });

  it('refuses the way round the front door by its own rule', () => {
    const [detour] = REFUSED.filter(([, , to]) => to.includes('/dist/'));
    expect(violations.get(sourceOf(detour))).toContain('through the front door');
  });

  it.each(ALLOWED)('grants %s', (...plant) => {
    expect(violations.get(sourceOf(plant))).toBeUndefined();
  });

  it('grants an auditor the types of contracts', () => {
    expect(violations.get(AUDITOR_TYPES)).toBeUndefined();
  });

  function write(file, text) {
    const path = join(house, file);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, text);
  }

  /** A package that resolves: our own are linked into node_modules as pnpm would. */
  function standIn(folder, name) {
    const entry = './dist/index.js';
    write(`${folder}/package.json`, JSON.stringify({ name, type: 'module', exports: entry }));
    write(`${folder}/dist/index.js`, 'export {};\n');
    const link = join(house, 'node_modules', name);
    if (folder.startsWith('node_modules/')) return;
    fs.mkdirSync(dirname(link), { recursive: true });
    fs.symlinkSync(join(house, folder), link);
  }

  function cruise() {
    const config = join(ROOT, '.dependency-cruiser.cjs');
    const args = [CRUISER, '--config', config, '--output-type', 'json', 'libs', 'services'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8' });
    if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser said: ${stdout}${stderr}`);
    const found = new Map();
    for (const { from, rule } of JSON.parse(stdout).summary.violations) {
      found.set(from, [...(found.get(from) ?? []), rule.name]);
    }
    return found;
  }
});

/** One file per plant, named after its title unless its place matters. */
function sourceOf([title, folder, , place]) {
  return `${folder}/src/${place ?? title.replaceAll(/[^a-z]+/g, '-')}.ts`;
}

function manifests() {
  return ['libs', 'libs/domain', 'services']
    .flatMap((parent) => fs.readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => fs.existsSync(join(ROOT, folder, 'package.json')));
}

function nameOf(folder) {
  return JSON.parse(fs.readFileSync(join(ROOT, folder, 'package.json'), 'utf8')).name;
}
