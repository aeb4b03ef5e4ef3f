import { closeOnSignal } from '@ringfence/service-kit';
import { houseConfig } from './house.config.js';
import { startHouse } from './start-house.js';

/** Runs the house until a signal; prints one line of JSON when it serves. */
try {
  const config = houseConfig(process.argv.slice(2), process.env);
  const house = await startHouse({ ...config, log: (line) => console.error(line) });
  closeOnSignal(() => house.close());
  const { url, partitions } = house;
  console.log(JSON.stringify({ url, pid: process.pid, partitions, folder: config.folder }));
} catch (fault) {
  console.error(fault instanceof Error ? `${fault.name}: ${fault.message}` : fault);
  process.exit(1);
}
