import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { BROKER_JARS } from './jars.js';

/**
 * What Java keeps of the classes that a broker loads. The first broker that is stopped in order
 * leaves one; a start with it takes about half the processor time of a start without.
 *
 * Java itself refuses an archive of another build or of other jars, and starts without.
 */
export class ClassArchive {
  readonly #file: string;

  /** @param java  the program; each has an archive of its own, beside the jars it was made from */
  constructor(java: string, folder = BROKER_JARS.folder) {
    const program = fs.realpathSync(java);
    const build = `${program} ${fs.statSync(program).mtimeMs}`;
    const print = createHash('sha256').update(build).digest('hex').slice(0, 8);
    this.#file = join(folder, `kafka-classes-${print}.jsa`);
  }

  /** Options that use the archive; none while there is none. */
  use(): string[] {
    return fs.existsSync(this.#file) ? [`-XX:SharedArchiveFile=${this.#file}`] : [];
  }

  /** Options that use the archive or, while there is none, leave one at the end in `dump`. */
  useOrDump(dump: string): string[] {
    const use = this.use();
    return use.length > 0 ? use : [`-XX:ArchiveClassesAtExit=${dump}`];
  }

  /** Takes over a dump that was written to its end, whole or not at all; leaves none behind. */
  keep(dump: string): void {
    if (!fs.existsSync(dump)) return;
    if (!fs.existsSync(this.#file)) {
      // The dump may be on another disk, where a rename ends.
      const partial = `${this.#file}.${randomUUID()}`;
      fs.copyFileSync(dump, partial);
      fs.renameSync(partial, this.#file);
    }
    fs.rmSync(dump);
  }
}
