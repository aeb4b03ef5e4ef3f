import { closeOnSignal, jsonLog, openTracer, runLogged } from '@ringfence/service-kit';
import { houseConfig } from './house.config.js';
import { startHouse, writerName } from './start-house.js';

/** Runs the house until a signal; prints one line of JSON when it serves. */
await runLogged('house', async () => {
  const { argv, env, pid } = process;
  const config = houseConfig(argv.slice(2), env);
  // an option of the command line may hold a password as well
  const environment = { ...env, RINGFENCE_DATABASE_URL: config.database?.url };
  const log = jsonLog({ service: 'house', instance: 0, writer: writerName(), environment });
  const { trace = 0, otlpUrl } = config;
  const traced = { RINGFENCE_TRACE: trace, RINGFENCE_OTLP_URL: otlpUrl };
  const tracer = await openTracer(traced, 'house', log);
  const house = await startHouse({ ...config, log, tracer });
  closeOnSignal(log, async () => {
    await house.close();
    await tracer?.close();
  });
  const { url, partitions } = house;
  console.log(JSON.stringify({ url, pid, partitions, folder: config.folder }));
});
