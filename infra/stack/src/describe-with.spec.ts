import { fateOf, lack } from './describe-with.js';

const offer = { missing: { redis: 'there is no redis-server on the path' } };

describe('a block that needs real servers', () => {
  it('runs when each part that it names can be had', () => {
    expect(lack(['kafka', 'postgres'], offer)).toBe('');
    expect(fateOf('', true)).toEqual({ kind: 'run' });
    expect(fateOf('', false)).toEqual({ kind: 'run' });
  });

  it('is skipped by a name that says what is missing and why', () => {
    expect(fateOf(lack(['kafka', 'redis'], offer), false)).toEqual({
      kind: 'skip',
      note: 'skipped for want of redis: there is no redis-server on the path',
    });
  });

  it('fails in CI instead', () => {
    expect(fateOf(lack(['redis'], offer), true)).toEqual({
      kind: 'fail',
      message:
        'in CI nothing is skipped, and this lacks redis: there is no redis-server on the path',
    });
  });

  it('says how specs are run when no stack was offered', () => {
    expect(lack(['redis'], undefined)).toContain('npm test');
  });
});
