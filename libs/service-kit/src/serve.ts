import { Module, type DynamicModule } from '@nestjs/common';
import { DecodeCache, LocalExchange } from '@ringfence/lane';
import type { Journal } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import type { ServiceConfig } from './config.js';
import { FileSnapshotStore } from './file-snapshots.js';
import { HealthModule } from './health.module.js';
import { LaneGround } from './lane-ground.js';
import { LanesModule } from './lanes.module.js';
import { LaneTransport } from './lane-transport.js';
import { ShadowProcesses } from './shadow-processes.js';
import { closeOnSignal, startApp, type Started } from './start.js';

/** Where the logs are below a house's folder, and the snapshots. */
export const journalFolder = (folder: string): string => `${folder}/log`;
export const snapshotFolder = (folder: string): string => `${folder}/snapshots`;

export interface GroundPlace {
  readonly folder: string;
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
  readonly log?: (line: string) => void;
}

/** What the lanes of a process over a folder stand on. */
export function groundOf(place: GroundPlace, journal: Journal): LaneGround {
  const { folder, partitions, plan, log, ...rest } = place;
  const snapshots = new FileSnapshotStore(snapshotFolder(folder), (file, why) =>
    log?.(`${file} is not used: ${why}`),
  );
  const folders = {
    journalFolder: journalFolder(folder),
    snapshotFolder: snapshotFolder(folder),
  };
  const shadow = plan && new ShadowProcesses({ plan: plan.href, partitions, ...folders });
  return new LaneGround({
    ...rest,
    journal,
    partitions,
    snapshots,
    shadow,
    log,
    exchange: new LocalExchange(),
    cache: new DecodeCache(),
  });
}

/** A service that runs alone: its lanes over a folder, and its health. */
export interface Alone {
  readonly service: Service;
  /** all services of the process; most are alone */
  readonly services?: readonly Service[];
  readonly plan: URL;
  openJournal(folder: string): Promise<Journal>;
  module(ground: LaneGround): DynamicModule;
}

@Module({})
class AloneModule {}

/** Runs one service over the folder of its configuration, until a signal ends it. */
export async function serveAlone(alone: Alone, config: ServiceConfig): Promise<Started> {
  const { RINGFENCE_FOLDER: folder, RINGFENCE_PARTITIONS: partitions } = config;
  const journal = await alone.openJournal(journalFolder(folder));
  const log = (line: string): void => console.error(line);
  const writer = `${alone.service}-${process.pid}`;
  const ground = groundOf({ folder, partitions, writer, plan: alone.plan, log }, journal);
  const { services = [alone.service] } = alone;
  const lanes = LanesModule.of([alone.module(ground)], services);
  const started = await startApp(
    { module: AloneModule, imports: [lanes, HealthModule] },
    { transport: new LaneTransport(), host: config.RINGFENCE_HOST, port: config.RINGFENCE_PORT },
  );
  closeOnSignal(async () => {
    await started.app.close();
    await ground.options.shadow?.close();
    await journal.close();
  });
  console.log(JSON.stringify({ service: alone.service, url: started.url, pid: process.pid }));
  return started;
}
