import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BROKER_JARS, type JarSet } from './jars.js';
import { PartMissing, type Part } from './stack-error.js';

const run = promisify(execFile);
const ASK_DEADLINE_MS = 20_000;
/** The oldest Java that Kafka 4 runs on. */
const JAVA_MIN = 17;
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root; packages bring this user. */
const POSTGRES_USER = 'postgres';

/** A part as it was found, or the sentence why it cannot be had. */
export type Finding<T> = { found: T } | { missing: string };

export interface FoundKafka {
  java: string;
  /** The folder of the jars; with `maven` they are not there yet. */
  jars: string;
  maven?: string;
}

export interface FoundPostgres {
  /** Folder of `postgres` and `initdb`. */
  programs: string;
  /** Whom the server runs as; undefined for the user of this process. */
  user?: { uid: number; gid: number };
}

export interface FoundRedis {
  program: string;
}

/** What is known of each part that was found. */
export interface Found {
  kafka: FoundKafka;
  postgres: FoundPostgres;
  redis: FoundRedis;
}

export type Findings = { [P in Part]: Finding<Found[P]> };

/** Looks where each part is on this machine; fetches and starts nothing. */
export async function findParts(): Promise<Findings> {
  const [kafka, postgres] = await Promise.all([findKafka(BROKER_JARS), findPostgres()]);
  return { kafka, postgres, redis: findRedis() };
}

/** @throws PartMissing with the sentence why, when the part cannot be had */
export function foundOf<P extends Part>(findings: Findings, part: P): Found[P] {
  const finding: Finding<Found[P]> = findings[part];
  if ('missing' in finding) throw new PartMissing(part, finding.missing);
  return finding.found;
}

/** Looks for Java, and for a set of jars or the Maven that can fetch them. */
export async function findKafka({ folder: jars }: JarSet): Promise<Finding<FoundKafka>> {
  const home = process.env.JAVA_HOME;
  const java = (home && executable(join(home, 'bin', 'java'))) || onPath('java');
  if (!java) return { missing: 'there is no java on the path and no JAVA_HOME' };
  const version = await javaVersion(java);
  if (version === undefined) return { missing: `${java} does not say its version` };
  if (version < JAVA_MIN) {
    return { missing: `${java} is version ${version}, Kafka 4 needs ${JAVA_MIN} or newer` };
  }
  if (fs.existsSync(jars)) return { found: { java, jars } };
  const maven = onPath('mvn');
  if (maven) return { found: { java, jars, maven } };
  return { missing: 'its jars have not been fetched and there is no mvn on the path to do it' };
}

async function findPostgres(): Promise<Finding<FoundPostgres>> {
  const programs = postgresFolders().find(
    (folder) => executable(join(folder, 'postgres')) && executable(join(folder, 'initdb')),
  );
  if (!programs) {
    return { missing: `postgres and initdb are neither below ${DEBIAN_POSTGRES} nor on the path` };
  }
  if (process.getuid?.() !== 0) return { found: { programs } };
  try {
    const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
    return { found: { programs, user: { uid, gid } } };
  } catch {
    // `id` ends with 1 for a user that does not exist.
    return { missing: `PostgreSQL refuses to run as root and there is no user ${POSTGRES_USER}` };
  }
}

function findRedis(): Finding<FoundRedis> {
  const program = onPath('redis-server');
  return program ? { found: { program } } : { missing: 'there is no redis-server on the path' };
}

/** Debian keeps its servers off the path, a folder per version; the newest is taken. */
function postgresFolders(): string[] {
  const versions = fs.existsSync(DEBIAN_POSTGRES) ? fs.readdirSync(DEBIAN_POSTGRES) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const onThePath = onPath('postgres');
  return [
    ...newestFirst.map((version) => join(DEBIAN_POSTGRES, version, 'bin')),
    // A link on the path may stand alone; its target stands beside the other programs.
    ...(onThePath ? [dirname(fs.realpathSync(onThePath))] : []),
  ];
}

async function javaVersion(java: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(java, ['-version'], { timeout: ASK_DEADLINE_MS });
    return javaVersionIn(stderr);
  } catch {
    // The stub of macOS ends with 1 where no Java is installed.
    return undefined;
  }
}

/** @returns the feature version, 17 for `openjdk version "17.0.15"`; undefined for another text */
export function javaVersionIn(text: string): number | undefined {
  const [, feature] = /version "(?:1\.)?(\d+)/.exec(text) ?? [];
  return feature === undefined ? undefined : Number(feature);
}

async function idOf(option: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [option, POSTGRES_USER], { timeout: ASK_DEADLINE_MS });
  return Number(stdout);
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => executable(join(folder, program))).find(Boolean);
}

function executable(file: string): string | undefined {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return file;
  } catch {
    // Not there, or not for us: for the search it is the same.
    return undefined;
  }
}
