import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chainOf } from '@ringfence/journal/suite';
import { FolderInUse } from './faults.js';
import { SegmentJournal } from './segment-journal.js';
import { add, contents, dropFolder, newFolder, using } from './segments.fixture.js';

const DOOMED = fileURLToPath(new URL('doomed-writer.fixture.js', import.meta.url));
const LIVES = 5;
const zero = { topic: 'log.accounts', partition: 0 };

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => (folder = newFolder()));
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  dropFolder(folder);
});

/** Starts a writer and hears it until `enough` lines, then kills it; everything it said. */
async function doomed(enough: number, mode: 'blocking' | 'beside'): Promise<string[]> {
  const writer = spawn(process.execPath, [DOOMED, folder, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = writer;
  const ended = new Promise((resolve) => writer.once('close', resolve));
  const said: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    said.push(line);
    if (said.length === enough) writer.kill('SIGKILL');
  }
  await ended;
  return said;
}

describe('a process that is killed', () => {
  it.each(['blocking', 'beside'] as const)(
    'loses no record that it acknowledged, writing %s',
    async (mode) => {
      const acked: string[] = [];
      for (let life = 0; life < LIVES; life++) {
        const said = await doomed(2 + ((life * 37) % 60), mode);
        expect(said[0]).toBe('open');
        acked.push(...said.slice(1));
      }
      const { records, contents: chain } = await using(folder, (j) => chainOf(j, zero));
      const there = new Set(records.map((record) => `${record.head.seq} ${record.hash}`));
      expect(acked.length).toBeGreaterThan(LIVES);
      expect(acked.filter((line) => !there.has(line))).toEqual([]);
      expect(chain.filter((content) => content.startsWith('opened'))).toHaveLength(LIVES);
      expect(new Set(chain).size).toBe(chain.length);
    },
    60_000,
  );

  it('leaves its folder to the next one', async () => {
    await doomed(3, 'beside');
    const lock = fs.readdirSync(folder).find((name) => name.startsWith('lock.'));
    expect(lock).toBe('lock.1');
    await using(folder, (journal) => add(journal, 'taken over'));
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('lock.'))).toEqual(['lock.2']);
  });
});

describe('one process writes a folder', () => {
  it('and a second one is told who does', async () => {
    await using(folder, async (journal) => {
      await add(journal, 'mine');
      const said = await doomed(1, 'beside');
      expect(said).toEqual([
        expect.stringContaining(`refused FolderInUse: ${folder} is being written by process`),
      ]);
      expect(said[0]).toContain(String(process.pid));
      await expect(SegmentJournal.open(folder)).rejects.toThrow(FolderInUse);
      expect(await using(folder, contents, { readOnly: true })).toEqual(['mine']);
    });
    await using(folder, async (journal) => expect(await contents(journal)).toEqual(['mine']));
  });

  it('and a later process of the same number is not taken for it', async () => {
    const started = 'another boot 12345';
    fs.writeFileSync(join(folder, 'lock.7'), JSON.stringify({ pid: process.pid, started }));
    const canTell = fs.existsSync('/proc/self/stat');
    const opening = SegmentJournal.open(folder);
    if (canTell) await (await opening).close();
    else await expect(opening).rejects.toThrow(FolderInUse);
  });

  it('of many who find it free', async () => {
    const dead = { pid: 2 ** 22 + 1, started: '' };
    fs.writeFileSync(join(folder, 'lock.3'), JSON.stringify(dead));
    const said = await Promise.all([1, 2, 3, 4].map(() => doomed(1, 'beside')));
    const refused = said.filter(([line]) => line?.startsWith('refused FolderInUse'));
    const opened = said.filter(([line]) => line === 'open');
    expect(refused.length + opened.length).toBe(4);
    expect(opened.length).toBeGreaterThanOrEqual(1);
    const { contents: chain, ignored } = await using(folder, (j) => chainOf(j, zero));
    expect(chain.filter((content) => content.startsWith('opened'))).toHaveLength(opened.length);
    expect(ignored).toBe(0);
  });
});
