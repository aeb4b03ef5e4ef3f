import { type ChainHead, follow, GENESIS, type IgnoredReason, type Rule } from './chain.js';
import { decodeHead, encodeRecord, type Head, hash, JSON_BODY, MalformedRecord } from './head.js';
import { memoryUnderTest } from './memory.fixture.js';
import { chainScenarios } from './suite-chain.js';
import { body, plainHead } from './suite-scene.js';

const record = (more: Partial<Head>): Uint8Array =>
  encodeRecord({ ...plainHead, ...more }, body('x'), JSON_BODY);

const at: ChainHead = { seq: 4, epoch: 2, hash: 'a'.repeat(64), offset: 6 };
const fits = { seq: 5, epoch: 2, prev: at.hash };
const reasonFor = (more: Partial<Head>, head = at): IgnoredReason | 'accepted' => {
  const followed = follow(head, head.offset + 1, record(more));
  return followed.kind === 'accepted' ? 'accepted' : followed.reason;
};

describe('the rule of every reader', () => {
  it('accepts what links to the head, and moves the head to it', () => {
    const bytes = record(fits);
    const followed = follow(at, 9, bytes);
    expect(followed).toMatchObject({
      kind: 'accepted',
      head: { seq: 5, epoch: 2, hash: hash(bytes), offset: 9 },
      record: { offset: 9, hash: hash(bytes), format: JSON_BODY, head: { seq: 5 } },
    });
    expect(followed.kind === 'accepted' && Buffer.from(followed.record.body).toString()).toBe(
      '"x"',
    );
  });

  it('accepts the opening of the next epoch', () => {
    expect(reasonFor({ ...fits, epoch: 3, opened: true })).toBe('accepted');
    expect(reasonFor({ seq: 1, epoch: 1, opened: true }, GENESIS)).toBe('accepted');
  });

  it.each<[string, Partial<Head>, IgnoredReason]>([
    ['a repeat', { ...fits, seq: 4 }, 'seq'],
    ['a gap', { ...fits, seq: 6 }, 'seq'],
    ['another history', { ...fits, prev: 'b'.repeat(64) }, 'prev'],
    ['the start of another log', { ...fits, prev: GENESIS.hash }, 'prev'],
    ['an epoch that was taken over', { ...fits, epoch: 1 }, 'epoch'],
    ['an epoch that nobody opened', { ...fits, epoch: 3 }, 'epoch'],
    ['the opening of the same epoch', { ...fits, opened: true }, 'epoch'],
    ['the opening of an epoch too far', { ...fits, epoch: 4, opened: true }, 'epoch'],
    ['the opening of an epoch gone by', { ...fits, epoch: 1, opened: true }, 'epoch'],
  ])('ignores %s', (_what, more, reason) => expect(reasonFor(more)).toBe(reason));

  it('ignores a first record that opens no epoch', () => {
    expect(reasonFor({ seq: 1, epoch: 0 }, GENESIS)).toBe('epoch');
    expect(reasonFor({ seq: 1, epoch: 1 }, GENESIS)).toBe('epoch');
  });

  it.each(['', '\x02', '\x02{"seq":5', '\x02[]\n', '\x02null\n', '\x025\n'])(
    'ignores bytes without a readable head line: %j',
    (content) => {
      const followed = follow(at, 7, Buffer.from(content, 'latin1'));
      expect(followed).toEqual({ kind: 'ignored', reason: 'head-unreadable' });
    },
  );

  it.each(['"seq":', '"prev":"', '"epoch":'])('ignores a record whose %s was damaged', (field) => {
    const start = Buffer.from(record(fits)).toString('latin1').indexOf(field);
    for (let i = start; i <= start + field.length; i++) {
      const bytes = record(fits);
      bytes[i] = 0x7e;
      expect(follow(at, 7, bytes).kind).toBe('ignored');
    }
  });

  it('stops at a record that takes its place but cannot be decoded', () => {
    const unknownFormat = record(fits);
    unknownFormat[0] = 0x03;
    expect(() => follow(at, 7, unknownFormat)).toThrow(MalformedRecord);
    const later = record({ ...fits, v: 2 as unknown as 1 });
    expect(() => follow(at, 7, later)).toThrow('accepted record at offset 7: head field v');
    const unknownToo = record({ ...fits, seq: 6 });
    unknownToo[0] = 0x03;
    expect(follow(at, 7, unknownToo).kind).toBe('ignored');
  });
});

const lineOf = (bytes: Uint8Array): Head | undefined => {
  try {
    return decodeHead(bytes).head;
  } catch {
    return undefined;
  }
};

/** Rules that each forget one thing; the suite must notice every one of them. */
const BROKEN: Readonly<Record<string, Rule>> = {
  'the hash of the record before': (head, offset, bytes) =>
    follow({ ...head, hash: lineOf(bytes)?.prev ?? head.hash }, offset, bytes),
  'the sequence number': (head, offset, bytes) =>
    follow({ ...head, seq: (lineOf(bytes)?.seq ?? 1) - 1 }, offset, bytes),
  'the epoch': (head, offset, bytes) => {
    const line = lineOf(bytes);
    const epoch = line && !line.opened ? line.epoch : head.epoch;
    return follow({ ...head, epoch }, offset, bytes);
  },
  everything: (head, offset, bytes) => {
    const line = lineOf(bytes);
    if (!line) return follow(head, offset, bytes);
    const epoch = line.opened ? line.epoch - 1 : line.epoch;
    return follow({ ...head, seq: line.seq - 1, hash: line.prev, epoch }, offset, bytes);
  },
};

async function failing(rule?: Rule): Promise<string[]> {
  const failed: string[] = [];
  for (const [title, scenario] of Object.entries(chainScenarios)) {
    await scenario(memoryUnderTest(), rule).catch(() => failed.push(title));
  }
  return failed;
}

describe('the suite notices a rule that forgets', () => {
  it.each(Object.entries(BROKEN))('%s', async (_what, rule) => {
    expect(await failing(rule)).not.toEqual([]);
  });
  it('nothing, when nothing is forgotten', async () => expect(await failing()).toEqual([]));
});
