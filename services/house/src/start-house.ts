import type { INestApplication } from '@nestjs/common';
import { checkpointWitnesses } from '@ringfence/gateway';
import type { Journal } from '@ringfence/journal';
import { SegmentJournal } from '@ringfence/journal-segments';
import {
  groundOf,
  HOSTED_LANES,
  journalFolder,
  LaneTransport,
  startApp,
  type HostedLanes,
} from '@ringfence/service-kit';
import { HouseModule } from './house.module.js';
import { openHouseFolder } from './house-file.js';
import type { HouseConfig } from './house.config.js';

/** A house that serves. */
export interface House {
  readonly url: string;
  readonly app: INestApplication;
  readonly lanes: readonly HostedLanes[];
  readonly partitions: number;
  /** lets what was taken become durable, then ends; the folder can be opened again */
  close(): Promise<void>;
}

/** Names this process in the records that it writes. */
export const writerName = (): string => `house-${process.pid}`;

const PLAN = new URL('./plan.js', import.meta.url);

/**
 * Starts all services over one folder. Serves when its lanes decide; a lane that cannot open is
 * named by `/health` and the others go on.
 *
 * @param journal  another one than the folder's own, for tests
 * @throws FolderInUse when another process has the folder; HouseFolderUnfit
 */
export async function startHouse(config: HouseConfig, journal?: Journal): Promise<House> {
  const { folder, host, port, queueMax, snapshotEvents, log, tracer, database } = config;
  const { partitions } = openHouseFolder(folder, config.partitions);
  const logs = journal ?? (await SegmentJournal.open(journalFolder(folder)));
  const ground = groundOf(
    {
      folder,
      journal: { kind: 'segments', folder: journalFolder(folder) },
      partitions,
      queueMax,
      snapshotEvents,
      log,
      tracer,
      writer: writerName(),
      ...(database ? { moreWitnesses: () => checkpointWitnesses(database) } : undefined),
      ...(journal ? undefined : { plan: PLAN }),
    },
    logs,
  );
  const transport = new LaneTransport();
  const end = async (): Promise<void> => {
    await ground.options.shadow?.close();
    await logs.close();
  };
  try {
    const root = HouseModule.on(ground, transport, config);
    const { app, url } = await startApp(root, { transport, host, port, log });
    const close = async (): Promise<void> => {
      await app.close();
      await end();
    };
    return { url, app, lanes: app.get<HostedLanes[]>(HOSTED_LANES), partitions, close };
  } catch (fault) {
    await end();
    throw fault;
  }
}
