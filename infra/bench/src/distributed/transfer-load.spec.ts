import { transferBodies, type Kind } from './transfer-load.js';

const WALLS = [
  ['a', 'b', 'c'],
  ['d', 'e', 'f'],
];
interface Item {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}
const made = (kind: Kind, size: number, seed = 1): Item[][] =>
  [...transferBodies(WALLS, { kind, size, requests: 4, seed })].map((body) =>
    [JSON.parse(body) as Item | Item[]].flat(),
  );
const partitionOf = (wall: string): number => WALLS.findIndex((walls) => walls.includes(wall));

describe('the transfers of a load', () => {
  it.each([
    ['same', 0],
    ['cross', 1],
  ] as const)('keep to their kind, a partition per request: %s', (kind, apart) => {
    made(kind, 50).forEach((items, request) => {
      for (const { from, to } of items) {
        expect(partitionOf(from)).toBe(request % 2);
        expect(Math.abs(partitionOf(to) - partitionOf(from))).toBe(apart);
        expect(to).not.toBe(from);
      }
    });
  });

  it('never have an id twice, nor in another seed', () => {
    const ids = [1, 2].flatMap((seed) =>
      made('same', 100, seed)
        .flat()
        .map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(800);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('are one object where a request has one', () => {
    const [body] = transferBodies(WALLS, { kind: 'same', size: 1, requests: 1, seed: 1 });
    expect(JSON.parse(body)).toMatchObject({ asset: 'USDT' });
  });
});
