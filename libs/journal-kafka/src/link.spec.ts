import type { FetchedPartition } from './client.js';
import { take } from './link.js';

const stream = { topic: 'log.accounts', partition: 3 };
const message = (offset: number, more: object = {}) => ({
  offset: String(offset),
  value: Buffer.from(`${offset}`),
  ...more,
});
const answer = (...messages: FetchedPartition['messages']): FetchedPartition => ({
  partition: 3,
  highWatermark: '9',
  messages,
});
const from = (offset: number) => ({ stream, from: offset, limitBytes: 1_000 });
const textOf = ({ entries }: ReturnType<typeof take>): string[] =>
  entries.map(({ offset, bytes }) => `${offset}=${Buffer.from(bytes).toString()}`);

describe('what a broker gave of a stream', () => {
  it('is taken as it is when nothing is missing', () => {
    const taken = take(from(4), answer(message(4), message(5)));
    expect(textOf(taken)).toEqual(['4=4', '5=5']);
    expect(taken).toMatchObject({ next: 6, end: 9 });
    expect(taken.hole).toBeUndefined();
  });

  it('may begin before the offset that was asked for: brokers give whole batches', () => {
    expect(textOf(take(from(5), answer(message(4), message(5))))).toEqual(['5=5']);
  });

  it("has the brokers' own markers left out and stepped over", () => {
    const taken = take(from(4), answer(message(4), message(5, { isControlRecord: true })));
    expect(textOf(taken)).toEqual(['4=4']);
    expect(taken.next).toBe(6);
  });

  it('is empty bytes for a record without a value, which no reader accepts', () => {
    const [entry] = take(from(4), answer(message(4, { value: null }))).entries;
    expect(entry).toEqual({ offset: 4, bytes: new Uint8Array(0) });
  });

  it.each([
    ['at its beginning', answer(message(6)), 4, 6, []],
    ['inside', answer(message(4), message(7), message(8)), 5, 7, ['4=4']],
  ])('ends before a hole %s, which is named', (_, part, offset, found, before) => {
    const taken = take(from(4), part);
    expect(textOf(taken)).toEqual(before);
    expect(taken).toMatchObject({ next: offset, hole: { offset, found } });
  });
});
