import {
  accountId,
  accountText,
  cross,
  isolated,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { ReferenceNames } from './names.js';
import { readOrder, type RequestScope } from './orders.js';
import { partitionOfOwner, RESOURCES } from './resources.js';
import type { Resource } from './resource.js';
import { writeCommandId } from './command-ids.js';

const names = new ReferenceNames();
names.fold({
  type: 'AssetListed',
  asset: 1,
  caip: 'x:y/z:1',
  symbol: 'USDT',
  scale: 6,
  haircutPpm: 0,
  confirmations: 1,
  pricedBy: '',
} as Parameters<typeof names.fold>[0]);
names.fold({
  type: 'DomainOpened',
  domain: 4,
  name: 'linear',
  settlement: 1,
} as Parameters<typeof names.fold>[0]);
names.fold({
  type: 'InstrumentListed',
  instrument: 9,
  symbol: 'BTC-PERP',
  domain: 4,
  settlement: 1,
  unit: 1n,
  tickUnits: 1n,
  tickSteps: 5,
  tickScale: 1,
  lotSteps: 1,
  lotScale: 3,
} as Parameters<typeof names.fold>[0]);

const scope: RequestScope = {
  by: { key: 3, member: 1 as MemberId, role: 'venue' },
  names,
  partitions: 4,
  idempotencyKey: '',
  partition: undefined,
  isBatch: true,
};
const of = (command: string): Resource => {
  const found = RESOURCES.find((each) => each.command === command);
  if (!found) throw new Error(command);
  return found;
};
const ID = '00112233445566778899aabbccddeeff';
const account = accountText(accountId(2, 7));
const move = {
  id: ID,
  account,
  source: 'excess',
  target: 'cross:linear',
  asset: 'USDT',
  amount: '1.5',
};

describe('an item of a request', () => {
  it('becomes the order of the lane that has its account', () => {
    const read = readOrder(of('MoveCollateral'), move, 0, scope);
    expect(read).toEqual({
      ok: true,
      order: {
        id: expect.any(String),
        partition: 2,
        command: {
          type: 'MoveCollateral',
          account: accountId(2, 7),
          source: 0,
          target: cross(4 as DomainId),
          asset: 1,
          amount: 1_500_000n,
        },
      },
    });
    expect(read.ok && writeCommandId(read.order.id)).toBe(ID);
  });

  it('names buckets and domains by name or number', () => {
    const named = { ...move, target: 'isolated:BTC-PERP' };
    const read = readOrder(of('MoveCollateral'), named, 0, scope);
    expect(read.ok && read.order.command).toMatchObject({ target: isolated(9 as InstrumentId) });
    const round = { id: ID, domain: 'linear', funding: [] };
    const scheduled = readOrder(of('ScheduleRound'), round, 0, scope);
    expect(scheduled.ok && scheduled.order).toMatchObject({ partition: 0, command: { domain: 4 } });
  });

  it('takes its id from the Idempotency-Key, each member and place its own', () => {
    const { id: _, ...item } = move;
    const idOf = (index: number, more: Partial<RequestScope>): string => {
      const read = readOrder(of('MoveCollateral'), item, index, {
        ...scope,
        idempotencyKey: 'k',
        ...more,
      });
      return read.ok ? read.order.id : '';
    };
    const other = { ...scope.by, member: 2 as MemberId };
    const all = [idOf(0, {}), idOf(1, {}), idOf(0, { by: other }), idOf(0, { isBatch: false })];
    expect(new Set(all).size).toBe(4);
    expect(idOf(0, {})).toBe(all[0]);
    expect(readOrder(of('MoveCollateral'), item, 0, scope)).toMatchObject({
      ok: false,
      problem: { code: 'missing-id' },
    });
  });

  it('goes to the partition of its owner, unless an operator says otherwise', () => {
    const open = {
      id: ID,
      member: 1,
      owner: 'anna',
      class: 'client-individual',
      domain: null,
      reference: '',
    };
    const home = partitionOfOwner(1 as MemberId, 'anna', 4);
    const read = readOrder(of('OpenAccount'), open, 0, scope);
    expect(read.ok && read.order.partition).toBe(home);
    const elsewhere = { ...open, partition: (home + 1) % 4 };
    expect(readOrder(of('OpenAccount'), elsewhere, 0, scope)).toMatchObject({
      ok: false,
      problem: { code: 'role-not-allowed', status: 403 },
    });
    const by = { ...scope.by, role: 'operator' as const };
    const told = readOrder(of('OpenAccount'), elsewhere, 0, { ...scope, by });
    expect(told.ok && told.order.partition).toBe((home + 1) % 4);
  });

  it.each([
    [undefined, 'missing'],
    ['1', 'wrong-type'],
    [4, 'unknown-partition'],
    [-1, 'unknown-partition'],
  ])('must name a partition of the house where it needs one: %s', (partition, code) => {
    const item = { id: ID, partition };
    expect(readOrder(of('Reconcile'), item, 0, scope)).toMatchObject({
      ok: false,
      problem: { errors: [{ field: 'partition', code }] },
    });
  });

  it('is an object', () => {
    for (const item of [null, 7, 'x', []]) {
      expect(readOrder(of('MoveCollateral'), item, 0, scope)).toMatchObject({
        ok: false,
        problem: { errors: [{ field: '', code: 'wrong-type' }] },
      });
    }
  });
});

describe('where an owner lives', () => {
  it('is the same for ever', () => {
    expect([1, 2, 3].map((member) => partitionOfOwner(member as MemberId, 'anna', 64))).toEqual([
      partitionOfOwner(1 as MemberId, 'anna', 64),
      partitionOfOwner(2 as MemberId, 'anna', 64),
      partitionOfOwner(3 as MemberId, 'anna', 64),
    ]);
  });
  it('is spread evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[partitionOfOwner(1 as MemberId, `owner ${i}`, 4)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});
