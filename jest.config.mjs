// Jest runs what tsc compiled; stack traces still show the .ts lines, by the source maps.
const shared = {
  transform: {},
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/.nx/', '<rootDir>/.stack/'],
};
const IGNORED = ['/node_modules/', '/src/'];

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/dist/**/*.spec.js', '<rootDir>/infra/tools/**/*.spec.mjs'],
      testPathIgnorePatterns: [...IGNORED, '\\.(int|journey)\\.spec\\.js$'],
    },
    {
      ...shared,
      displayName: 'int',
      runner: '<rootDir>/infra/tools/serial-runner.mjs',
      testMatch: ['**/dist/**/*.int.spec.js'],
      globalSetup: '<rootDir>/infra/tools/int-setup.mjs',
      globalTeardown: '<rootDir>/infra/tools/int-teardown.mjs',
      testPathIgnorePatterns: IGNORED,
    },
    {
      ...shared,
      displayName: 'journey',
      testMatch: ['**/dist/**/*.journey.spec.js'],
      testPathIgnorePatterns: IGNORED,
    },
  ],
  reporters: ['default', '<rootDir>/infra/tools/tally-reporter.mjs'],
  testTimeout: 20_000,
  maxWorkers: 2,
};
