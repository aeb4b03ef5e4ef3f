import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findParts, foundOf, javaVersionIn } from './find-parts.js';
import { BROKER_JARS, KAFKA_VERSION, placeOnce, TOOL_JARS } from './jars.js';
import { PartMissing } from './stack-error.js';

describe('finding the parts', () => {
  const { PATH, JAVA_HOME } = process.env;
  afterEach(() => {
    process.env.PATH = PATH;
    if (JAVA_HOME !== undefined) process.env.JAVA_HOME = JAVA_HOME;
  });

  it('reads the version of Java, the old way of counting too', () => {
    expect(javaVersionIn('openjdk version "17.0.15" 2025-04-15')).toBe(17);
    expect(javaVersionIn('openjdk version "21" 2023-09-19')).toBe(21);
    expect(javaVersionIn('java version "1.8.0_402"')).toBe(8);
    expect(javaVersionIn('no Java here')).toBeUndefined();
  });

  it('says in a sentence what it did not find', async () => {
    process.env.PATH = '';
    delete process.env.JAVA_HOME;
    const findings = await findParts();
    expect(findings.kafka).toEqual({ missing: expect.stringContaining('no java on the path') });
    expect(findings.redis).toEqual({ missing: 'there is no redis-server on the path' });
    expect(() => foundOf(findings, 'redis')).toThrow(PartMissing);
    expect(() => foundOf(findings, 'redis')).toThrow(/^redis: there is no redis-server/);
  });
});

describe("Kafka's jars", () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'ringfence-jars-spec-'));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['kafka_2.13', BROKER_JARS],
    ['kafka-tools', TOOL_JARS],
  ])('are of the version that their pom asks for: %s', (artifact, { pom, mainJar }) => {
    const [, version] =
      new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>(.*?)<`).exec(
        fs.readFileSync(pom, 'utf8'),
      ) ?? [];
    expect(version).toBe(KAFKA_VERSION);
    expect(mainJar).toBe(`${artifact}-${KAFKA_VERSION}.jar`);
  });

  it('take their place once: the first whole set stays', () => {
    const place = join(folder, 'kafka');
    for (const starter of ['first', 'second']) {
      fs.mkdirSync(join(folder, starter));
      fs.writeFileSync(join(folder, starter, 'jar'), starter);
      placeOnce(join(folder, starter), place);
    }
    expect(fs.readFileSync(join(place, 'jar'), 'utf8')).toBe('first');
  });
});
