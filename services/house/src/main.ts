import { closeOnSignal, jsonLog, runLogged } from '@ringfence/service-kit';
import { houseConfig } from './house.config.js';
import { startHouse, writerName } from './start-house.js';

/** Runs the house until a signal; prints one line of JSON when it serves. */
await runLogged('house', async () => {
  const { argv, env, pid } = process;
  const config = houseConfig(argv.slice(2), env);
  // an option of the command line may hold a password as well
  const environment = { ...env, RINGFENCE_DATABASE_URL: config.databaseUrl };
  const log = jsonLog({ service: 'house', instance: 0, writer: writerName(), environment });
  const house = await startHouse({ ...config, log });
  closeOnSignal(log, () => house.close());
  const { url, partitions } = house;
  console.log(JSON.stringify({ url, pid, partitions, folder: config.folder }));
});
