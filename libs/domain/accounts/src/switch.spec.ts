import { EXCESS, isolated, type AccountId, type BucketId } from '@ringfence/kernel';
import { Clearing } from './clearing.fixture.js';
import { CALL, DatedScene, FUTURE, PORTFOLIO, roundAt } from './dated.fixture.js';
import type { Outcome } from './runner.fixture.js';
import { BOB, CROSS, DOMAIN, ISOLATED, place } from './scene.fixture.js';
import { venue } from './runner.fixture.js';

function switching(
  house: DatedScene,
  account: AccountId,
  source: BucketId,
  target: BucketId,
): Outcome {
  const command = { type: 'SwitchBucket' as const, account, source, target };
  return house.order(place(account), command, house.ownerOf(account));
}
/** Two buckets of portfolio margin with a call between them, and 1,000 units of money each. */
function traded(): { house: DatedScene; pair: readonly [AccountId, AccountId] } {
  const house = new DatedScene();
  new Clearing(house, DOMAIN);
  const pair = house.two();
  house.buy(pair, CALL, 5, 8);
  house.settle();
  return { house, pair };
}

describe('switching a bucket', () => {
  it('moves positions, cash and what is due, in one event after the gate', () => {
    const { house, pair } = traded();
    const [buyer] = pair;
    expect(switching(house, buyer, PORTFOLIO, CROSS)).toMatchObject({
      code: '',
      events: [
        {
          type: 'SwitchReserved',
          positions: [{ instrument: CALL, lots: 5 }],
          cash: [{ asset: 1, amount: 1_000n }],
        },
      ],
    });
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({ type: 'BucketSwitched', tag: 0, due: 0n });
    expect(house.cash(buyer, PORTFOLIO)).toEqual([0n, 0n]);
    expect(house.cash(buyer, CROSS)).toEqual([1_000n, 0n]);
    expect(house.lots(buyer, CROSS, CALL)).toBe(5);
    expect(house.bucket(buyer, PORTFOLIO)).toMatchObject({ positions: [], pending: [] });
    // the premium is paid from where the option is now
    house.publish(roundAt(1, { [CALL]: 0 }));
    house.settle();
    expect(house.cash(buyer, CROSS)).toEqual([600n, 0n]);
    expect(house.cash(pair[1], PORTFOLIO)).toEqual([1_400n, 0n]);
  });
  it('joins what is in the target already', () => {
    const { house, pair } = traded();
    house.trade(...pair, 3, { instrument: CALL, price: 9 });
    house.deposit(pair[0], 70n);
    house.move(pair[0], EXCESS, CROSS, 70n);
    house.trade(...pair, 3, { instrument: CALL, price: 9 });
    house.settle();
    switching(house, pair[0], PORTFOLIO, CROSS);
    house.settle();
    expect(house.bucket(pair[0]).positions).toMatchObject([
      { instrument: CALL, settlingLots: 11, settlingCost: 400n + 540n },
    ]);
    expect(house.cash(pair[0], CROSS)).toEqual([1_070n, 0n]);
  });
  it('holds legs, moves and other switches off until it concludes', () => {
    const { house, pair } = traded();
    const [buyer] = pair;
    switching(house, buyer, PORTFOLIO, CROSS);
    expect(house.buy(pair, FUTURE, 1, 100).code).toBe('bucket-switching');
    expect(house.trade(...pair, 1, { instrument: FUTURE }).code).toBe('bucket-switching');
    expect(house.move(buyer, PORTFOLIO, EXCESS, 1n).code).toBe('bucket-switching');
    expect(switching(house, buyer, PORTFOLIO, isolated(CALL)).code).toBe('something-pending');
    house.judge(false);
    expect(house.log(0).at(-1)).toMatchObject({
      type: 'SwitchReleased',
      reason: 'initial-margin',
    });
    expect(house.lots(buyer, PORTFOLIO, CALL)).toBe(5);
    expect(house.buy(pair, FUTURE, 1, 100).code).toBe('');
  });
  it('lets go when a round or a call came between', () => {
    const { house, pair } = traded();
    switching(house, pair[0], PORTFOLIO, CROSS);
    house.publish(roundAt(1, { [CALL]: 0 }));
    house.readReference(0);
    house.judge();
    expect(house.log(0).at(-1)).toMatchObject({ type: 'SwitchReleased', reason: 'round-settled' });
    expect(switching(house, pair[0], PORTFOLIO, CROSS).code).toBe('round-open');
    house.settle();
    expect(switching(house, pair[0], PORTFOLIO, CROSS).code).toBe('');
    house.feed(0, 'risk', {
      type: 'MarginCalled',
      call: 1,
      account: pair[0],
      bucket: CROSS,
      amount: 1n,
      deadline: 9,
      frame: 1,
    });
    expect(house.log(0).at(-1)).toMatchObject({ type: 'SwitchReleased', reason: 'margin-called' });
    const before = house.log(0).length;
    house.judge();
    expect(house.log(0)).toHaveLength(before);
  });
  it('is refused by name', () => {
    const { house, pair } = traded();
    const [buyer] = pair;
    const code = (source: BucketId, target: BucketId): string =>
      switching(house, buyer, source, target).code;
    expect(code(PORTFOLIO, PORTFOLIO)).toBe('same-kind');
    expect(code(EXCESS, CROSS)).toBe('bucket-unknown');
    expect(code(PORTFOLIO, EXCESS)).toBe('bucket-unknown');
    expect(code(CROSS, PORTFOLIO)).toBe('nothing-to-switch');
    expect(code(PORTFOLIO, ISOLATED)).toBe('target-does-not-fit');
    expect(code(PORTFOLIO, isolated(CALL))).toBe('');
    house.judge(false);
    const command = { type: 'SwitchBucket' as const, account: buyer, source: PORTFOLIO };
    expect(house.order(0, { ...command, target: CROSS }, venue(BOB)).code).toBe('not-the-owner');
    house.buy(pair, FUTURE, 1, 100);
    expect(code(PORTFOLIO, CROSS)).toBe('something-pending');
  });
  it('waits for a debt to be paid', () => {
    const { house, pair } = traded();
    house.buy(pair, FUTURE, 10, 100);
    house.settle();
    house.publish(roundAt(1, { [FUTURE]: 92, [CALL]: 0 }));
    house.settle();
    expect(house.bucket(pair[0], PORTFOLIO).debt).toBe(200n);
    expect(switching(house, pair[0], PORTFOLIO, CROSS).code).toBe('bucket-in-debt');
    expect(house.bucket(pair[1], PORTFOLIO).due).toBe(200n);
    expect(switching(house, pair[1], PORTFOLIO, CROSS).code).toBe('');
    house.settle();
    expect(house.bucket(pair[1], CROSS).due).toBe(200n);
    expect(house.bucket(pair[1], PORTFOLIO).due).toBe(0n);
  });
});
