import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PartMissing, reasonOf } from './stack-error.js';

/** As in kafka/pom.xml and kafka-tools/pom.xml; a spec compares them. */
export const KAFKA_VERSION = '4.3.1';

/** What the stack keeps between runs, below the root of the repository; git ignores it. */
export const STACK_FOLDER = fileURLToPath(new URL('../../../.stack/', import.meta.url));

/** Jars that belong together: a list for Maven, and the folder that holds them once fetched. */
export interface JarSet {
  readonly name: string;
  readonly pom: string;
  readonly folder: string;
  /** the one without which the set is of no use */
  readonly mainJar: string;
}

const setOf = (artifact: string, name: string, mainJar: string): JarSet => ({
  name: `${name} ${KAFKA_VERSION}`,
  pom: fileURLToPath(new URL(`../${artifact}/pom.xml`, import.meta.url)),
  folder: join(STACK_FOLDER, `${artifact}-${KAFKA_VERSION}`),
  mainJar: `${mainJar}-${KAFKA_VERSION}.jar`,
});

/** What a broker runs on. */
export const BROKER_JARS = setOf('kafka', 'Kafka', 'kafka_2.13');
/** Its tools, such as the producer that measures a broker; no broker needs them. */
export const TOOL_JARS = setOf('kafka-tools', "Kafka's tools", 'kafka-tools');

const FETCH_DEADLINE_MS = 10 * 60_000;

/**
 * Fetches a set of jars by Maven, once for this checkout.
 *
 * They come into a folder of this process and take their place by one rename, so a fetch that was
 * killed leaves no half set, and of two at once the second finds the first one's.
 *
 * @throws PartMissing with what Maven says, when they cannot be had
 */
export async function fetchJars(
  { name, pom, folder, mainJar }: JarSet,
  maven: string,
  log: (line: string) => void,
): Promise<void> {
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(STACK_FOLDER, { recursive: true });
  const partial = fs.mkdtempSync(join(STACK_FOLDER, 'partial-'));
  log(`fetching ${name} by Maven ...`);
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`];
    await promisify(execFile)(maven, ['-q', '-B', '-f', pom, ...goal], {
      timeout: FETCH_DEADLINE_MS,
    });
    if (!fs.existsSync(join(partial, mainJar))) throw new Error(`no ${mainJar} came`);
    placeOnce(partial, folder);
  } catch (error) {
    throw new PartMissing('kafka', `its jars cannot be fetched: ${mavenSays(error)}`);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

/** Gives a whole folder its name; one that another process placed first stays. */
export function placeOnce(folder: string, place: string): void {
  fs.chmodSync(folder, 0o755);
  try {
    fs.renameSync(folder, place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Maven writes its reasons to its output; the first error line names the artifact. */
function mavenSays(error: unknown): string {
  const { stdout } = error as { stdout?: string };
  const line = stdout?.split('\n').find((text) => text.startsWith('[ERROR]'));
  return line ? line.replace('[ERROR] ', '') : reasonOf(error);
}
