import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassArchive } from './class-archive.js';

describe('the archive of classes', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'ringfence-archive-spec-'));
  const dump = join(folder, 'dump.jsa');
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is asked for once, kept, and used from then on', () => {
    const archive = new ClassArchive(process.execPath, folder);
    archive.keep(dump);
    expect(archive.use()).toEqual([]);
    expect(archive.useOrDump(dump)).toEqual([`-XX:ArchiveClassesAtExit=${dump}`]);

    fs.writeFileSync(dump, 'classes');
    archive.keep(dump);
    const [option] = archive.use();
    const file = option.replace('-XX:SharedArchiveFile=', '');
    expect(fs.readFileSync(file, 'utf8')).toBe('classes');
    expect(archive.useOrDump(dump)).toEqual([option]);

    fs.writeFileSync(dump, 'of another stack');
    archive.keep(dump);
    expect(fs.readFileSync(file, 'utf8')).toBe('classes');
    expect(fs.existsSync(dump)).toBe(false);
  });
});
