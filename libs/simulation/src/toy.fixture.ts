import { defineLane, type Command, type Event, type LaneDefinition } from '@ringfence/contracts';
import {
  accept,
  accountId,
  digestOf,
  partitionOf,
  reject,
  type AccountId,
  type AssetId,
} from '@ringfence/kernel';

/**
 * Counters that pass units to each other over the transfer messages: the smallest lane with a
 * channel, a view and long work.
 */
export interface Toy {
  partition: number;
  counters: Map<AccountId, bigint>;
  reserved: Map<number, { from: AccountId; amount: bigint }>;
  reservations: number;
  /** ticks seen in the reference log, of which so many were worked off */
  ticks: number;
  worked: number;
}

const ASSET = 1 as AssetId;
const add = (toy: Toy, account: AccountId, amount: bigint): void =>
  void toy.counters.set(account, (toy.counters.get(account) ?? 0n) + amount);

/** Every account starts with this many. */
export const START = 1000n;
export const toyAccount = (partition: number, index: number): AccountId =>
  accountId(partition, index + 3);

export const toyLane: LaneDefinition<Toy> = defineLane<Toy>({
  service: 'accounts',
  foldVersion: 1,
  initial: (partition) => ({
    partition,
    counters: new Map(),
    reserved: new Map(),
    reservations: 0,
    ticks: 0,
    worked: 0,
  }),
  deciders: {
    TransferCollateral: (command, toy) => {
      if (command.amount === 13n) throw new Error('thirteen');
      if ((toy.counters.get(command.from) ?? START) < command.amount)
        return reject('insufficient-available');
      return accept<Event>({
        type: 'TransferReserved',
        reservation: toy.reservations + 1,
        from: command.from,
        to: command.to,
        asset: ASSET,
        amount: command.amount,
        round: 0,
        domain: null,
      });
    },
    TransferOffer: (command, _toy, order) => {
      if (command.amount === 666n) throw new Error('a broken decider');
      const { reservation, from, to, asset, amount, round, domain } = command;
      const partition = order.from?.partition ?? 0;
      return accept<Event>({
        type: 'TransferAccepted',
        partition,
        reservation,
        from,
        to,
        asset,
        amount,
        round,
        domain,
      });
    },
    TransferAnswer: (command, toy) => {
      const held = toy.reserved.get(command.reservation);
      if (!held) return accept();
      const { reservation } = command;
      return accept<Event>({
        type: 'TransferSettled',
        reservation,
        from: held.from,
        to: held.from,
        asset: ASSET,
        amount: held.amount,
      });
    },
    SettleBuckets: (command) =>
      accept<Event>({ type: 'RoundApplied', domain: command.domain, round: command.round }),
  },
  evolve: {
    TransferReserved: (toy, e, mail) => {
      if (!toy.counters.has(e.from)) toy.counters.set(e.from, START);
      add(toy, e.from, -e.amount);
      toy.reservations = e.reservation;
      toy.reserved.set(e.reservation, { from: e.from, amount: e.amount });
      const { reservation, from, to, asset, amount, round, domain } = e;
      const offer = {
        reservation,
        from,
        to,
        asset,
        amount,
        round,
        domain,
        member: 0,
        owner: '',
        class: 'house',
      };
      mail.send({ service: 'accounts', partition: partitionOf(to) }, {
        type: 'TransferOffer',
        ...offer,
      } as Command);
    },
    TransferAccepted: (toy, e, mail) => {
      if (e.amount === 667n) throw new Error('a broken fold');
      if (!toy.counters.has(e.to)) toy.counters.set(e.to, START);
      add(toy, e.to, e.amount);
      const { reservation } = e;
      mail.send(
        { service: 'accounts', partition: e.partition },
        { type: 'TransferAnswer', reservation, accepted: true, reason: '' },
      );
    },
    TransferRefused: () => undefined,
    TransferSettled: (toy, e) => void toy.reserved.delete(e.reservation),
    RoundApplied: (toy, e) => void (toy.worked = e.round),
  },
  views: { reference: { Ticked: (toy) => void toy.ticks++ } },
  reactions: {},
  next: (toy) =>
    toy.worked < toy.ticks
      ? ({ type: 'SettleBuckets', domain: 1, round: toy.worked + 1 } as Command)
      : null,
  digest: (toy) => digestOf([toy.counters, toy.reserved, toy.reservations, toy.worked]),
  reducing: new Set(),
});

/** Time alone. */
export const clockLane: LaneDefinition<{ ticks: number }> = defineLane<{ ticks: number }>({
  service: 'reference',
  foldVersion: 1,
  initial: () => ({ ticks: 0 }),
  deciders: {
    Tick: (command, clock) =>
      accept<Event>({
        type: 'Ticked',
        tick: clock.ticks + 1,
        time: command.time,
        outageMs: 0,
        source: command.source,
      }),
  },
  evolve: { Ticked: (clock, e) => void (clock.ticks = e.tick) },
  views: {},
  reactions: {},
  next: () => null,
  digest: (clock) => BigInt(clock.ticks),
  reducing: new Set(),
});
