import { addressNumber, type Address } from '@ringfence/kernel';
import type { Exchange, Packet } from '@ringfence/lane';
import type { Chance } from './chance.js';
import type { SeededScheduler } from './scheduler.js';

export interface PacketFaults {
  readonly lost: number;
  readonly repeated: number;
  /** what one process sends to one lane arrives in its order, however late; false by default */
  readonly inOrder?: boolean;
}

/**
 * Carries packets as badly as a network may: late, in any order, twice, not at all, to an old owner
 * too.
 */
export class FaultyExchange {
  readonly #lanes = new Map<number, Set<(packet: Packet) => void>>();
  /** under way, oldest first, by sending process and receiving lane */
  readonly #underWay = new Map<string, Packet[]>();

  constructor(
    readonly scheduler: SeededScheduler,
    readonly chance: Chance,
    public faults: PacketFaults,
  ) {}

  /** The exchange as one process sees it. */
  session(name: string): Exchange & { kill(): void } {
    const own: (() => void)[] = [];
    return {
      join: (address, receive) => {
        const lanes = this.#at(address);
        lanes.add(receive);
        const leave = (): void => void lanes.delete(receive);
        own.push(leave);
        return leave;
      },
      send: (to, packet) => this.#send(name, to, packet),
      kill: () => own.forEach((leave) => leave()),
    };
  }

  #at(address: Address): Set<(packet: Packet) => void> {
    const number = addressNumber(address);
    const lanes = this.#lanes.get(number) ?? new Set();
    this.#lanes.set(number, lanes);
    return lanes;
  }
  #send(process: string, to: Address, packet: Packet): void {
    if (this.chance.happens(this.faults.lost)) return;
    const copies = this.chance.happens(this.faults.repeated) ? 2 : 1;
    const pair = `${process} ${addressNumber(to)}`;
    const queue = this.#underWay.get(pair) ?? [];
    this.#underWay.set(pair, queue);
    for (let i = 0; i < copies; i++) {
      queue.push(packet);
      this.scheduler.defer(`${process} packet ${addressNumber(to)}`, () => {
        const at = this.faults.inOrder ? 0 : queue.lastIndexOf(packet);
        const [arrived] = queue.splice(at, 1);
        this.#at(to).forEach((receive) => receive(arrived));
      });
    }
  }
}
