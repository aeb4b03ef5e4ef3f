import { isBehind, parsePlaces, placesText } from './places.js';

describe('where a stream stands', () => {
  it('is written and read back', () => {
    const text = 'reference/0:120:3,risk/1:33,accounts/12:9007199254740991:0';
    const places = parsePlaces(text);
    expect(places?.get('reference/0')).toEqual({ seq: 120, ordinal: 3 });
    expect(places?.get('risk/1')).toEqual({ seq: 33 });
    expect(placesText(places ?? [])).toBe(text);
  });
  it.each(['', 'x', 'risk/1', 'risk/1:', 'risk/1:-1', 'risk/1:1:1:1', 'risk/1:1,,', 'RISK/1:1'])(
    'is none of ours: %p',
    (text) => expect(parsePlaces(text)).toBeUndefined(),
  );
  it('is none of ours when it is very long or large', () => {
    expect(parsePlaces('risk/1:1,'.repeat(2000))).toBeUndefined();
    expect(parsePlaces('risk/1:9999999999999999')).toBeUndefined();
  });
  it('has events behind it from the next one on', () => {
    const whole = { seq: 5 };
    expect(isBehind(whole, { seq: 5, ordinal: 9 })).toBe(false);
    expect(isBehind(whole, { seq: 6, ordinal: 0 })).toBe(true);
    const part = { seq: 5, ordinal: 1 };
    expect(isBehind(part, { seq: 5, ordinal: 1 })).toBe(false);
    expect(isBehind(part, { seq: 5, ordinal: 2 })).toBe(true);
    expect(isBehind(part, { seq: 4, ordinal: 2 })).toBe(false);
  });
});
