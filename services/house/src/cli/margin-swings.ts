import { RateHistory } from '@ringfence/domain-reference';
import { LogTail, logStream } from '@ringfence/lane';
import { withHouseLogs, type Environment } from './house-place.js';
import { waitForLog } from './log-cat.js';

/**
 * How procyclical the initial rates of a house were: per instrument the largest step from day to
 * day, the largest rise over five days, and peak to trough; as charged, and as volatility alone
 * asked for.
 *
 * @param folder  of an embedded house; else the environment says where it is
 * @throws NoSuchHouse; KafkaUnavailable
 */
export function marginSwingLines(
  folder: string | undefined,
  environment: Environment,
): Promise<string[]> {
  return withHouseLogs(folder, environment, 'margin-swings', async ({ journal }) => {
    const tail = new LogTail(journal, 'reference', logStream('reference', 0));
    const history = new RateHistory();
    for (;;) {
      const records = await tail.poll(waitForLog);
      // a broker may say a moment too early that there is nothing more
      if (records.length === 0 && (await tail.isAtEnd(waitForLog))) return table(history);
      for (const { decided } of records) {
        for (const { events } of decided) for (const event of events) history.see(event);
      }
    }
  });
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
