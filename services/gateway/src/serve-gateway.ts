import { Module } from '@nestjs/common';
import { DecodeCache, LocalExchange, NO_SNAPSHOTS } from '@ringfence/lane';
import {
  closeOnSignal,
  ConfigInvalid,
  HealthModule,
  LaneGround,
  LaneTransport,
  openJournal,
  placeOf,
  RemoteHouse,
  RemoteLanesModule,
  startApp,
  type ServiceConfig,
  type Started,
} from '@ringfence/service-kit';
import type { z } from 'zod';
import { gatewayConfig, type GATEWAY_VARIABLES } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

@Module({})
class AloneModule {}

type Config = ServiceConfig & z.infer<z.ZodObject<typeof GATEWAY_VARIABLES>>;

/**
 * Serves the API of a house whose lanes live in other processes, until a signal ends it.
 *
 * @throws ConfigInvalid without brokers: lanes in a folder belong to one process, with its gateway
 */
export async function serveGateway(config: Config): Promise<Started> {
  const place = placeOf(config);
  if (place.kind !== 'kafka') {
    const rule = 'must be given: a gateway alone meets its services there';
    throw new ConfigInvalid([{ variable: 'RINGFENCE_KAFKA_BROKERS', rule }]);
  }
  const { RINGFENCE_PARTITIONS: partitions, RINGFENCE_INSTANCE: instance } = config;
  const writer = `gateway-${instance}-${process.pid}`;
  const say = (line: string): void => console.error(line);
  const journal = await openJournal(place, { writer, partitions, say });
  const cache = new DecodeCache();
  const house = new RemoteHouse({ journal, cache, writer, config, say });
  await house.start();
  const ground = new LaneGround({
    journal,
    exchange: new LocalExchange(),
    snapshots: NO_SNAPSHOTS,
    cache,
    partitions,
    writer,
    log: say,
  });
  const { stillness } = house;
  const gateway = GatewayModule.on({
    ground,
    transport: house,
    stillness,
    config: gatewayConfig(config),
  });
  const started = await startApp(
    { module: AloneModule, imports: [RemoteLanesModule.of(house), HealthModule, gateway] },
    {
      transport: new LaneTransport(),
      host: config.RINGFENCE_HOST,
      port: config.RINGFENCE_PORT,
    },
  );
  closeOnSignal(async () => {
    await started.app.close();
    house.close();
    await journal.close();
  });
  console.log(JSON.stringify({ service: 'gateway', url: started.url, pid: process.pid }));
  return started;
}
