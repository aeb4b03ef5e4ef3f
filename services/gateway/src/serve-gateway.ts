import { Module } from '@nestjs/common';
import { DecodeCache, LocalExchange, NO_SNAPSHOTS } from '@ringfence/lane';
import {
  closeOnSignal,
  ConfigInvalid,
  HealthModule,
  jsonLog,
  LaneGround,
  LaneTransport,
  MetricsModule,
  openJournal,
  openTracer,
  placeOf,
  ReadyModule,
  RemoteHouse,
  RemoteLanesModule,
  startApp,
  type ServiceConfig,
  type Started,
} from '@ringfence/service-kit';
import type { z } from 'zod';
import { gatewayConfig, type GATEWAY_VARIABLES } from './gateway.config.js';
import { Gateway, GatewayModule } from './gateway.module.js';

const SEEN_MS = 2_000;

@Module({})
class AloneModule {}

/** The read models are witnesses: no log may end before what they show. */
function tellSeen(house: RemoteHouse, { readModels }: Gateway): void {
  for (const address of house.addresses) {
    const position = readModels.models?.positionOf(address.service, address.partition);
    if (position && position.seq > 0) {
      house.tellSeen(address, position.seq, position.hash, 'the read models');
    }
  }
}

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
  const say = jsonLog({ service: 'gateway', instance, writer, environment: process.env });
  const journal = await openJournal(place, { writer, partitions, say });
  const cache = new DecodeCache();
  const tracer = await openTracer(config, 'gateway', say);
  const house = new RemoteHouse({ journal, cache, writer, config, say });
  await house.start();
  const ground = new LaneGround({
    journal,
    exchange: new LocalExchange(),
    snapshots: NO_SNAPSHOTS,
    cache,
    partitions,
    writer,
    tracer,
    log: say,
  });
  const gateway = GatewayModule.on({
    ground,
    transport: house,
    stillness: house.stillness,
    followed: (address) => house.followed(address),
    config: gatewayConfig(config),
  });
  const started = await startApp(
    {
      module: AloneModule,
      imports: [
        RemoteLanesModule.of(house),
        HealthModule,
        ReadyModule.on('known'),
        MetricsModule.on(journal),
        gateway,
      ],
    },
    {
      transport: new LaneTransport(),
      host: config.RINGFENCE_HOST,
      port: config.RINGFENCE_PORT,
      log: say,
    },
  );
  const witness = setInterval(() => tellSeen(house, started.app.get(Gateway)), SEEN_MS);
  closeOnSignal(say, async () => {
    clearInterval(witness);
    await started.app.close();
    house.close();
    await journal.close();
    await tracer?.close();
  });
  console.log(JSON.stringify({ service: 'gateway', url: started.url, pid: process.pid }));
  return started;
}
