import type { Journal } from '@ringfence/journal';
import { addressesOf, addressText, SERVICES, type Address } from '@ringfence/kernel';
import { DecodeCache, type LogRecord } from '@ringfence/lane';
import { GENESIS } from '@ringfence/journal';
import { LogFollower } from '@ringfence/service-kit';
import { until } from './until.js';

/** The newest takeover of a lane, as its log says. */
export interface Takeover {
  readonly epoch: number;
  readonly seq: number;
  readonly writer: string;
}

/** Follows every log of a house from its beginning, beside it. */
export class LaneWatch {
  readonly addresses: readonly Address[];
  readonly #followers: readonly LogFollower[];
  readonly #takeovers = new Map<string, Takeover>();

  constructor(journal: Journal, partitions: number) {
    this.addresses = addressesOf(SERVICES, partitions);
    this.#followers = this.addresses.map((address) => {
      const follower = new LogFollower({
        journal,
        address,
        cache: new DecodeCache(),
        onRecord: (record) => this.#see(address, record),
        // a broker that is down is a fault that is planted: the follower tries again
        onFault: () => undefined,
      });
      follower.start(GENESIS);
      return follower;
    });
  }
  close(): void {
    for (const follower of this.#followers) follower.close();
  }

  takeoverOf(address: Address): Takeover {
    const none = { epoch: 0, seq: 0, writer: '' };
    return this.#takeovers.get(addressText(address)) ?? none;
  }
  /** Lanes whose newest epoch that process opened. */
  lanesOf(pid: number | undefined): readonly Address[] {
    return this.addresses.filter((address) =>
      this.takeoverOf(address).writer.endsWith(`-${pid ?? 'none'}`),
    );
  }
  /** Resolves when somebody opened a later epoch. @throws when nobody does within `ms` */
  async untilTakenOver(address: Address, after: number, ms: number): Promise<Takeover> {
    const what = `${addressText(address)} is not taken over after epoch ${after}`;
    await until(what, () => this.takeoverOf(address).epoch > after, ms);
    return this.takeoverOf(address);
  }

  #see(address: Address, { head }: LogRecord): void {
    const { epoch, seq, writer } = head;
    if (epoch === this.takeoverOf(address).epoch) return;
    this.#takeovers.set(addressText(address), { epoch, seq, writer });
  }
}
