import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { end } from './ending.js';
import { freePorts } from './free-port.js';
import { claim, readPidFile } from './pid-file.js';
import { isAlive } from './process-identity.js';
import { StackError } from './stack-error.js';

/** Every server takes it for an order to stop in order, also with clients connected. */
const LEFTOVER_STOP = { signal: 'SIGINT', graceMs: 20_000 } as const;
const STARTER = 'starter';

/** What a folder remembers, so that its servers come back with their identity and addresses. */
export interface FolderMemory {
  /** Brokers of its cluster; absent while there was none. */
  brokers?: number;
  /** Kafka's name for the cluster: 16 bytes in base64url. */
  clusterId: string;
  ports: Record<string, number>;
}

/** The one folder of a stack: data, logs, pid files. */
export class StackFolder {
  readonly path: string;
  /** Made for this stack alone and removed with it. */
  readonly isTemporary: boolean;

  private constructor(path: string, isTemporary: boolean) {
    this.path = path;
    this.isTemporary = isTemporary;
  }

  /**
   * Takes a folder for this process; what a killed starter left running in it is stopped.
   *
   * @param path  made when it is not there; undefined for a temporary one
   * @throws StackError when a living starter holds it, or something left in it cannot be stopped
   */
  static async take(path: string | undefined, log: (line: string) => void): Promise<StackFolder> {
    const isTemporary = path === undefined;
    const folder = new StackFolder(isTemporary ? temporaryFolder() : resolve(path), isTemporary);
    fs.mkdirSync(join(folder.path, 'pids'), { recursive: true });
    const holder = claim(folder.pidFile(STARTER));
    if (holder) {
      throw new StackError(`${folder.path} is in use by the stack of process ${holder.pid}`);
    }
    try {
      await folder.#stopLeftovers(log);
    } catch (error) {
      folder.release();
      throw error;
    }
    return folder;
  }

  pidFile(name: string): string {
    return join(this.path, 'pids', `${name}.json`);
  }

  /**
   * What the folder remembers, with a free port for each name.
   *
   * @param brokers  size of the cluster; undefined when no broker is wanted
   * @throws StackError when the folder holds a cluster of another size
   */
  async remember(brokers: number | undefined, portNames: string[]): Promise<FolderMemory> {
    const file = join(this.path, 'stack.json');
    const known = fs.existsSync(file) ? memoryIn(file) : undefined;
    if (brokers !== undefined && known?.brokers !== undefined && known.brokers !== brokers) {
      const sizes = `${known.brokers} broker(s), not ${brokers}`;
      throw new StackError(`${this.path} holds a cluster of ${sizes}: take another folder`);
    }
    const memory: FolderMemory = {
      brokers: brokers ?? known?.brokers,
      clusterId: known?.clusterId ?? newClusterId(),
      ports: { ...known?.ports, ...(await freePorts(portNames, known?.ports)) },
    };
    fs.writeFileSync(`${file}.new`, `${JSON.stringify(memory)}\n`);
    fs.renameSync(`${file}.new`, file);
    return memory;
  }

  /** Gives the folder back; a temporary one is gone then. */
  release(): void {
    if (this.isTemporary) fs.rmSync(this.path, { recursive: true, force: true });
    else fs.rmSync(this.pidFile(STARTER), { force: true });
  }

  async #stopLeftovers(log: (line: string) => void): Promise<void> {
    const names = fs.readdirSync(join(this.path, 'pids')).map((file) => file.replace('.json', ''));
    for (const name of names.filter((other) => other !== STARTER)) {
      const leftover = readPidFile(this.pidFile(name));
      if (leftover && isAlive(leftover)) {
        log(`stopping ${name}, process ${leftover.pid}, which a killed starter left`);
        const left = await end([leftover], LEFTOVER_STOP.signal, LEFTOVER_STOP.graceMs);
        if (left.length > 0) throw new StackError(`process ${leftover.pid} cannot be stopped`);
      }
      fs.rmSync(this.pidFile(name), { force: true });
    }
  }
}

function temporaryFolder(): string {
  const path = fs.mkdtempSync(join(tmpdir(), 'ringfence-stack-'));
  fs.chmodSync(path, 0o755); // PostgreSQL may run as a user of its own
  return path;
}

function memoryIn(file: string): FolderMemory {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as FolderMemory;
  } catch (error) {
    throw new StackError(`${file} is not what a stack wrote`, { cause: error });
  }
}

/** Kafka's tools take an id that begins with a dash for an option. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}
