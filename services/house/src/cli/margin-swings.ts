import { RateHistory } from '@ringfence/domain-reference';
import { SegmentJournal } from '@ringfence/journal-segments';
import { LogTail, logStream } from '@ringfence/lane';
import { journalFolder } from '@ringfence/service-kit';
import { waitForLog } from './log-cat.js';

/**
 * How procyclical the initial rates of a house were: per instrument the largest step from day to
 * day, the largest rise over five days, and peak to trough; as charged, and as volatility alone
 * asked for.
 */
export async function marginSwingLines(folder: string): Promise<string[]> {
  const journal = await SegmentJournal.open(journalFolder(folder), { readOnly: true });
  try {
    const tail = new LogTail(journal, 'reference', logStream('reference', 0));
    const history = new RateHistory();
    for (;;) {
      const records = await tail.poll(waitForLog);
      if (records.length === 0) break;
      for (const { decided } of records) {
        for (const { events } of decided) for (const event of events) history.see(event);
      }
    }
    return table(history);
  } finally {
    await journal.close();
  }
}

const HEAD = ['instrument', 'rate', 'days', 'largest step', 'five-day rise', 'peak/trough'];
const NAME_WIDTH = 14;
const WIDTH = 14;

function table(history: RateHistory): string[] {
  const rows = history
    .swings()
    .map((swings) => [
      swings.symbol,
      swings.path,
      swings.days.toString(),
      `${swings.largestStep.toFixed(2)} %`,
      `${swings.largestFiveDayRise.toFixed(2)} %`,
      swings.peakToTrough.toFixed(2),
    ]);
  return [HEAD, ...rows].map((cells) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(NAME_WIDTH) : cell.padStart(WIDTH))).join(''),
  );
}
