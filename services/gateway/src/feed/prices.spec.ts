import type { Event } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import { ReferenceNames } from '../api/names.js';
import type { ReferenceReader } from '../api/reference-reader.js';
import { MemoryEphemeral } from '../ephemeral/memory-ephemeral.js';
import { Listeners } from './feed.js';
import { Prices } from './prices.js';

/** A gateway's own fold of a reference log. */
function gateway(memory: MemoryEphemeral) {
  const listeners = new Listeners();
  const reference = { names: new ReferenceNames(), seq: 0, listen: listeners.listen };
  const prices = new Prices(reference as unknown as ReferenceReader, memory);
  const take = (...events: Event[]): void => {
    const head = { seq: ++reference.seq };
    listeners.tell({ head, decided: [{ events }] } as unknown as LogRecord);
  };
  return { prices, take };
}
const frame = (number: number, price: number): Event =>
  ({
    type: 'FrameAccepted',
    frame: number,
    time: 1000 * number,
    prices: [{ instrument: 3 as InstrumentId, price }],
  }) as unknown as Event;
const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

describe('the newest prices', () => {
  it('say in which frame and where in the log they stand', () => {
    const { prices, take } = gateway(new MemoryEphemeral());
    take({ type: 'KeyRevoked', key: 1 }, frame(1, 500));
    take(frame(2, 501));
    take();
    const price = { instrument: '3', price: '501', frame: 2, time: 2000, position: '0:2:0' };
    expect(prices.own()).toEqual({ items: [price], seq: 3 });
  });
  it('are of options too, in the frame that priced them', () => {
    const { prices, take } = gateway(new MemoryEphemeral());
    const option = { instrument: 4 as InstrumentId, price: 7, volatilityPpm: 650_000 };
    const priced = { type: 'OptionsPriced', frame: 1, time: 1000, validUntil: 2000 } as const;
    take(frame(1, 500), { ...priced, prices: [option] });
    const [future, call] = prices.own().items;
    expect(future).toMatchObject({ instrument: '3', price: '500', position: '0:1:0' });
    expect(call).toMatchObject({ instrument: '4', price: '7', frame: 1, position: '0:1:1' });
  });
  it('are left for gateways that are behind, never older ones over newer ones', async () => {
    const memory = new MemoryEphemeral();
    const [ahead, behind] = [gateway(memory), gateway(memory)];
    for (let number = 1; number <= 5; number++) ahead.take(frame(number, number));
    await nextTurn();
    behind.take(frame(1, 1));
    await nextTurn();
    const others = await behind.prices.others(5);
    expect([others?.seq, others?.items[0]['price']]).toEqual([5, '5']);
    expect(await behind.prices.others(6)).toBeUndefined();
  });
});
