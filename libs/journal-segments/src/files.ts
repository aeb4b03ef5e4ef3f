import * as fs from 'node:fs';
import { dirname } from 'node:path';

/** What the segments need of a file system; tests put a failing one in its place. */
export interface Files {
  /** names in a folder; none when there is no folder */
  list(folder: string): readonly string[];
  /** makes a folder and those above it, for good */
  makeFolder(folder: string): void;
  /** makes names that were added to or removed from a folder survive a power cut */
  syncFolder(folder: string): void;
  /** `update` writes only durably: a write that returned is on the disk */
  open(path: string, mode: 'read' | 'update' | 'create'): number;
  close(file: number): void;
  sizeOf(file: number): number;
  /** @returns bytes read, less than asked only at the end of the file */
  read(file: number, into: Uint8Array, position: number): number;
  /** @returns bytes written, which may be less than asked */
  write(file: number, bytes: Uint8Array, position: number): number;
  writeLater(file: number, bytes: Uint8Array, position: number): Promise<number>;
  sync(file: number): void;
  syncLater(file: number): Promise<void>;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** @returns undefined when there is no such file */
  text(path: string): string | undefined;
  /**
   * Creates a file with all its text at once; it need not survive a power cut.
   *
   * @returns false when it is there already
   */
  createWhole(path: string, text: string): boolean;
  /** Replaces a file's text at once; it need not survive a power cut. */
  replaceWhole(path: string, text: string): void;
  /** Calls `wake` when something changes in a folder. @returns stops it */
  watch(folder: string, wake: () => void): () => void;
}

/** Elsewhere the flag does not reach the disk itself, but fdatasync does. */
const DURABLE_FLAG = process.platform === 'linux' ? fs.constants.O_DSYNC : 0;
const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants;
const FLAGS = { read: O_RDONLY, update: O_RDWR | DURABLE_FLAG, create: O_RDWR | O_CREAT | O_EXCL };

/** The system's name of a fault, such as ENOENT. */
export const codeOf = (fault: unknown): unknown =>
  typeof fault === 'object' && fault !== null && 'code' in fault ? fault.code : undefined;

/** @returns undefined when the file or folder is not there */
function ifPresent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw fault;
  }
}

function writeSynced(file: number, bytes: Uint8Array, position: number): number {
  const written = fs.writeSync(file, bytes, 0, bytes.length, position);
  if (!DURABLE_FLAG) fs.fdatasyncSync(file);
  return written;
}

const writeCalled = (file: number, bytes: Uint8Array, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.write(file, bytes, 0, bytes.length, position, (fault, written) => {
      if (fault) reject(fault);
      else resolve(written);
    });
  });

const syncCalled = (file: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fs.fdatasync(file, (fault) => (fault ? reject(fault) : resolve()));
  });

function syncFolder(folder: string): void {
  const file = fs.openSync(folder, O_RDONLY);
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  makeFolder(dirname(folder));
  fs.mkdirSync(folder, { recursive: true });
  syncFolder(dirname(folder));
}

/** A name of its own for a file that is renamed or linked into place once it is whole. */
const draftOf = (path: string): string => `${path}.draft-${process.pid}`;

function writeDraft(path: string, text: string): string {
  const draft = draftOf(path);
  fs.writeFileSync(draft, text);
  return draft;
}

/** The file system of this machine. */
export const nodeFiles: Files = {
  list: (folder) => ifPresent(() => fs.readdirSync(folder)) ?? [],
  makeFolder,
  syncFolder,
  open: (path, mode) => fs.openSync(path, FLAGS[mode]),
  close: (file) => fs.closeSync(file),
  sizeOf: (file) => fs.fstatSync(file).size,
  read(file, into, position) {
    let done = 0;
    while (done < into.length) {
      const read = fs.readSync(file, into, done, into.length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  },
  write: writeSynced,
  async writeLater(file, bytes, position) {
    const written = await writeCalled(file, bytes, position);
    if (!DURABLE_FLAG) await syncCalled(file);
    return written;
  },
  sync: (file) => fs.fdatasyncSync(file),
  syncLater: syncCalled,
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  text: (path) => ifPresent(() => fs.readFileSync(path, 'utf8')),
  createWhole(path, text) {
    const draft = writeDraft(path, text);
    try {
      fs.linkSync(draft, path);
      return true;
    } catch (fault) {
      if (codeOf(fault) === 'EEXIST') return false;
      throw fault;
    } finally {
      fs.rmSync(draft, { force: true });
    }
  },
  replaceWhole(path, text) {
    fs.renameSync(writeDraft(path, text), path);
  },
  watch(folder, wake) {
    const watcher = fs.watch(folder, { persistent: false }, () => wake());
    watcher.on('error', wake);
    return () => watcher.close();
  },
};
