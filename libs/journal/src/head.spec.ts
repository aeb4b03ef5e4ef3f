import {
  decodeHead,
  encodeRecord,
  type Head,
  hash,
  JSON_BODY,
  MalformedRecord,
  PACKED,
} from './head.js';

const head: Head = {
  v: 1,
  p: 3,
  seq: 42,
  epoch: 7,
  writer: 'accounts-3@ü',
  prev: '0123456789abcdef'.repeat(4),
  ts: 1_700_000_000_123,
  in: [
    { topic: 'log.reference', p: 0, from: 5, to: 9, hash: 'ab'.repeat(32) },
    { topic: 'chan.accounts', p: 3, from: 1, to: 1 },
  ],
  n: 2,
  contracts: 'f00d',
  chk: '00ff',
};
const packed = Uint8Array.of(0, 10, 255);

const GOLDEN = [
  '\x01{"v":1,"p":3,"seq":42,"epoch":7,"writer":"accounts-3@ü",',
  '"prev":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",',
  '"ts":1700000000123,"in":[{"topic":"log.reference","p":0,"from":5,"to":9,',
  '"hash":"abababababababababababababababababababababababababababababababab"},',
  '{"topic":"chan.accounts","p":3,"from":1,"to":1}],"n":2,"contracts":"f00d","chk":"00ff"}\n',
].join('');

describe('the head of a record', () => {
  it('has these bytes for ever', () => {
    const bytes = encodeRecord(head, packed);
    const golden = Buffer.concat([Buffer.from(GOLDEN, 'utf8'), packed]);
    expect(Buffer.from(bytes).toString('hex')).toBe(golden.toString('hex'));
    expect(hash(bytes)).toBe('7c22566fc997df97c5e0d7633a10e41dd196df8ad13aada11e27cf1d4e2e0b41');
  });

  it('reads back, and says where the body starts', () => {
    for (const format of [PACKED, JSON_BODY] as const) {
      const bytes = encodeRecord(head, packed, format);
      const decoded = decodeHead(bytes);
      expect(decoded).toEqual({ head, bodyStart: bytes.length - packed.length, format });
    }
    const opened: Head = { ...head, opened: true, restart: { reason: 'mended build' } };
    expect(decodeHead(encodeRecord(opened, new Uint8Array(0))).head).toEqual(opened);
  });

  it('has one encoding, in whatever order its maker named the fields', () => {
    const turned = Object.fromEntries(Object.entries(head).toReversed()) as unknown as Head;
    expect(encodeRecord(turned, packed)).toEqual(encodeRecord(head, packed));
  });

  it('reads back from the middle of a larger buffer', () => {
    const bytes = encodeRecord(head, packed);
    const around = new Uint8Array(bytes.length + 20);
    around.set(bytes, 7);
    expect(decodeHead(around.subarray(7, 7 + bytes.length)).head).toEqual(head);
  });

  it('leaves alone what a newer build says beside it', () => {
    const more = { ...head, later: true } as Head;
    const line = Buffer.from(`\x01${JSON.stringify(more)}\n`, 'utf8');
    expect(decodeHead(line).head).toMatchObject({ later: true });
  });

  it.each<[string, object]>([
    ['v', { v: 2 }],
    ['p', { p: -1 }],
    ['seq', { seq: 1.5 }],
    ['epoch', { epoch: '7' }],
    ['ts', { ts: 2 ** 60 }],
    ['n', { n: null }],
    ['writer', { writer: 7 }],
    ['prev', { prev: 'AB'.repeat(32) }],
    ['in', { in: {} }],
    ['in', { in: [{ topic: 'log.risk', p: 0, from: 1 }] }],
    ['in', { in: [{ topic: 'log.risk', p: 0, from: 1, to: 2, hash: 'short' }] }],
    ['contracts', { contracts: undefined }],
    ['chk', { chk: 1 }],
    ['opened', { opened: false }],
    ['restart', { restart: 'yes' }],
  ])('is refused for a wrong %s', (field, wrong) => {
    const bytes = Buffer.from(`\x01${JSON.stringify({ ...head, ...wrong })}\n`, 'utf8');
    expect(() => decodeHead(bytes)).toThrow(`head field ${field}`);
  });

  it('is refused without a line of JSON or with an unknown format byte', () => {
    expect(() => decodeHead(new Uint8Array(0))).toThrow(MalformedRecord);
    expect(() => decodeHead(Buffer.from('\x01{"v":1}'))).toThrow('no head line');
    expect(() => decodeHead(Buffer.from('\x01{"v":\n'))).toThrow('no head line');
    const bytes = encodeRecord(head, packed);
    bytes[0] = 0;
    expect(() => decodeHead(bytes)).toThrow('unknown format byte 0');
  });
});
