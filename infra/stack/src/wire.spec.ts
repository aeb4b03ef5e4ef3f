import { brokersIn, metadataRequest } from './kafka-wire.js';
import { answerIn } from './postgres-wire.js';
import { replyIn } from './redis-wire.js';

/** Asks a reader about every beginning of an answer: whole only at its end. */
const expectWholeOnlyAtTheEnd = (answer: Buffer, read: (bytes: Buffer) => unknown): void => {
  for (let length = 0; length < answer.length; length += 1) {
    expect(read(answer.subarray(0, length))).toBeUndefined();
  }
};

describe("Kafka's metadata", () => {
  // Two brokers, the second with a rack, by the grammar of version 4.
  const body = Buffer.concat([
    Buffer.from('0000000100000000', 'hex'), // correlation, throttle time
    Buffer.from('00000002', 'hex'),
    Buffer.from('00000003', 'hex'),
    Buffer.from('00093132372e302e302e31', 'hex'),
    Buffer.from('00004a38ffff', 'hex'), // port, no rack
    Buffer.from('00000001', 'hex'),
    Buffer.from('00093132372e302e302e31', 'hex'),
    Buffer.from('00004a390001', 'hex'),
    Buffer.from('72', 'hex'), // port, a rack of one letter
    Buffer.from('ffff0000000100000000', 'hex'), // no cluster id, controller, no topics
  ]);
  const answer = Buffer.concat([Buffer.from([0, 0, 0, body.length]), body]);

  it('names the brokers that are alive', () => expect(brokersIn(answer)).toEqual([1, 3]));
  it('is read when it is whole', () => expectWholeOnlyAtTheEnd(answer, brokersIn));

  it('is asked for in one request that says its own length', () => {
    const request = metadataRequest();
    expect(request.readInt32BE(0)).toBe(request.length - 4);
    expect([request.readInt16BE(4), request.readInt16BE(6)]).toEqual([3, 4]);
  });
});

describe("PostgreSQL's answer", () => {
  const part = (type: string, hex: string): Buffer => {
    const content = Buffer.from(hex, 'hex');
    const head = Buffer.alloc(5);
    head.write(type, 0, 'latin1');
    head.writeInt32BE(content.length + 4, 1);
    return Buffer.concat([head, content]);
  };
  const ready = part('Z', '49');
  const row = part('D', `0003${'00000002'}3137${'ffffffff'}${'00000000'}`);
  const answer = Buffer.concat([part('R', '00000000'), ready, part('T', '0000'), row, row, ready]);

  it('gives rows, with null apart from the empty text', () => {
    const values = ['17', null, ''];
    expect(answerIn(answer)).toEqual({ rows: [values, values] });
  });

  it('is read when it is whole', () => expectWholeOnlyAtTheEnd(answer, answerIn));

  it('throws the sentence of an error', () => {
    const fields = Buffer.from('SFATAL\0C57P03\0Mthe database system is starting up\0\0');
    expect(() => answerIn(part('E', fields.toString('hex')))).toThrow(
      /^the database system is starting up$/,
    );
  });
});

describe("Redis' reply", () => {
  const read = (text: string): string | undefined => replyIn(Buffer.from(text));

  it('is a line, a number, or a text of a stated length', () => {
    expect(read('+PONG\r\n')).toBe('PONG');
    expect(read(':17\r\n')).toBe('17');
    expect(read('$4\r\na\r\nb\r\n')).toBe('a\r\nb');
    expect(read('$0\r\n\r\n')).toBe('');
    expect(read('$-1\r\n')).toBe('');
  });

  it('is read when it is whole', () =>
    expectWholeOnlyAtTheEnd(Buffer.from('$2\r\nab\r\n'), replyIn));

  it('throws what Redis complains of', () => {
    expect(() => read('-LOADING Redis is loading\r\n')).toThrow(/^LOADING Redis is loading$/);
  });
});
