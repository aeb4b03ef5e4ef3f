import { ConfigInvalid, readConfig } from '@ringfence/service-kit';
import { gatewayConfig, GATEWAY_VARIABLES } from './gateway.config.js';

const read = (environment: Record<string, string>) =>
  gatewayConfig(readConfig(GATEWAY_VARIABLES, environment));
const URL = 'postgres://house@127.0.0.1:5432/house';

it('keeps read models in memory without a URL', () => {
  expect(read({})).toEqual({ projections: 'on', limitsClock: false });
});

it('bounds what a PostgreSQL may cost, unless told otherwise', () => {
  expect(read({ RINGFENCE_DATABASE_URL: URL }).database).toEqual({
    url: URL,
    schema: 'ringfence',
    poolMax: 10,
    connectTimeoutMs: 5000,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    applicationName: 'ringfence-gateway',
  });
  const { database } = read({
    RINGFENCE_DATABASE_URL: URL,
    RINGFENCE_DATABASE_POOL_MAX: '3',
    RINGFENCE_DATABASE_LOCK_TIMEOUT_MS: '250',
  });
  expect(database).toMatchObject({ poolMax: 3, lockTimeoutMs: 250 });
});

it.each([
  ['RINGFENCE_DATABASE_URL', 'mysql://127.0.0.1/house'],
  ['RINGFENCE_DATABASE_SCHEMA', 'House; drop'],
  ['RINGFENCE_DATABASE_POOL_MAX', '1'],
  ['RINGFENCE_DATABASE_CONNECT_TIMEOUT_MS', 'soon'],
  ['RINGFENCE_DATABASE_STATEMENT_TIMEOUT_MS', '0'],
  ['RINGFENCE_DATABASE_LOCK_TIMEOUT_MS', '1.5'],
  ['RINGFENCE_DATABASE_APPLICATION_NAME', ''],
])('refuses %s = "%s" by name', (variable, value) => {
  const reading = (): unknown => read({ RINGFENCE_DATABASE_URL: URL, [variable]: value });
  expect(reading).toThrow(ConfigInvalid);
  expect(reading).toThrow(variable);
});
