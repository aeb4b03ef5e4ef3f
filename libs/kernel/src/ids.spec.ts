import {
  accountId,
  accountText,
  parseAccount,
  partitionOf,
  indexOf,
  parseCommandId,
  commandIdText,
} from './index.js';

describe('account ids', () => {
  it('are partition and dense number, and read back from their text', () => {
    for (const [p, n] of [
      [0, 0],
      [3, 498279],
      [1023, 2 ** 30 - 1],
      [17, 1],
    ] as const) {
      const id = accountId(p, n);
      expect([partitionOf(id), indexOf(id)]).toEqual([p, n]);
      expect(parseAccount(accountText(id))).toBe(id);
    }
  });
  it('refuse every single mistyped character', () => {
    const text = accountText(accountId(3, 498279));
    for (let i = 2; i < text.length; i++) {
      if (text[i] === '-') continue;
      for (const letter of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
        if (letter === text[i]) continue;
        expect(parseAccount(text.slice(0, i) + letter + text.slice(i + 1))).toBeUndefined();
      }
    }
  });
});

describe('command ids', () => {
  it('read back, with and without the dashes of a UUID', () => {
    const id = parseCommandId('00ff1234-aaaa-bbbb-cccc-0123456789ab');
    expect(id && commandIdText(id)).toBe('00ff1234aaaabbbbcccc0123456789ab');
    expect(parseCommandId('00ff')).toBeUndefined();
  });
});
