import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK_BYTES = 1024 * 1024;

/** A disk of a few megabytes in memory, which a spec fills and makes room on again. */
export class SmallDisk {
  readonly #ballast: string;

  private constructor(readonly folder: string) {
    this.#ballast = join(folder, 'ballast');
  }

  /** @throws when this user may not mount */
  static mount(folder: string, megabytes: number): SmallDisk {
    mkdirSync(folder, { recursive: true });
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'pipe' });
    return new SmallDisk(folder);
  }

  /** Leaves no room for anything. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const chunks = Math.floor((bavail * bsize) / CHUNK_BYTES);
    for (let bytes = Buffer.alloc(Math.max(1, chunks) * CHUNK_BYTES, 1); bytes.length > 0;) {
      try {
        writeFileSync(this.#ballast, bytes, { flag: 'a' });
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'ENOSPC') throw fault;
        bytes = bytes.subarray(0, bytes.length >> 1);
      }
    }
  }
  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }
  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
  }
}
