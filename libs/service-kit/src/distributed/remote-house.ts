import { Module, type DynamicModule } from '@nestjs/common';
import type { Journal } from '@ringfence/journal';
import {
  addressesOf,
  addressText,
  present,
  SERVICES,
  type Address,
  type Service,
} from '@ringfence/kernel';
import type { DecodeCache } from '@ringfence/lane';
import type { BatchAnswer, CommandBatch, CommandBus, ServiceCalls } from '../command-bus.js';
import type { ServiceConfig } from '../config.js';
import { HealthSigns } from '../health-signs.js';
import { HOSTED_LANES } from '../lanes.module.js';
import type { Log } from '../logs/log.js';
import { Meters } from '../metrics/meters.js';
import { BeatBoard } from './beat-board.js';
import { beatStream, packSign } from './beat.js';
import type { FollowedLog } from './log-follower.js';
import { PeerClient } from './peer-client.js';
import { RemoteLanes } from './remote-lanes.js';
import { RemoteStillness } from './stillness.js';
import { StreamBus } from './stream-bus.js';

export interface RemoteHouseOptions {
  readonly journal: Journal;
  readonly cache: DecodeCache;
  /** names this process */
  readonly writer: string;
  readonly config: ServiceConfig;
  readonly say: Log;
}

/** A house whose lanes live in other processes, as a gateway sees it. */
export class RemoteHouse implements CommandBus, ServiceCalls {
  readonly lanes: readonly RemoteLanes[];
  readonly stillness: RemoteStillness;
  readonly addresses: readonly Address[];
  readonly #board: BeatBoard;
  readonly #bus: StreamBus;
  readonly #peers: PeerClient;
  readonly #journal: Journal;
  readonly #told = new Map<string, string>();

  constructor({ journal, cache, writer, config, say }: RemoteHouseOptions) {
    const partitions = config.RINGFENCE_PARTITIONS;
    this.#journal = journal;
    this.addresses = addressesOf(SERVICES, partitions);
    this.#peers = new PeerClient(present(config.RINGFENCE_PEER_KEY, 'a key of the peers'));
    this.#board = new BeatBoard({
      journal,
      addresses: this.addresses,
      onBeat: (address) => this.#bus.heardOf(address),
      onRepeats: (repeats) => void this.#bus.heardRepeats(repeats),
    });
    const addresses = this.addresses;
    const board = this.#board;
    const peers = this.#peers;
    this.#bus = new StreamBus({ journal, cache, addresses, board, sender: writer, say });
    const bus = this.#bus;
    this.lanes = SERVICES.map((service) => {
      const count = service === 'reference' ? 1 : partitions;
      return new RemoteLanes({ service, partitions: count, board, bus, peers });
    });
    this.stillness = new RemoteStillness({ addresses, board, bus, peers });
  }

  /** Hears who owns what. */
  start(): Promise<void> {
    return this.#board.start();
  }
  close(): void {
    this.#board.close();
    this.#bus.close();
    this.#peers.close();
  }

  /** A lane's log, which is followed for its answers. @throws InvariantViolation for no lane's */
  followed(address: Address): FollowedLog {
    return present(this.#bus.logOf(address), `a log of ${addressText(address)}`);
  }

  hand(batch: CommandBatch): Promise<BatchAnswer> {
    return this.#bus.hand(batch);
  }

  /** Tells whoever will take a lane over what was seen of its log. */
  tellSeen(address: Address, seq: number, hash: string, who: string): void {
    const key = `${addressText(address)} ${who}`;
    if (this.#told.get(key) === hash) return;
    this.#told.set(key, hash);
    const bytes = packSign({ kind: 'seen', ...address, seq, hash, who });
    // one that is lost is made up for by the next
    this.#journal.append(beatStream(address), bytes).catch(() => this.#told.delete(key));
  }

  /**
   * Asks every process that owns a lane of that service.
   *
   * @returns what they answer, as one list
   */
  async call(service: Service, pattern: string, data: unknown): Promise<unknown> {
    const owners = this.addresses
      .filter((address) => address.service === service)
      .map((address) => this.#board.ownerOf(address)?.url);
    const urls = [...new Set(owners)].filter((url) => url !== undefined);
    if (urls.length === 0) return undefined;
    const answers = await Promise.all(
      urls.map((url) => this.#peers.ask(url, 'call', { pattern, data })),
    );
    return answers.flat();
  }
}

/** What stands for the lanes in a process that has none of its own. */
@Module({})
export class RemoteLanesModule {
  static of({ lanes }: RemoteHouse): DynamicModule {
    return {
      module: RemoteLanesModule,
      global: true,
      providers: [{ provide: HOSTED_LANES, useValue: lanes }, HealthSigns, Meters],
      exports: [HOSTED_LANES, HealthSigns, Meters],
    };
  }
}
