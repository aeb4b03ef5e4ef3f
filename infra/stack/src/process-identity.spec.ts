import { childrenOf, identityOf, isAlive, startTimeIn } from './process-identity.js';

const stat = (state: string): string =>
  `4242 (a (strange) name) ${state} 1 4242 4242 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 11 0 987654 1 2`;

describe('the identity of a process', () => {
  it('is its start time, whatever its name', () => expect(startTimeIn(stat('S'))).toBe('987654'));
  it('is nothing for one that only waits to be noticed', () =>
    expect(startTimeIn(stat('Z'))).toBeUndefined());

  it('is the same at every look, and another for another process', () => {
    const mine = identityOf(process.pid) ?? '';
    expect(mine).not.toBe('');
    expect(identityOf(process.pid)).toBe(mine);
    expect(isAlive({ pid: process.pid, identity: mine })).toBe(true);
    expect(isAlive({ pid: process.pid, identity: `${mine}0` })).toBe(false);
  });

  it('finds children by their parent', () => {
    expect(childrenOf(process.ppid)).toContain(process.pid);
  });
});
