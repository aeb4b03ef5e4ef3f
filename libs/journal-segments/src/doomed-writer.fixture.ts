// A process that takes a log over and appends until it is killed. Run by node with the folder and
// how it writes; prints `open`, then each record's sequence number once acknowledged.
import * as fs from 'node:fs';
import { openOptions, takeOver, write } from '@ringfence/journal/suite';
import { SegmentJournal } from './segment-journal.js';
import { SMALL } from './segments.fixture.js';

const STDOUT = 1;
const say = (line: string): void => void fs.writeSync(STDOUT, `${line}\n`);

const [, , folder = '', mode = ''] = process.argv;
try {
  const journal = await SegmentJournal.open(folder, {
    writes: mode === 'blocking' ? mode : 'beside',
    sizes: SMALL,
  });
  const stream = { topic: 'log.accounts', partition: 0 };
  const writer = await takeOver(journal, stream, openOptions(`process ${process.pid}`));
  say('open');
  for (;;) {
    const { seq } = writer.next();
    const receipt = await write(writer, `${seq}:${'x'.repeat((seq * 131) % 1200)}`);
    say(`${receipt.seq} ${receipt.hash}`);
  }
} catch (fault) {
  say(`refused ${String(fault)}`);
}
