import type { Service } from '@ringfence/kernel';
import type { LocalLanes } from './hosted-lanes.js';
import type { Busy, LaneGround } from './lane-ground.js';

/** Turns of the event loop that are looked at one by one before the clock is asked. */
const TURNS = 8;
const SLICE_MS = 2;

/**
 * Whether nothing waits anywhere: every lane has read and decided all there is, and nothing is in
 * flight.
 */
export function isQuiet(hosts: readonly LocalLanes[], others: readonly Busy[] = []): boolean {
  const endOf = (service: Service, partition: number): number => {
    const host = hosts.find((each) => each.service === service);
    return host?.endOf(service === 'reference' ? 0 : partition) ?? 0;
  };
  return hosts.every((host) => host.quiet(endOf)) && others.every((other) => other.quiet());
}

/**
 * Waits until the house is quiet, and still is a turn later: between two steps of one turn it may
 * look so.
 *
 * @returns false when it was not within `ms`
 */
export async function untilQuiet(
  ground: LaneGround,
  holds: () => boolean,
  ms: number,
): Promise<boolean> {
  const end = performance.now() + ms;
  for (let turn = 0, held = false; ; turn++) {
    const holdsNow = holds();
    if (held && holdsNow) return true;
    held = holdsNow;
    if (performance.now() >= end) return false;
    if (held || turn % TURNS < TURNS - 1) await new Promise((resume) => setImmediate(resume));
    else await ground.nextDurable(SLICE_MS);
  }
}

/** When nothing waits in a house. */
export interface Stillness {
  /**
   * Waits until it is so and `holds` too.
   *
   * @returns false when it was not within `ms`
   */
  until(holds: () => boolean, ms: number): Promise<boolean>;
}

/** Of a house whose lanes are all in this process. */
export class LocalStillness implements Stillness {
  constructor(
    readonly ground: LaneGround,
    readonly lanes: readonly LocalLanes[],
  ) {}

  until(holds: () => boolean, ms: number): Promise<boolean> {
    const all = (): boolean => isQuiet(this.lanes, this.ground.others) && holds();
    return untilQuiet(this.ground, all, ms);
  }
}
