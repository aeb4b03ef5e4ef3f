import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readOptionData, type OptionData } from './option-data.js';

/** The extract that the project carries: 4 to 7 February 2026, around the crash. */
export function ownOptionData(): OptionData {
  const read = (name: string): Buffer =>
    readFileSync(new URL(`../../../data/options_2026-02/${name}`, import.meta.url));
  return readOptionData({
    chain: gunzipSync(read('chain.csv.gz')).toString('utf8'),
    futures: read('futures.csv').toString('utf8'),
    perpetuals: read('perpetuals.csv').toString('utf8'),
    bars: read('bars_btc.csv').toString('utf8'),
  });
}
