import { RowSet } from './rows.js';
import { table, upsertOf } from './table.js';

const THINGS = table('things', {
  place: ['key', 'integer'],
  thing: ['key', 'bigint'],
  name: ['set', 'text'],
  count: ['add', 'numeric'],
});

describe('rows of a batch', () => {
  it('hold many changes of one row as one', () => {
    const rows = new RowSet().of(THINGS);
    for (const [place, thing, count] of [
      [1, 2, 5n],
      [2, 1, 1n],
      [1, 2, -7n],
      [0, 33, 1n],
    ] as const) {
      rows.add(rows.row(place, thing), 'count', count);
    }
    rows.set(rows.row(2, 1), 'name', 'b');
    expect(rows.count).toBe(3);
    expect(rows.arrays()).toEqual(['{1,2,0}', '{2,1,33}', '{NULL,"b",NULL}', '{-2,1,1}']);
  });

  it('write any text so that it is read back', () => {
    const rows = new RowSet().of(THINGS);
    rows.set(rows.row(1, 1), 'name', 'a"b\\c{d},\n\0');
    expect(rows.arrays()[2]).toBe('{"a\\"b\\\\c{d},\n\u2400"}');
  });

  it('are one statement, whatever their number', () => {
    expect(upsertOf(THINGS, 6)).toBe(
      'insert into things (place, thing, name, count) select * from unnest(' +
        '($7::text)::integer[], ($8::text)::bigint[], ($9::text)::text[], ' +
        '($10::text)::numeric[]) ' +
        'on conflict (place, thing) do update set ' +
        'name = coalesce(excluded.name, things.name), count = things.count + excluded.count',
    );
  });
});
