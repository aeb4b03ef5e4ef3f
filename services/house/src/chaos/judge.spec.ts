import { judge, type Recorded } from './judge.js';
import { OrderBook, type Placed } from './order-book.js';

const HASH = 'a'.repeat(64);
const receipt = { service: 'accounts', partition: 0, seq: 7, hash: HASH };
const recorded = (more: Partial<Recorded> = {}): Recorded => ({
  id: '01',
  lane: 'accounts/0',
  seq: 7,
  hash: HASH,
  ...more,
});

describe('orders against the logs', () => {
  let book: OrderBook;
  let placed: Placed;
  beforeEach(() => {
    book = new OrderBook();
    placed = book.place({ id: '01', path: '/v1/transfers', secret: '', body: {} });
  });

  it('finds nothing wrong with an order that is where its receipt says', () => {
    book.answer(placed, [receipt]);
    book.answer(placed, [receipt]);
    expect(judge(book, [recorded(), recorded({ id: '02', seq: 8 })])).toEqual({
      acknowledged: 1,
      pending: 0,
      lost: 0,
      doubled: 0,
      wrongs: [],
    });
  });

  it.each([
    ['is missing', []],
    ['has another hash', [recorded({ hash: 'b'.repeat(64) })]],
    ['stands elsewhere', [recorded({ seq: 8 })]],
    ['is on another lane', [recorded({ lane: 'accounts/1' })]],
  ])('calls an acknowledged order lost that %s', (_, logs) => {
    book.answer(placed, [receipt]);
    const { lost, wrongs } = judge(book, logs);
    expect(lost).toBe(1);
    expect(wrongs).toEqual([expect.stringContaining('01 is not in the log: accounts/0 at 7')]);
  });

  it('calls an id doubled that was decided twice, on whichever lanes', () => {
    book.answer(placed, [receipt]);
    const { lost, doubled, wrongs } = judge(book, [recorded(), recorded({ lane: 'accounts/1' })]);
    expect([lost, doubled]).toEqual([0, 1]);
    expect(wrongs).toEqual([
      'order 01 was decided more than once: accounts/0 at 7 and accounts/1 at 7',
    ]);
  });

  it('wants every order answered, and always the same', () => {
    expect(judge(book, [])).toMatchObject({
      pending: 1,
      wrongs: [expect.stringContaining('never')],
    });
    book.answer(placed, [receipt]);
    book.answer(placed, [{ ...receipt, seq: 9 }]);
    expect(judge(book, [recorded()]).wrongs).toEqual([expect.stringContaining('answered twice')]);
  });

  it('looks for the record of an order whose receipt has no hash', () => {
    const { hash: _, ...bare } = receipt;
    book.answer(placed, [bare]);
    expect(judge(book, [recorded({ id: '99' })]).lost).toBe(0);
    expect(judge(book, [recorded({ seq: 6 })]).lost).toBe(1);
  });
});

describe('waiting for acknowledgements', () => {
  it('ends at the one that is asked for, and not later than it must', async () => {
    const book = new OrderBook();
    const places = ['01', '02', '03'].map((id) =>
      book.place({ id, path: '/v1/moves', secret: '', body: {} }),
    );
    const third = book.next(({ placed }) => placed.receipts[0]?.seq === 9, 1000);
    const two = book.more(2, 1000);
    for (const [i, placed] of places.entries()) book.answer(placed, [{ ...receipt, seq: 7 + i }]);
    await two;
    expect((await third).placed.order.id).toBe('03');
    await expect(book.more(1, 10)).rejects.toThrow('within 10 ms');
  });
});
