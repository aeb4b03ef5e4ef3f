import type { Address } from '@ringfence/kernel';
import { addressText } from '@ringfence/kernel';
import type { Fault as NetworkFault } from '@ringfence/journal-kafka/fault-proxy';
import type { ServiceProcess } from '../cluster/service-process.js';
import type { ChaosHouse } from './chaos-house.js';
import type { OrderBook } from './order-book.js';
import { until } from './until.js';

/** A lane goes on within this time after its owner was killed: the house's promise. */
export const RECOVERY_MS = 10_000;
/** A start of everything on a busy machine; no promise. */
const START_MS = 120_000;
/** How long a fault may keep the house from going on before the run gives up. */
const GIVE_UP_MS = 60_000;
/** lanes that the load orders something of all the time */
const ORDERED = new Set(['accounts', 'custody', 'reference']);

/** What a fault works on. */
export interface Scene {
  readonly house: ChaosHouse;
  readonly book: OrderBook;
  /** 0 ≤ chance < 1; the same for the same seed */
  readonly chance: () => number;
}
/** What was done, and how long the house took to go on, ms. */
export interface Struck {
  readonly target: string;
  readonly recoveredMs: number;
}
export type Fault = (scene: Scene) => Promise<Struck>;

const pick = <T>(from: readonly T[], chance: () => number): T =>
  from[Math.floor(chance() * from.length)];

/**
 * Waits until lanes go on that stood at the given epochs: each has an owner of a later epoch and,
 * where orders come all the time, one of them was acknowledged after that.
 *
 * @returns how long that took from `since`, ms
 */
export async function goesOn(
  { house, book }: Pick<Scene, 'house' | 'book'>,
  lanes: ReadonlyMap<Address, number>,
  since: number,
): Promise<number> {
  const times = [...lanes].map(async ([address, epoch]) => {
    const acknowledged = ORDERED.has(address.service)
      ? book.next(({ placed }) => {
          const { seq } = house.watch.takeoverOf(address);
          const isLater = house.watch.takeoverOf(address).epoch > epoch;
          return placed.receipts.some(
            (receipt) =>
              addressText(receipt as Address) === addressText(address) &&
              isLater &&
              receipt.seq > seq,
          );
        }, GIVE_UP_MS)
      : undefined;
    await house.watch.untilTakenOver(address, epoch, GIVE_UP_MS);
    const { at } = (await acknowledged) ?? { at: performance.now() };
    return at - since;
  });
  return Math.max(0, ...(await Promise.all(times)));
}

export const epochsOf = (
  house: ChaosHouse,
  lanes: readonly Address[],
): ReadonlyMap<Address, number> =>
  new Map(lanes.map((address) => [address, house.watch.takeoverOf(address).epoch]));

/** Kills one process with SIGKILL, and starts it again when the others went on without it. */
export async function killProcess(scene: Scene, process: ServiceProcess): Promise<Struck> {
  const { house, book } = scene;
  const lanes = epochsOf(house, house.watch.lanesOf(process.pid));
  const since = performance.now();
  await process.kill();
  if (process.plan.service === 'gateway') {
    // there is one: whoever supervises it starts it again
    await process.start();
    const { at } = await book.next(() => true, GIVE_UP_MS);
    return { target: process.name, recoveredMs: at - since };
  }
  const recoveredMs = await goesOn(scene, lanes, since);
  await process.start();
  const owned = [...lanes.keys()].map(addressText).join(' ');
  return { target: `${process.name} (${owned || 'standby'})`, recoveredMs };
}

/** Kills every process of the house at once and starts all of them again. */
export async function killAll(scene: Scene): Promise<Struck> {
  const { house } = scene;
  const { cluster } = house.parts;
  const lanes = epochsOf(house, house.watch.addresses);
  await cluster.kill();
  const since = performance.now();
  const started = cluster.start();
  const [recoveredMs] = await Promise.all([goesOn(scene, lanes, since), started]);
  await cluster.untilOwned(START_MS);
  return { target: 'all services', recoveredMs };
}

/** Stops the owner of a lane until a standby has taken over, then lets it run on as a zombie. */
export async function freezeOwner(scene: Scene, address: Address): Promise<Struck> {
  const { house } = scene;
  const owner = house.ownerOf(address);
  if (!owner) throw new Error(`nobody owns ${addressText(address)}`);
  const lanes = epochsOf(house, house.watch.lanesOf(owner.pid));
  const since = performance.now();
  owner.signal('SIGSTOP');
  let recoveredMs: number;
  try {
    recoveredMs = await goesOn(scene, lanes, since);
  } finally {
    owner.signal('SIGCONT');
  }
  await untilStandby(house, address, owner);
  return { target: `${owner.name} (${addressText(address)})`, recoveredMs };
}

/** Resolves when that process says that it stands by for the lane. */
export function untilStandby(
  house: ChaosHouse,
  address: Address,
  process: ServiceProcess,
): Promise<void> {
  const what = `${process.name} does not stand down from ${addressText(address)}`;
  const isStandby = (): boolean => house.beatOf(address, process)?.status === 'standby';
  return until(what, isStandby, GIVE_UP_MS);
}

/** Kills a broker with SIGKILL; with three, writing must go on before it is started again. */
export async function killBroker({ house, book }: Scene, index: number): Promise<Struck> {
  const { kafka } = house.parts.stack;
  await kafka.kill(index);
  const since = performance.now();
  const isAlone = kafka.brokers.length === 1;
  if (isAlone) await kafka.restart(index);
  const acks = house.watch.addresses
    .filter(({ service }) => service === 'accounts')
    .map((address) => {
      const lane = addressText(address);
      return book.next(
        ({ placed }) => placed.receipts.some((each) => addressText(each as Address) === lane),
        GIVE_UP_MS,
      );
    });
  const times = (await Promise.all(acks)).map(({ at }) => at - since);
  if (!isAlone) await kafka.restart(index);
  return { target: `broker ${index + 1}`, recoveredMs: Math.max(...times) };
}

/** Of the services' appends one in `k` meets one of these faults in turn, until `count` did. */
export async function disturb(
  { house, book }: Scene,
  { k, count, faults }: { k: number; count: number; faults: readonly NetworkFault[] },
): Promise<Struck> {
  const { network } = house.parts;
  const wanted = network.suffered + count;
  network.everyOf(k, k * count, faults);
  await until('the network has too little to do', () => network.suffered >= wanted, GIVE_UP_MS);
  network.heal();
  const since = performance.now();
  const { at } = await book.next(() => true, GIVE_UP_MS);
  const target = `${count} appends of ${k * count} (${faults.join(', ')})`;
  return { target, recoveredMs: at - since };
}

/** What a run draws from, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'kill -9': (scene) => killProcess(scene, pick(scene.house.processes, scene.chance)),
  'kill -9 of all': killAll,
  'frozen owner': (scene) =>
    freezeOwner(scene, {
      service: pick(['accounts', 'custody', 'risk', 'liquidation'] as const, scene.chance),
      partition: Math.floor(scene.chance() * 2),
    }),
  'broker kill -9': (scene) =>
    killBroker(scene, Math.floor(scene.chance() * scene.house.parts.stack.kafka.brokers.length)),
  'lost acks': (scene) => {
    const k = 3 + Math.floor(scene.chance() * 8);
    return disturb(scene, { k, count: 12, faults: ['lost-ack', 'twin', 'lost'] });
  },
  'late requests': (scene) => disturb(scene, { k: 5, count: 3, faults: ['late'] }),
};
