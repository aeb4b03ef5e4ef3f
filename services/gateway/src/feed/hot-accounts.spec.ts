import type { Event } from '@ringfence/contracts';
import { accountId, type AssetId } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import { MemoryEphemeral } from '../ephemeral/memory-ephemeral.js';
import type { Feed } from './feed.js';
import { HotAccounts } from './hot-accounts.js';
import { Recent } from './recent.js';

const [mine, other] = [accountId(0, 7), accountId(0, 8)];
const transfer = { from: mine, to: other, asset: 1 as AssetId, amount: 5n };
const reserved = { type: 'TransferReserved', reservation: 1, round: 0, domain: null } as const;

function scene(messagesMax = 100) {
  const recent = new Recent(messagesMax);
  const feed = { service: 'accounts', partition: 0, isAwake: true, seq: 0 };
  const whole = { ...feed, recent, use: () => Promise.resolve(), listen: () => () => true };
  const hot = new HotAccounts(new MemoryEphemeral(), () => whole as Feed);
  const grow = (...events: Event[]): void => {
    const head = { seq: ++whole.seq };
    const record = { head, hash: '', offset: 0, decided: [{ events }] };
    recent.push(record as unknown as LogRecord);
  };
  return { hot, grow, feed: whole };
}

describe('accounts that are asked for often', () => {
  it('hold until the log changes them, and no longer', async () => {
    const { hot, grow } = scene();
    grow();
    await hot.keep(mine, { stamp: 1, value: 'at 1' });
    expect(await hot.find(mine, 0)).toEqual({ seq: 1, value: 'at 1' });
    grow({ ...reserved, ...transfer, from: other, to: accountId(1, 3) });
    grow();
    expect(await hot.find(mine, 3)).toEqual({ seq: 3, value: 'at 1' });
    grow({ ...reserved, ...transfer });
    expect(await hot.find(mine, 0)).toBeUndefined();
    await hot.keep(mine, { stamp: 3, value: 'late' });
    expect(await hot.find(mine, 0)).toBeUndefined();
    await hot.keep(mine, { stamp: 4, value: 'at 4' });
    expect(await hot.find(mine, 4)).toEqual({ seq: 4, value: 'at 4' });
  });
  it('are not shown to a caller who has seen more than this gateway', async () => {
    const { hot, grow } = scene();
    grow();
    await hot.keep(mine, { stamp: 1, value: 'at 1' });
    expect(await hot.find(mine, 2)).toBeUndefined();
  });
  it('are shown as another gateway, which was further, knew them', async () => {
    const { hot, grow, feed } = scene();
    grow();
    await hot.keep(mine, { stamp: 3, value: 'at 3' });
    feed.use = () => {
      grow();
      grow();
      return Promise.resolve();
    };
    expect(await hot.find(mine, 3)).toEqual({ seq: 3, value: 'at 3' });
  });
  it('are not shown ahead of a log, such as one that was restored', async () => {
    const { hot, grow } = scene();
    grow();
    await hot.keep(mine, { stamp: 9, value: 'at 9' });
    expect(await hot.find(mine, 9)).toBeUndefined();
  });
  it('are not shown when nobody can tell what happened since', async () => {
    const { hot, grow, feed } = scene(3);
    grow();
    await hot.keep(mine, { stamp: 1, value: 'at 1' });
    for (let i = 0; i < 9; i++) grow();
    expect(await hot.find(mine, 0)).toBeUndefined();
    await hot.keep(mine, { stamp: 10, value: 'at 10' });
    feed.isAwake = false;
    expect(await hot.find(mine, 0)).toBeUndefined();
  });
});
