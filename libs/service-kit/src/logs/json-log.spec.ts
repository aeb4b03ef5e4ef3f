import { jsonLog } from './json-log.js';
import type { Log } from './log.js';
import { secretsIn } from './secrets.js';

const PEER_KEY = 'a-peer-key-that-nobody-may-see';
const PASSWORD = 'p%40ss"word\\of-kafka';
const ENVIRONMENT = {
  RINGFENCE_PEER_KEY: PEER_KEY,
  RINGFENCE_KAFKA_PASSWORD: PASSWORD,
  RINGFENCE_DATABASE_URL: 'postgres://house:db%2Fpassword@127.0.0.1:5432/house',
  RINGFENCE_KAFKA_BROKERS: '127.0.0.1:9092',
  OTHER_PASSWORD: 'not ours',
};

function logged(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const place = { service: 'accounts', instance: 1, writer: 'accounts-1-77' };
  const log = jsonLog({ ...place, environment: ENVIRONMENT, write: (line) => lines.push(line) });
  return { log, lines };
}

describe('the log of a process', () => {
  it('is a line of JSON that says who, when and where in which log (KIT-130)', () => {
    const { log, lines } = logged();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const fault = new TypeError('of a library');
    log('it stopped', { level: 'error', lane: 'accounts/1', seq: 7, trace, fault });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    const { time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(new Date(String(time)).getTime()).toBeGreaterThan(0);
    expect(line).toEqual({
      level: 'error',
      service: 'accounts',
      instance: 1,
      writer: 'accounts-1-77',
      message: 'it stopped',
      lane: 'accounts/1',
      seq: 7,
      trace,
      fault: 'TypeError: of a library',
    });
  });

  it('knows the secrets of the environment (KIT-131)', () => {
    expect(secretsIn(ENVIRONMENT).toSorted()).toEqual(
      [PEER_KEY, PASSWORD, 'db%2Fpassword', 'db/password'].toSorted(),
    );
  });

  it.each([
    ['a key', `sent ${PEER_KEY} away`],
    ['a password that JSON spells otherwise', `refused: ${PASSWORD}`],
    ['a header', 'header authorization: Bearer operator-secret-1 was wrong'],
    ['a URL', 'cannot reach postgres://other:hidden-word@10.0.0.1/db'],
    ['a decoded password', 'role house, password db/password'],
  ])('keeps %s out of what is said (KIT-132)', (_, text) => {
    const { log, lines } = logged();
    log(text, { fault: new Error(text) });
    const all = lines.join('');
    const parsed = JSON.stringify(JSON.parse(all));
    for (const secret of [PEER_KEY, 'word\\\\of-kafka', 'operator-secret-1', 'hidden-word']) {
      expect(all).not.toContain(secret);
      expect(parsed).not.toContain(secret);
    }
    expect(all).not.toContain('db/password');
    expect(all).toContain('[secret]');
  });

  it('writes no member that is named like a secret (KIT-133)', () => {
    const { log, lines } = logged();
    const facts = { key: 'first-hidden', headers: { authorization: 'second-hidden' } };
    log('a request', facts as object);
    expect(lines.join('')).not.toMatch(/hidden/);
  });
});
