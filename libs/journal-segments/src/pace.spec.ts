import { nodeFiles, type Files } from './files.js';
import { Pace } from './pace.js';
import { add, contents, dropFolder, newFolder, using } from './segments.fixture.js';

describe('the pace of writes', () => {
  it('blocks until a write was slow, then lets a hundred pass beside', () => {
    const pace = new Pace('paced');
    pace.blocked(1.9);
    expect(pace.isBlocking).toBe(true);
    pace.blocked(2.1);
    for (let write = 0; write < 100; write++) {
      expect(pace.isBlocking).toBe(false);
      pace.passed();
    }
    expect(pace.isBlocking).toBe(true);
  });

  it.each(['blocking', 'beside'] as const)('stays %s when told so', (writes) => {
    const pace = new Pace(writes);
    pace.blocked(1000);
    pace.passed();
    expect(pace.isBlocking).toBe(writes === 'blocking');
  });

  it('holds the process up for one write in a hundred on a slow disk', async () => {
    const folder = newFolder();
    const wrote = { blocking: 0, beside: 0 };
    const slow: Files = {
      ...nodeFiles,
      write: (file, bytes, position) => {
        wrote.blocking++;
        const end = performance.now() + 2.5;
        while (performance.now() < end);
        return nodeFiles.write(file, bytes, position);
      },
      writeLater: (file, bytes, position) => {
        wrote.beside++;
        return nodeFiles.writeLater(file, bytes, position);
      },
    };
    try {
      const written = Array.from({ length: 250 }, (_, n) => `record ${n}`);
      const read = await using(
        folder,
        async (journal) => {
          wrote.beside = 0;
          for (const content of written) await add(journal, content);
          return contents(journal);
        },
        { files: slow },
      );
      expect(read).toEqual(written);
      expect(wrote.blocking).toBe(3);
      expect(wrote.beside).toBeGreaterThan(246);
    } finally {
      dropFolder(folder);
    }
  });
});
