import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_OPTIONS } from '../cluster/service-process.js';

/** The house as a process of its own, as operations would run it. */
export interface HouseProcess {
  readonly url: string;
  /** kill -9 */
  kill(): Promise<void>;
  /** asks it to stop and waits */
  stop(): Promise<void>;
}

/** the house lives well in this; without it the engine lets garbage lie for long */
const HEAP_LIMITS = ['--max-old-space-size=640', '--max-semi-space-size=64'];
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/**
 * Starts the house over a folder on a free loopback port.
 *
 * @throws Error with what the process said when it ends before it is ready
 */
export async function startProcess(
  folder: string,
  partitions: number,
  firstKey: string,
): Promise<HouseProcess> {
  const child = spawn(
    process.execPath,
    [
      ...HEAP_LIMITS,
      MAIN,
      '--folder',
      folder,
      '--partitions',
      String(partitions),
      '--first-key',
      firstKey,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said: string[] = [];
  child.stderr.on('data', (bytes: Buffer) => {
    said.push(bytes.toString('utf8'));
    if (said.length > 50) said.shift();
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const ready = /^\{.*"url":"([^"]+)"/.exec(line);
      if (ready) resolve(ready[1]);
    });
    void ended.then(() =>
      reject(new Error(`the house ended before it was ready: ${said.join('').slice(-2000)}`)),
    );
  });
  return {
    url,
    kill: () => end(child, 'SIGKILL', ended),
    stop: () => end(child, 'SIGTERM', ended),
  };
}

async function end(
  child: ChildProcess,
  signal: 'SIGKILL' | 'SIGTERM',
  ended: Promise<void>,
): Promise<void> {
  child.kill(signal);
  await ended;
}

/** Runs another entry point of the demo to its end and reads the JSON it prints last. */
export async function runToEnd<T>(script: string, args: readonly string[]): Promise<T> {
  const child = spawn(
    process.execPath,
    [...NODE_OPTIONS, fileURLToPath(new URL(script, import.meta.url)), ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let last = '';
  createInterface({ input: child.stdout }).on('line', (line) => (last = line));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${last.slice(0, 2000)}`);
  return JSON.parse(last) as T;
}
