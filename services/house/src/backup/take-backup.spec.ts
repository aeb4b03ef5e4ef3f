import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeRecord,
  GENESIS,
  hash,
  MemoryJournal,
  type Entry,
  type Head,
  type InputRange,
  type Journal,
  type Stream,
} from '@ringfence/journal';
import { SegmentJournal } from '@ringfence/journal-segments';
import { commandStream, logStream } from '@ringfence/lane';
import { journalFolder } from '@ringfence/service-kit';
import { BACKUP_FILE } from './backup-file.js';
import { restoreToFolder } from './restore-backup.js';
import { takeBackup } from './take-backup.js';

const REFERENCE = logStream('reference', 0);
const ACCOUNTS = logStream('accounts', 0);
const NOTHING = new Uint8Array(0);

/** A house of one partition whose logs are written by hand. */
class Scene {
  readonly memory = new MemoryJournal();
  readonly #heads = new Map<string, { seq: number; hash: string }>();

  readonly source: Journal = this.memory.session('backup');

  constructor(readonly writer = 'scene') {}

  headOf({ topic, partition }: Stream): { seq: number; hash: string } {
    return this.#heads.get(`${topic}/${partition}`) ?? { seq: 0, hash: GENESIS.hash };
  }
  /** Adds a record that has read those logs to their ends. */
  add(stream: Stream, ...reads: readonly Stream[]): void {
    const { seq, hash: prev } = this.headOf(stream);
    const ranges = reads.map((read): InputRange => {
      const { seq: to, hash: of } = this.headOf(read);
      return { topic: read.topic, p: read.partition, from: to, to, hash: of };
    });
    const head: Head = {
      v: 1,
      p: 0,
      seq: seq + 1,
      epoch: 1,
      writer: this.writer,
      prev,
      ts: 1,
      in: ranges,
      n: 0,
      contracts: 'scene',
      ...(seq === 0 ? { opened: true } : undefined),
    };
    const bytes = encodeRecord(head, NOTHING);
    this.memory.land(stream, bytes);
    this.#heads.set(`${stream.topic}/${stream.partition}`, { seq: seq + 1, hash: hash(bytes) });
  }
  /** Adds what does not count. */
  noise(stream: Stream, text: string): void {
    this.memory.land(stream, Buffer.from(text));
  }
}

/** The logs of a journal that goes on while it is looked at: after each `end`, `grow` is called. */
const growing = (journal: Journal, grow: (stream: Stream) => void): Journal => ({
  append: (stream, bytes) => journal.append(stream, bytes),
  read: (stream, from, limit) => journal.read(stream, from, limit),
  watch: (stream, wake) => journal.watch(stream, wake),
  close: () => journal.close(),
  end: async (stream) => {
    const end = await journal.end(stream);
    grow(stream);
    return end;
  },
});

let folder: string;
let scene: Scene;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringfence-backup-'));
  scene = new Scene();
  scene.add(REFERENCE);
  scene.add(REFERENCE);
  scene.add(ACCOUNTS, REFERENCE);
});
afterEach(() => rm(folder, { recursive: true }));

const backup = (): string => join(folder, 'backup');
const take = (source = scene.source) => takeBackup({ source, partitions: 1, folder: backup() });

async function entriesIn(house: string, stream: Stream): Promise<readonly string[]> {
  const journal = await SegmentJournal.open(journalFolder(house), { readOnly: true });
  const entries: Entry[] = [];
  for (;;) {
    const more = await journal.read(stream, entries.length);
    if (more.length === 0) break;
    entries.push(...more);
  }
  await journal.close();
  return entries.map(({ bytes }) => hash(bytes));
}
const entriesOf = (stream: Stream): readonly string[] => scene.memory.log(stream).entries.map(hash);

it('keeps every entry at its offset, also what does not count (BACK-010)', async () => {
  scene.noise(ACCOUNTS, 'of a writer that was taken over');
  scene.add(ACCOUNTS, REFERENCE);
  scene.noise(commandStream('accounts', 0), 'an order');
  const { logs, commands } = await take();
  expect(logs['log.accounts/0']).toEqual({
    ...scene.headOf(ACCOUNTS),
    epoch: 1,
    offset: 2,
    entries: 3,
  });
  expect(commands['cmd.accounts/0']).toBe(1);
  const restored = join(folder, 'house');
  await restoreToFolder(backup(), restored);
  for (const stream of [REFERENCE, ACCOUNTS, commandStream('accounts', 0)]) {
    expect(await entriesIn(restored, stream)).toEqual(entriesOf(stream));
  }
});

it('takes back what has read beyond the end of another log (BACK-011)', async () => {
  let looks = 0;
  // the reference log grows after its second look, accounts read that before theirs is over
  const source = growing(scene.source, ({ topic }) => {
    if (topic !== 'log.reference' || ++looks < 2) return;
    scene.add(REFERENCE);
    scene.add(ACCOUNTS, REFERENCE);
  });
  const { logs } = await take(source);
  expect(logs['log.reference/0'].seq).toBe(2);
  expect(logs['log.accounts/0'].seq).toBe(1);
  expect(await entriesIn(backup(), ACCOUNTS)).toHaveLength(1);
  const again = await take();
  expect([again.logs['log.reference/0'].seq, again.logs['log.accounts/0'].seq]).toEqual([3, 2]);
  expect(await entriesIn(backup(), ACCOUNTS)).toEqual(entriesOf(ACCOUNTS));
});

it('adds only what is new (BACK-012)', async () => {
  await take();
  scene.add(REFERENCE);
  let read = Infinity;
  const { source } = scene;
  const watched: Journal = {
    ...growing(source, () => undefined),
    read: (stream, from, limit) => {
      if (stream.topic === 'log.reference') read = Math.min(read, from);
      return source.read(stream, from, limit);
    },
  };
  const { logs } = await take(watched);
  expect(logs['log.reference/0'].entries).toBe(3);
  expect(read).toBe(1); // the last record that it has, to be sure that it is the same log
});

it('refuses the folder of another house, or of a log that lost its end (BACK-013)', async () => {
  scene.add(ACCOUNTS, REFERENCE);
  await take();
  const seen = scene.headOf(ACCOUNTS);
  scene = new Scene('another');
  for (let i = 0; i < 3; i++) scene.add(REFERENCE);
  await expect(take()).rejects.toMatchObject({ name: 'LogTruncated' });
  scene = new Scene();
  scene.add(REFERENCE);
  scene.add(REFERENCE);
  scene.add(ACCOUNTS, REFERENCE);
  const shorter = take();
  await expect(shorter).rejects.toMatchObject({ name: 'LogTruncated' });
  await expect(shorter).rejects.toThrow(`log.accounts/0: the backup in ${backup()}`);
  await expect(shorter).rejects.toThrow(`sequence ${seen.seq}, hash ${seen.hash}`);
});

it('refuses a house whose log ends before what another has seen of it (BACK-014)', async () => {
  const lost = scene.headOf(REFERENCE);
  const { entries } = scene.memory.log(REFERENCE);
  const cut = new MemoryJournal();
  cut.land(REFERENCE, entries[0]);
  for (const bytes of scene.memory.log(ACCOUNTS).entries) cut.land(ACCOUNTS, bytes);
  await expect(take(cut.session('backup'))).rejects.toThrow(
    `log.reference/0: log.accounts/0 has seen sequence ${lost.seq}, hash ${lost.hash}`,
  );
});

it('restores into a new folder only, and only a whole backup (BACK-015)', async () => {
  await take();
  const house = join(folder, 'house');
  await restoreToFolder(backup(), house);
  const twice = restoreToFolder(backup(), house);
  await expect(twice).rejects.toMatchObject({ name: 'TargetNotEmpty' });

  const file = join(backup(), BACKUP_FILE);
  const text = await readFile(file, 'utf8');
  const { seq, hash: of } = scene.headOf(REFERENCE);
  await writeFile(file, text.replace('"entries": 2', '"entries": 5'));
  await expect(restoreToFolder(backup(), join(folder, 'other'))).rejects.toThrow(
    `log.reference/0: backup.json has seen sequence ${seq}, hash ${of}`,
  );
  await rm(file);
  const unfinished = restoreToFolder(backup(), join(folder, 'other'));
  await expect(unfinished).rejects.toMatchObject({ name: 'BackupUnfit' });
});

it('refuses a backup in which a byte was changed, by file and record (BACK-016)', async () => {
  await take();
  const segment = join(journalFolder(backup()), 'log.accounts', '0');
  const [name] = (await readdir(segment)).toSorted();
  const bytes = await readFile(join(segment, name));
  bytes[bytes.indexOf('"writer"')] ^= 1;
  await writeFile(join(segment, name), bytes);
  const restored = restoreToFolder(backup(), join(folder, 'house'));
  await expect(restored).rejects.toMatchObject({ name: 'LogDamaged', offset: 0 });
});
