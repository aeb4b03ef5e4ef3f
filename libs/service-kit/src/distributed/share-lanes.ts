import type { DynamicModule } from '@nestjs/common';
import type { Journal } from '@ringfence/journal';
import { addressesOf, present, type Service } from '@ringfence/kernel';
import { JournalExchange } from '@ringfence/lane';
import type { ServiceConfig } from '../config.js';
import type { LocalLanes } from '../hosted-lanes.js';
import type { LaneGround, LaneGroundOptions } from '../lane-ground.js';
import { HOSTED_LANES } from '../lanes.module.js';
import type { Log } from '../logs/log.js';
import type { Started } from '../start.js';
import { BeatBoard } from './beat-board.js';
import { LaneStreams } from './lane-streams.js';
import { Ownership } from './ownership.js';
import { PeersModule } from './peers.module.js';

export interface ShareOptions {
  readonly journal: Journal;
  /** names this process */
  readonly writer: string;
  readonly services: readonly Service[];
  readonly config: ServiceConfig;
  readonly log: Log;
}

/** What a process needs besides its lanes when others may own them too. */
export interface SharedLanes {
  readonly ground: Pick<LaneGroundOptions, 'exchange' | 'ownership' | 'moreWitnesses'>;
  readonly streams: LaneStreams;
  peers(ground: LaneGround): DynamicModule;
  /** Begins to read commands and to beat: the process serves. */
  serve(started: Started): void;
  /** Says to the standbys that this process owns nothing any more; its lanes are closed. */
  close(): Promise<void>;
}

/** Prepares a process to own lanes beside others, and hears who is there already. */
export async function shareLanes(options: ShareOptions): Promise<SharedLanes> {
  const { journal, writer, services, config, log } = options;
  const addresses = addressesOf(services, config.RINGFENCE_PARTITIONS);
  const board = new BeatBoard({ journal, addresses });
  await board.start();
  const streams = new LaneStreams({ journal, writer, say: log });
  const ownership = new Ownership({
    board,
    writer,
    instance: config.RINGFENCE_INSTANCE,
    instances: config.RINGFENCE_INSTANCES,
    silenceMs: config.RINGFENCE_SILENCE_MS,
  });
  const key = present(config.RINGFENCE_PEER_KEY, 'a key of the peers');
  return {
    ground: {
      exchange: new JournalExchange(journal),
      ownership,
      moreWitnesses: () => Promise.resolve(board.seen),
    },
    streams,
    peers: (ground) => PeersModule.on({ ground, streams, key }),
    serve: ({ app, url }) => {
      const hosts = app.get<readonly LocalLanes[]>(HOSTED_LANES);
      streams.serve(hosts, config.RINGFENCE_PUBLIC_URL ?? url);
    },
    close: async () => {
      await streams.farewell();
      board.close();
    },
  };
}
