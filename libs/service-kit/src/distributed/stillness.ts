import { addressNumber, type Address } from '@ringfence/kernel';
import type { Stillness } from '../quiet.js';
import type { BeatBoard } from './beat-board.js';
import type { PeerClient } from './peer-client.js';
import type { PeerStanding } from './peer-protocol.js';
import type { StreamBus } from './stream-bus.js';

const PAUSE_MS = 1;

export interface RemoteStillnessOptions {
  readonly addresses: readonly Address[];
  readonly board: BeatBoard;
  readonly bus: StreamBus;
  readonly peers: PeerClient;
}

/**
 * Whether nothing waits in a house of many processes: every lane has an owner, says that it is
 * idle, and has read every log to where its owner says it ends; and all of it holds a second time
 * with no log grown between. What was on its way at the first look would have made one grow.
 */
export class RemoteStillness implements Stillness {
  constructor(readonly options: RemoteStillnessOptions) {}

  /** @returns false when it was not so within `ms` */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    const end = performance.now() + ms;
    let before: string | undefined;
    for (;;) {
      const standings = this.options.bus.isIdle ? await this.#standings() : undefined;
      const now = standings && this.#still(standings);
      const isStill = now !== undefined && holds();
      if (isStill && now === before) return true;
      before = isStill ? now : undefined;
      if (performance.now() >= end) return false;
      if (!isStill) await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }

  /** undefined when a lane has no owner that answers */
  async #standings(): Promise<ReadonlyMap<number, PeerStanding> | undefined> {
    const { addresses, board, peers } = this.options;
    const urls = new Set(addresses.map((address) => board.ownerOf(address)?.url));
    const found = new Map<number, PeerStanding>();
    try {
      const answers = await Promise.all(
        [...urls].map((url) => (url ? peers.ask(url, 'standings', {}) : Promise.resolve([]))),
      );
      for (const standing of answers.flat()) {
        const owner = board.ownerOf(standing);
        if (owner?.writer !== standing.writer) continue;
        found.set(addressNumber(standing), standing);
        board.note(standing, { ...owner, gauges: standing.gauges });
      }
    } catch {
      return undefined;
    }
    return found.size === addresses.length ? found : undefined;
  }

  /** A text that is the same only while no log grew; undefined unless all is still. */
  #still(standings: ReadonlyMap<number, PeerStanding>): string | undefined {
    for (const { isIdle, inputs, partition } of standings.values()) {
      if (!isIdle) return undefined;
      for (const [topic, seq] of Object.entries(inputs)) {
        const service = topic.slice('log.'.length) as Address['service'];
        const of = { service, partition: service === 'reference' ? 0 : partition };
        const end = standings.get(addressNumber(of))?.seq ?? 0;
        if (seq < end) return undefined;
      }
    }
    const heads = [...standings.values()].map(
      ({ service, partition, writer, seq, nextCommands }) =>
        `${service}/${partition} ${writer} ${seq} ${nextCommands}`,
    );
    return heads.toSorted().join('\n');
  }
}
