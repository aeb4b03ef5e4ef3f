import { encodeRecord, GENESIS, MemoryJournal, type InputRange } from '@ringfence/journal';
import { logStream } from '@ringfence/lane';
import type { Service } from '@ringfence/kernel';
import { gatherWitnesses, witnessesOf } from './witnesses.js';

const HASHES = ['a', 'b', 'c'].map((letter) => letter.repeat(64));

describe('witnesses of a log', () => {
  let journal: MemoryJournal;
  beforeEach(() => {
    journal = new MemoryJournal();
  });
  const write = (service: Service, p: number, seq: number, ...ranges: InputRange[]) =>
    journal.append(
      logStream(service, p),
      encodeRecord(
        {
          v: 1,
          p,
          seq,
          epoch: 1,
          writer: 'w',
          prev: GENESIS.hash,
          ts: 0,
          in: ranges,
          n: 0,
          contracts: '',
        },
        new Uint8Array(0),
      ),
    );

  it('are the last positions that its neighbours name, by hash', async () => {
    const [first, second, third] = HASHES;
    const accounts = (to: number, hash: string): InputRange => ({
      topic: 'log.accounts',
      p: 1,
      from: 1,
      to,
      hash,
    });
    await write('risk', 1, 1, accounts(4, first));
    await write('risk', 1, 2, accounts(9, second), { topic: 'chan.risk', p: 0, from: 1, to: 5 });
    await write('custody', 1, 1, accounts(7, third));
    const witnesses = await gatherWitnesses(journal, 2);
    expect(witnessesOf(witnesses, logStream('accounts', 1))).toEqual([
      { seq: 7, hash: third, who: 'log.custody/1' },
      { seq: 9, hash: second, who: 'log.risk/1' },
    ]);
    expect(witnessesOf(witnesses, logStream('accounts', 0))).toEqual([]);
  });

  it('are heard as far as they can be read', async () => {
    await write('risk', 0, 1, { topic: 'log.accounts', p: 0, from: 1, to: 3, hash: HASHES[0] });
    const read = journal.read.bind(journal);
    journal.read = (stream, ...rest) =>
      stream.topic === 'log.custody' ? Promise.reject(new Error('damaged')) : read(stream, ...rest);
    await write('custody', 0, 1);
    const silent: string[] = [];
    const witnesses = await gatherWitnesses(journal, 1, ({ topic }) => silent.push(topic));
    expect(silent).toEqual(['log.custody']);
    expect(witnessesOf(witnesses, logStream('accounts', 0))).toHaveLength(1);
  });
});
