import { QueryFailedError } from 'typeorm';
import { isDatabaseAway } from './database-away.js';
import { EmbeddedEnded } from './pglite-pool.js';

const coded = (code: string, message = 'said the server'): Error =>
  Object.assign(new Error(message), { code });
const failed = (cause: Error): Error => new QueryFailedError('select 1', [], cause);

it.each([
  ['terminated by an administrator', failed(coded('57P01'))],
  ['a statement that ran out of time', failed(coded('57014'))],
  ['a full disk', failed(coded('53100'))],
  ['a lock that was not to be had', failed(coded('55P03'))],
  ['a standby that may not write', failed(coded('25006'))],
  ['nobody there', coded('ECONNREFUSED')],
  ['nobody there at either address', new AggregateError([coded('ECONNREFUSED')])],
  ['a connection that broke', failed(new Error('Connection terminated unexpectedly'))],
  ['a pool without a free place', new Error('timeout exceeded when trying to connect')],
  ['a database in memory that ended', failed(new EmbeddedEnded('its process ended'))],
])('%s is away', (_, fault) => expect(isDatabaseAway(fault)).toBe(true));

it.each([
  ['a value that is refused', failed(coded('22003'))],
  ['a statement that is wrong', failed(coded('42601'))],
  ['a right that is missing', failed(coded('42501'))],
  ['a fault of ours', new TypeError('x is undefined')],
  ['no error', 'words'],
])('%s is not', (_, fault) => expect(isDatabaseAway(fault)).toBe(false));
