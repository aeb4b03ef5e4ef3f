import { JournalBroken, type Journal } from '@ringfence/journal';
import { DecodeCache } from '@ringfence/lane';
import { LogFeed } from './log-feed.js';

/** A log that cannot be vouched for until it is mended, and is empty then. */
class DamagedJournal {
  isMended = false;
  touched = 0;

  watch(): () => void {
    this.#touch();
    return () => undefined;
  }
  end(): Promise<number> {
    this.#touch();
    return Promise.resolve(0);
  }
  read(): Promise<readonly never[]> {
    this.#touch();
    return Promise.resolve([]);
  }
  #touch(): void {
    this.touched++;
    if (!this.isMended) throw new JournalBroken('planted');
  }
}

it('leaves a log alone until somebody needs it, and a damaged one hurts nobody else', async () => {
  const journal = new DamagedJournal();
  const faults: unknown[] = [];
  const feed = new LogFeed({
    journal: journal as unknown as Journal,
    cache: new DecodeCache(),
    service: 'accounts',
    partition: 1,
    messagesMax: 100,
    onFault: (fault) => faults.push(fault),
  });
  expect(journal.touched).toBe(0);
  await feed.use();
  await feed.use();
  expect([feed.isAwake, faults.length]).toEqual([false, 1]);
  journal.isMended = true;
  await feed.use();
  expect(feed.isAwake).toBe(true);
  feed.close();
});
