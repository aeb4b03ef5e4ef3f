import type { By, MemberId, Role } from '@ringfence/kernel';
import { MemoryEphemeral } from '../ephemeral/memory-ephemeral.js';
import { Refused } from './callers.js';
import { RequestLimits, type LimitOptions } from './request-limits.js';

const by = (key: number, role: Role = 'venue'): By => ({ key, member: 1 as MemberId, role });
const limits = (options: Partial<LimitOptions> = {}): RequestLimits =>
  new RequestLimits({ memory: new MemoryEphemeral(() => 0), ...options });
const SLOW = { perSecond: 0.5, burst: 2 };

/** @returns the code of the refusal, or '' */
async function codeOf(asked: () => Promise<void> | undefined): Promise<string> {
  try {
    await asked();
    return '';
  } catch (fault) {
    if (fault instanceof Refused) return fault.problem.code;
    throw fault;
  }
}

describe('the limits of requests', () => {
  it('cost nothing where there is nothing to check', () => {
    expect(limits().check(by(1), {}, '/v1/assets')).toBeUndefined();
  });
  it('refuse a key that asks too often, and only that one, with the time to wait', async () => {
    const of = limits({ rate: SLOW });
    const ask = (key: number) => codeOf(() => of.check(by(key), {}, '/v1/assets'));
    expect([await ask(1), await ask(1), await ask(1), await ask(2)]).toEqual([
      '',
      '',
      'rate-limited',
      '',
    ]);
    await expect(of.check(by(1), {}, '/v1/assets')).rejects.toMatchObject({ retryAfterSeconds: 2 });
    expect(of.refused).toEqual({ rateLimited: 2, nonceUsed: 0 });
  });
  it.each([
    ['operator', undefined, ['', '', '']],
    ['operator', true, ['', '', 'rate-limited']],
    ['venue', undefined, ['', '', 'rate-limited']],
  ] as const)('count ticks of a %s, limited: %s', async (role, limitsClock, codes) => {
    const of = limits({ rate: SLOW, limitsClock });
    const found: string[] = [];
    for (const path of ['/v1/ticks', '/v1/frames', '/v1/ticks']) {
      found.push(await codeOf(() => of.check(by(1, role), {}, path)));
    }
    expect(found).toEqual(codes);
  });
  it('refuse the second use of a nonce by its key', async () => {
    const of = limits();
    const ask = (key: number, nonce: string) =>
      codeOf(() => of.check(by(key), { 'request-nonce': nonce }, '/v1/transfers'));
    expect([await ask(1, 'a'), await ask(1, 'b'), await ask(2, 'a')]).toEqual(['', '', '']);
    expect(await ask(1, 'a')).toBe('nonce-used');
  });
  it('leave a nonce unused when the rate refuses its request', async () => {
    let now = 0;
    const of = limits({ memory: new MemoryEphemeral(() => now), rate: { perSecond: 1, burst: 1 } });
    const ask = (nonce: string) =>
      codeOf(() => of.check(by(1), { 'request-nonce': nonce }, '/v1/transfers'));
    expect([await ask('a'), await ask('b')]).toEqual(['', 'rate-limited']);
    now = 1000;
    expect(await ask('b')).toBe('');
  });
  it.each(['', 'a b', 'é', 'x'.repeat(129), ['a', 'b']])('refuse the nonce %p', async (nonce) => {
    const headers = { 'request-nonce': nonce };
    expect(await codeOf(async () => limits().check(by(1), headers, '/'))).toBe('invalid-request');
  });
});
