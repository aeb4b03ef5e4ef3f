import { Module, type DynamicModule } from '@nestjs/common';
import { join } from 'node:path';
import { DecodeCache, LocalExchange, type Exchange } from '@ringfence/lane';
import type { Journal } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { placeOf, type ServiceConfig } from './config.js';
import { shareLanes } from './distributed/share-lanes.js';
import { FileSnapshotStore } from './file-snapshots.js';
import { HealthModule } from './health.module.js';
import { snapshotFolder } from './folders.js';
import { openJournal, type JournalPlace } from './journal-place.js';
import { LaneGround, type LaneGroundOptions, type OwnershipRule } from './lane-ground.js';
import { LanesModule } from './lanes.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { jsonLog } from './logs/json-log.js';
import type { Log } from './logs/log.js';
import { LaneTransport } from './lane-transport.js';
import { ReadyModule } from './ready.module.js';
import { ShadowProcesses } from './shadow-processes.js';
import { closeOnSignal, startApp, type Started } from './start.js';
import { openTracer } from './traces/open-tracer.js';
import type { Tracer } from './traces/tracer.js';

export interface GroundPlace {
  readonly folder: string;
  /** where its logs are, for processes that read them beside the lanes */
  readonly journal: JournalPlace;
  readonly partitions: number;
  /** names this process in its records */
  readonly writer: string;
  /**
   * URL of a module that exports a `ShadowPlan` of all lanes here; without it no snapshots are
   * taken
   */
  readonly plan?: URL;
  readonly queueMax?: number;
  readonly snapshotEvents?: number;
  /** carries packets between lanes; within this process by default */
  readonly exchange?: Exchange;
  readonly ownership?: OwnershipRule;
  readonly moreWitnesses?: LaneGroundOptions['moreWitnesses'];
  readonly tracer?: Tracer;
  readonly log?: Log;
}

/**
 * On brokers each service has takers of snapshots of its own, and a standby that needs none: they
 * were a third of a transfer's CPU at the pace of a house in one process, which starts from them.
 */
const ON_BROKERS = { snapshotEvents: 400_000, restFactor: 3 } as const;

/** What the lanes of a process over a folder stand on. */
export function groundOf(place: GroundPlace, journal: Journal): LaneGround {
  const { folder, journal: at, partitions, plan, log, exchange, ...rest } = place;
  const snapshots = new FileSnapshotStore(snapshotFolder(folder), (file, why) =>
    log?.(`${file} is not used: ${why}`, { level: 'warn' }),
  );
  const { restFactor, ...pace } = at.kind === 'kafka' ? ON_BROKERS : { restFactor: 1 };
  const shadow =
    plan &&
    new ShadowProcesses(
      { plan: plan.href, partitions, journal: at, snapshotFolder: snapshotFolder(folder) },
      restFactor,
    );
  return new LaneGround({
    ...pace,
    ...rest,
    journal,
    partitions,
    snapshots,
    shadow,
    log,
    exchange: exchange ?? new LocalExchange(),
    cache: new DecodeCache(),
  });
}

/** A service that runs in a process of its own. */
export interface Alone {
  readonly service: Service;
  /** all services of the process; most are alone */
  readonly services?: readonly Service[];
  readonly plan: URL;
  module(ground: LaneGround): DynamicModule;
}

@Module({})
class AloneModule {}

/**
 * Runs one service until a signal ends it: over the folder of its configuration, or, where that
 * names brokers, beside other processes of the same house on Kafka.
 */
export async function serveAlone(alone: Alone, config: ServiceConfig): Promise<Started> {
  const { RINGFENCE_FOLDER, RINGFENCE_PARTITIONS: partitions } = config;
  const writer = `${alone.service}-${config.RINGFENCE_INSTANCE}-${process.pid}`;
  const instance = config.RINGFENCE_INSTANCE;
  const log = jsonLog({ service: alone.service, instance, writer, environment: process.env });
  const { services = [alone.service] } = alone;
  const place = placeOf(config);
  const isShared = place.kind === 'kafka';
  // processes of one house may share a disk, but not a folder of snapshots
  const folder = isShared
    ? join(RINGFENCE_FOLDER, `${alone.service}-${config.RINGFENCE_INSTANCE}`)
    : RINGFENCE_FOLDER;
  const journal = await openJournal(place, { writer, partitions, say: log });
  const shared = isShared
    ? await shareLanes({ journal, writer, services, config, log })
    : undefined;
  const tracer = await openTracer(config, alone.service, log);
  const ground = groundOf(
    {
      folder,
      journal: place,
      partitions,
      writer,
      plan: alone.plan,
      log,
      tracer,
      ...shared?.ground,
    },
    journal,
  );
  const lanes = LanesModule.of([alone.module(ground)], services);
  const started = await startApp(
    {
      module: AloneModule,
      imports: [
        lanes,
        HealthModule,
        ReadyModule.on('own'),
        MetricsModule.on(journal),
        ...(shared ? [shared.peers(ground)] : []),
      ],
    },
    {
      transport: shared?.streams ?? new LaneTransport(),
      host: config.RINGFENCE_HOST,
      port: config.RINGFENCE_PORT,
      log,
    },
  );
  shared?.serve(started);
  closeOnSignal(log, async () => {
    await started.app.close();
    await shared?.close();
    await ground.options.shadow?.close();
    await journal.close();
    await tracer?.close();
  });
  console.log(JSON.stringify({ service: alone.service, url: started.url, pid: process.pid }));
  return started;
}
