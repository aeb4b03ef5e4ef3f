// Who may import whom. What a row does not list is refused, so a new edge is a decision made here.

const DOMAINS = ['accounts', 'custody', 'risk', 'reference', 'liquidation'];
const SERVICES = ['accounts', 'custody', 'risk', 'liquidation', 'gateway', 'house'];

const SPEC = '\\.(spec|fixture)\\.ts$';
const TEST_TOOLS = ['@jest/globals', 'fast-check', '@nestjs/testing'];
const NEST = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/microservices',
  'reflect-metadata',
  'rxjs',
];

const lib = (...names) => names.map((name) => workspace(`libs/${name}`, name));
const domain = (...names) =>
  names.map((name) => workspace(`libs/domain/${name}`, `domain-${name}`));
const service = (...names) => names.map((name) => workspace(`services/${name}`, name));
const builtin = (...names) => `^(node:)?(${names.join('|')})(/|$)`;
const npm = (...names) => names.map(installed);

/** A package of ours: by its folder when it resolves, by its name when it does not. */
function workspace(folder, name) {
  return `^${folder}/|^@ringfence/${name}(/|$)`;
}

/** A package of the registry: inside node_modules (or its types), or unresolved by name. */
function installed(name) {
  const types = name.replace(/^@([^/]+)\//, '$1__');
  return `(^|/)node_modules/(${escaped(name)}|@types/${escaped(types)})/|^${escaped(name)}(/|$)`;
}

function escaped(text) {
  return text.replaceAll('.', '\\.');
}

/** What a shell may use of Node; files and hashing are granted one by one. */
const NODE = builtin(
  'assert|async_hooks|buffer|child_process|events|http|net|os|path|perf_hooks|process|readline',
  'stream|timers|url|util|v8|worker_threads',
);

const shell = [
  ...lib('contracts', 'journal', 'journal-kafka', 'journal-segments', 'kernel', 'lane', 'money'),
];
const edge = [...shell, ...lib('service-kit'), ...npm(...NEST), NODE];

/** Folder -> what its sources may import besides themselves. */
const TABLE = {
  'libs/kernel': [],
  'libs/money': [...lib('kernel'), ...npm('big.js')],
  'libs/contracts': lib('kernel', 'money'),
  // big.js only in src/pricing/reference, the slow kernel that tests and bench compare with
  'libs/margin': [...lib('kernel', 'money'), ...npm('big.js')],
  'libs/domain/accounts': lib('kernel', 'money', 'contracts'),
  'libs/domain/custody': lib('kernel', 'money', 'contracts'),
  'libs/domain/risk': lib('kernel', 'money', 'contracts', 'margin'),
  'libs/domain/reference': lib('kernel', 'money', 'contracts', 'margin'),
  'libs/domain/liquidation': lib('kernel', 'money', 'contracts', 'margin'),
  'libs/journal': [...lib('kernel'), builtin('crypto')],
  'libs/journal-segments': [...lib('kernel', 'journal'), builtin('crypto', 'fs'), NODE],
  'libs/journal-kafka': [
    ...lib('kernel', 'journal', 'contracts'),
    ...npm('kafkajs'),
    builtin('module', 'tls'), // the client's exact version is checked; connections are our own
    NODE,
  ],
  'libs/lane': lib('kernel', 'contracts', 'journal'),
  'libs/service-kit': [
    ...lib('kernel', 'contracts', 'lane', 'journal'),
    ...lib('journal-kafka', 'journal-segments'), // where the logs are is configuration
    ...npm(...NEST, '@nestjs/platform-fastify', 'zod'),
    // logs and traces of every service are made here, and nowhere else
    ...npm('pino', '@opentelemetry/api', '@opentelemetry/sdk-trace-base'),
    ...npm('@opentelemetry/exporter-trace-otlp-http'),
    builtin('fs', 'module'), // snapshots of lanes; what the engine compiled is kept
    NODE,
  ],
  'libs/simulation': [
    ...lib('kernel', 'money', 'contracts', 'lane', 'journal'),
    ...domain(...DOMAINS),
    ...npm('fast-check'),
    builtin('fs'),
    NODE,
  ],
  'services/accounts': [...edge, ...domain('accounts')],
  'services/custody': [...edge, ...domain('custody')],
  'services/risk': [...edge, ...domain('risk', 'reference')],
  'services/liquidation': [...edge, ...domain('liquidation')],
  'services/gateway': [
    ...edge,
    ...npm('@nestjs/platform-fastify', 'typeorm', 'pg'),
    ...npm('@electric-sql/pglite', 'fastify', 'redis', 'zod'),
    builtin('fs'),
  ],
  'services/house': [
    ...edge,
    ...domain(...DOMAINS),
    ...service(...SERVICES),
    workspace('infra/stack', 'stack'), // the distributed demo brings its servers
    ...npm('@nestjs/platform-fastify'),
    builtin('fs', 'zlib'),
  ],
  'infra/stack': [builtin('fs', 'crypto'), NODE],
  // published figures against what the house calls: no service, no lane of its own
  'infra/cases': [
    ...lib('kernel', 'money', 'contracts', 'margin'),
    ...domain('liquidation', 'risk'),
    builtin('fs'),
    NODE,
  ],
  // prices of the past against the numerics that the house margins with
  'infra/backtest': [...lib('kernel', 'money', 'margin'), builtin('fs', 'zlib'), NODE],
  'infra/bench': [
    '^libs/',
    '^@ringfence/',
    ...service('house'), // starts the house of processes
    workspace('infra/stack', 'stack'),
    ...npm('pg'), // the same transfers in a database, to compare with
    builtin('fs', 'vm'),
    NODE,
  ],
};

/** Sources keep to the table; specs may also read files and use the test tools. */
const boundaries = Object.entries(TABLE).flatMap(([folder, allowed]) => {
  const from = `^${folder}/src/`;
  const own = `^${folder}/`;
  const tools = [...npm(...TEST_TOOLS), workspace('infra/stack', 'stack')];
  tools.push(builtin('fs', 'zlib'), NODE);
  return [
    {
      name: `table: ${folder}`,
      severity: 'error',
      from: { path: from, pathNot: SPEC },
      to: { pathNot: [own, ...allowed] },
    },
    {
      name: `table: ${folder} (spec)`,
      severity: 'error',
      from: { path: `${from}.*${SPEC}` },
      to: { pathNot: [own, ...allowed, ...tools] },
    },
  ];
});

const AUDITOR = '^libs/simulation/src/auditor';

module.exports = {
  forbidden: [
    ...boundaries,
    {
      name: 'table: every package has a row',
      comment: 'A package that is not in the table above may import nothing.',
      severity: 'error',
      from: { pathNot: Object.keys(TABLE).map((folder) => `^${folder}/`) },
      to: {},
    },
    {
      name: 'auditor: independent',
      comment: 'It recomputes; it never calls the fold it checks.',
      severity: 'error',
      from: { path: AUDITOR, pathNot: SPEC },
      to: { pathNot: [AUDITOR, ...lib('kernel', 'contracts')] },
    },
    {
      name: 'auditor: only types of contracts',
      severity: 'error',
      from: { path: AUDITOR, pathNot: SPEC },
      to: { path: lib('contracts'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'through the front door',
      comment: 'Another package is imported by its name, not by a relative path into it.',
      severity: 'error',
      from: { path: '^((?:libs/domain|libs|services|infra)/[^/]+)/src/' },
      to: { path: '^(libs|services|infra)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no cycle',
      comment: 'A cycle of types alone is gone after compilation.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    // Not `exclude`: an import by relative path into another package's dist must still be seen.
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
