import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import { claim, parseRecord, readPidFile } from './pid-file.js';
import { identityOf } from './process-identity.js';
import { lastWords } from './stack-error.js';
import { StackFolder } from './stack-folder.js';

const silent = (): void => undefined;
let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'ringfence-folder-spec-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const myself = (): { pid: number; identity: string } => ({
  pid: process.pid,
  identity: identityOf(process.pid) ?? '',
});

describe('a pid file', () => {
  it('that its writer died over says nothing', () => {
    expect(parseRecord('{"pid":42,"iden')).toBeUndefined();
    expect(parseRecord('')).toBeUndefined();
    expect(parseRecord('null')).toBeUndefined();
    expect(parseRecord('{"pid":"42","identity":"x"}')).toBeUndefined();
    // A signal to 0, 1 or a negative number would hit a group, the system or everybody.
    for (const pid of [-1, 0, 1]) {
      expect(parseRecord(JSON.stringify({ pid, identity: 'x' }))).toBeUndefined();
    }
    expect(parseRecord('{"pid":42,"identity":"x"}')).toEqual({ pid: 42, identity: 'x' });
  });

  it('is claimed once, and again when its holder is another life of that number', () => {
    const file = join(folder, 'starter.json');
    expect(claim(file)).toBeUndefined();
    expect(readPidFile(file)).toEqual(myself());
    expect(claim(file)).toEqual(myself());
    fs.writeFileSync(file, JSON.stringify({ pid: process.pid, identity: 'of another life' }));
    expect(claim(file)).toBeUndefined();
    expect(readPidFile(file)).toEqual(myself());
  });
});

describe('the folder of a stack', () => {
  it('leaves a process alone that has only the number of a server it once had', async () => {
    fs.mkdirSync(join(folder, 'pids'));
    const left = join(folder, 'pids', 'redis.json');
    fs.writeFileSync(left, JSON.stringify({ pid: process.ppid, identity: 'of another life' }));
    const taken = await StackFolder.take(folder, silent);
    expect(fs.existsSync(left)).toBe(false);
    expect(identityOf(process.ppid)).toBeDefined();
    taken.release();
    expect(fs.readdirSync(join(folder, 'pids'))).toEqual([]);
  });

  it('remembers its cluster and its ports, and refuses another size', async () => {
    const taken = await StackFolder.take(folder, silent);
    const first = await taken.remember(1, ['kafka-1', 'redis']);
    expect(first.clusterId).toMatch(/^[\w][\w-]{21}$/);
    expect(await taken.remember(1, ['kafka-1', 'redis'])).toEqual(first);
    expect(await taken.remember(undefined, ['redis'])).toEqual(first);
    await expect(taken.remember(3, ['kafka-1'])).rejects.toThrow(
      `${folder} holds a cluster of 1 broker(s), not 3: take another folder`,
    );
    taken.release();
  });

  it('names a memory that it cannot read', async () => {
    const taken = await StackFolder.take(folder, silent);
    fs.writeFileSync(join(folder, 'stack.json'), '{"ports":');
    await expect(taken.remember(1, ['redis'])).rejects.toThrow('stack.json is not what a stack');
    taken.release();
  });
});

describe('ports', () => {
  it('are all different, and the remembered ones where they are free', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `server-${index}`);
    const first = await freePorts(names);
    expect(new Set(Object.values(first)).size).toBe(names.length);
    expect(await freePorts(names, first)).toEqual(first);
  });
});

describe('the last words of a server', () => {
  it('are the end of its log', () => {
    const file = join(folder, 'server.log');
    fs.writeFileSync(file, Array.from({ length: 9_000 }, (_, line) => `line ${line}\n`).join(''));
    const words = lastWords(file).split('\n');
    expect(words[0]).toBe(`its log ${file} says last:`);
    expect(words.at(-1)).toBe('    line 8999');
    expect(words).toHaveLength(13);
  });

  it('may be none', () => {
    expect(lastWords(join(folder, 'no.log'))).toMatch(/no\.log is empty$/);
  });
});
