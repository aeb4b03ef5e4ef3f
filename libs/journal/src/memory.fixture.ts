import { MemoryJournal } from './memory.js';
import type { JournalUnderTest } from './suite-scene.js';

/** A memory journal for the suite: opening it again is another process on the same logs. */
export function memoryUnderTest(logs = new MemoryJournal()): JournalUnderTest {
  let session = logs.session('1');
  return {
    journal: () => session,
    stream: (partition) => ({ topic: 'log.suite', partition }),
    reopen: async () => {
      session.kill();
      session = logs.session('2');
    },
    dispose: () => session.close(),
  };
}
