import type { Command } from '@ringfence/contracts';
import { SYSTEM, type Address, type AssetId } from '@ringfence/kernel';
import {
  foldLane,
  NO_SNAPSHOTS,
  packCommands,
  takeSnapshot,
  unpackCommands,
  type Answer,
} from '@ringfence/lane';
import { SimulatedHouse, type AnyDefinition } from './index.js';
import { clockLane, START, toyAccount, toyLane, type Toy } from './toy.fixture.js';

const CLOCK: Address = { service: 'reference', partition: 0 };
const FAULTS = {
  'lost-ack': 0.05,
  'lost-append': 0.05,
  'late-twin': 0.05,
  duplicate: 0.05,
  delayed: 0.05,
  'failed-read': 0.03,
  'partial-read': 0.1,
};
const definitions = [clockLane, toyLane] as unknown as AnyDefinition[];

const make = (seed: number, partitions = 3): SimulatedHouse =>
  new SimulatedHouse({
    seed,
    partitions,
    definitions,
    journal: FAULTS,
    packets: { lost: 0.1, repeated: 0.1 },
    snapshots: true,
    idsPerGeneration: 8,
  });

const transfer = (house: SimulatedHouse, partitions: number): Command => ({
  type: 'TransferCollateral',
  from: toyAccount(house.chance.below(partitions), house.chance.below(4)),
  to: toyAccount(house.chance.below(partitions), house.chance.below(4)),
  asset: 1 as AssetId,
  amount: BigInt(house.chance.between(1, 600)),
});
const toyOf = (partition: number): Address => ({ service: 'accounts', partition });

/** Ends all faults and lets the house come to rest, ticking so that lost packets are sent again. */
async function settle(house: SimulatedHouse): Promise<void> {
  for (const address of house.addresses()) house.resume(address);
  house.exchange.faults = { lost: 0, repeated: 0 };
  for (let round = 0; round < 60; round++) {
    await house.exhaust();
    house.tend();
    house.askAgain();
    await house.exhaust();
    if (round % 2 === 0)
      house.order(CLOCK, { type: 'Tick', time: 1_000_000 + round, source: 'test' }, SYSTEM);
    const lanes = house.addresses().map((address) => house.lane(address));
    if (
      round > 20 &&
      house.orders.every(({ answer, conflict }) => answer ?? conflict) &&
      lanes.every((lane) => lane?.unacked === 0)
    )
      return;
  }
  throw new Error('did not settle');
}

async function run(seed: number, steps = 150): Promise<SimulatedHouse> {
  const house = make(seed);
  house.startAll();
  for (let step = 0; step < steps; step++) {
    const dice = house.chance.real();
    const somewhere = house.chance.pick(house.addresses());
    if (dice < 0.6) {
      const command = transfer(house, 3);
      if (command.type === 'TransferCollateral')
        house.order(toyOf(command.from % 1024), command, SYSTEM);
    } else if (dice < 0.7)
      house.order(CLOCK, { type: 'Tick', time: step + 1, source: 'test' }, SYSTEM);
    else if (dice < 0.75) house.crash(somewhere);
    else if (dice < 0.8) house.start(somewhere);
    else if (dice < 0.85) house.pause(somewhere);
    else if (dice < 0.92) house.resume(somewhere);
    else house.askAgain();
    await house.run(house.chance.below(40));
    house.tend();
  }
  await settle(house);
  return house;
}

const total = (house: SimulatedHouse): bigint => {
  let sum = 0n;
  for (let p = 0; p < 3; p++) {
    const toy = house.lane(toyOf(p))?.state as unknown as Toy;
    for (const count of toy.counters.values()) sum += count - START;
    for (const { amount } of toy.reserved.values()) sum += amount;
  }
  return sum;
};

describe('lanes of a toy counter under any order, loss, repetition and crash', () => {
  it('lose nothing, double nothing and answer everything (LANE-001)', async () => {
    let sealed = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const house = await run(seed);
      expect([seed, total(house)]).toEqual([seed, 0n]);
      sealed += house.ids.files.size;
    }
    expect(sealed).toBeGreaterThan(25);
  });

  it('stand the same after replay from zero and from a snapshot (LANE-002)', async () => {
    const house = await run(77);
    for (const address of house.addresses()) {
      const options = {
        definition: house.definitionOf(address),
        partition: address.partition,
        partitions: 3,
        journal: house.journal,
        snapshots: house.snapshots,
        seed: 1,
        wait: async () => undefined,
      };
      const head = takeSnapshot(options);
      await house.exhaust();
      const taken = await head;
      const folded = foldLane({ ...options, snapshots: NO_SNAPSHOTS });
      await house.exhaust();
      const { core, head: end } = await folded;
      expect(end.hash).toBe(taken.hash);
      expect(core.digest()).toBe(
        house
          .definitionOf(address)
          .digest(house.lane(address)?.state as never)
          .toString(16),
      );
      house.crash(address);
      house.start(address);
    }
    await settle(house);
    expect(total(house)).toBe(0n);
  });

  it('repeat exactly under the same seed (LANE-003)', async () => {
    const heads = async (): Promise<unknown> => {
      const house = await run(5);
      return house.addresses().map((address) => house.lane(address)?.head);
    };
    expect(await heads()).toEqual(await heads());
  });

  it('give the first answer again, and a conflict for other content (LANE-004)', async () => {
    const house = make(1, 1);
    house.startAll();
    await house.exhaust();
    const command = transfer(house, 1);
    const first = house.order(toyOf(0), command, SYSTEM);
    await settle(house);
    const again = house.order(toyOf(0), command, SYSTEM, first.id);
    const other = house.order(toyOf(0), { ...command, amount: 1n } as Command, SYSTEM, first.id);
    await settle(house);
    expect(again.answer?.receipt).toEqual(first.answer?.receipt);
    expect(again.answer?.repeated).toBe(true);
    expect(other.conflict).toBe(true);
  });

  it('let a client command fault alone, wherever it broke (LANE-005)', async () => {
    const house = make(2, 2);
    house.startAll();
    await house.exhaust();
    const orders = [13n, 5n, 667n, 7n].map((amount) =>
      house.order(
        toyOf(0),
        { ...transfer(house, 1), amount, from: toyAccount(0, 0), to: toyAccount(0, 1) } as Command,
        SYSTEM,
      ),
    );
    await settle(house);
    expect(orders.map(({ answer }) => answer?.decided.outcome.kind)).toEqual([
      'faulted',
      'accepted',
      'faulted',
      'accepted',
    ]);
    // the fold that was made anew decided them a second time, and no record counts twice
    expect(house.lane(toyOf(0))?.counts).toEqual({ repeated: 0, faulted: 2, quarantined: 0 });
  });

  it('quarantine bytes that are no command, with their hash, and go on (LANE-007)', async () => {
    const house = make(4, 1);
    house.startAll();
    await house.exhaust();
    const order = { id: house.newId(), by: SYSTEM, command: transfer(house, 1) };
    const good = packCommands('a gateway', [order]);
    const answers: Answer[] = [];
    const commands = [good.subarray(0, -1), good].flatMap(unpackCommands);
    const submit = (): unknown =>
      house.lane(toyOf(0))?.submit(commands, (all) => answers.push(...all));
    submit();
    await house.exhaust();
    submit();
    await house.exhaust();
    const kinds = answers.map((one) => one.kind === 'answered' && one.decided.outcome.kind);
    expect(kinds).toEqual(['quarantined', 'accepted', 'quarantined', 'accepted']);
    expect(house.lane(toyOf(0))?.counts).toEqual({ repeated: 2, faulted: 0, quarantined: 1 });
  });

  it('set aside a command that no record can hold, and go on (LANE-028)', async () => {
    const house = make(5, 1);
    house.startAll();
    await house.exhaust();
    const before = house.lane(toyOf(0))?.head.seq ?? 0;
    const vast = { ...transfer(house, 1), amount: 10n ** 60n } as Command;
    const commands = [transfer(house, 1), vast, transfer(house, 1)].map((command) => ({
      id: house.newId(),
      by: SYSTEM,
      command,
    }));
    const answers: Answer[] = [];
    const submit = (): unknown =>
      house.lane(toyOf(0))?.submit(commands, (all) => answers.push(...all));
    submit();
    await house.exhaust();
    submit();
    await house.exhaust();
    const kinds = answers.map((one) => one.kind === 'answered' && one.decided.outcome.kind);
    const once = ['accepted', 'quarantined', 'accepted'];
    expect(kinds).toEqual([...once, ...once]);
    expect(house.lane(toyOf(0))?.counts).toEqual({ repeated: 3, faulted: 0, quarantined: 1 });
    expect(house.lane(toyOf(0))?.head.seq).toBeGreaterThan(before);
    await settle(house);
  });

  it('stop at a fault on a foreign offer, and go on with a mended build (LANE-006)', async () => {
    const house = make(3, 2);
    house.startAll();
    await house.exhaust();
    house.order(
      toyOf(0),
      {
        ...transfer(house, 1),
        amount: 666n,
        from: toyAccount(0, 0),
        to: toyAccount(1, 1),
      } as Command,
      SYSTEM,
    );
    for (let i = 0; i < 20 && house.lane(toyOf(1)); i++) {
      await house.exhaust();
      house.order(CLOCK, { type: 'Tick', time: i + 1, source: 'test' }, SYSTEM);
    }
    expect(() => house.tend()).toThrow('a broken decider');
  });
});
