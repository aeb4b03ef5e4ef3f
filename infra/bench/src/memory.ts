import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { At, Event } from '@ringfence/contracts';
import { FIRST_ACCOUNT_INDEX } from '@ringfence/contracts';
import { accountsLane, type AccountsState } from '@ringfence/domain-accounts';
import { accountId, cross, EXCESS, type CommandId, type MemberId } from '@ringfence/kernel';
import { IdTable } from '@ringfence/lane';
import { sized, type Bench, type Report, type Scale } from './bench.js';
import { Ids } from './ids.js';
import { DOMAIN, listed, MEMBER, PERP, UNIT, USDT } from './market.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that stay in use. */
function inUse(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

type Fold = (state: AccountsState, event: Event, mail: { send: () => void }, at: At) => void;
const NOWHERE = { send: () => undefined };
const AT: At = { service: 'accounts', partition: 0, seq: 1, ordinal: 0, time: 0 };

/** Puts events into a state as a replay would. */
function fold(state: AccountsState, events: readonly Event[]): void {
  for (const event of events) {
    (accountsLane.evolve[event.type] as Fold)(state, event, NOWHERE, AT);
  }
}
function see(state: AccountsState, events: readonly Event[]): void {
  for (const event of events) {
    const view = accountsLane.views.reference?.[event.type] as
      | ((s: AccountsState, e: Event, at: At) => void)
      | undefined;
    view?.(state, event, AT);
  }
}

/** An account with money in `excess` and in a cross bucket, and one position in it. */
function furnished(index: number): Event[] {
  const account = accountId(0, FIRST_ACCOUNT_INDEX + index);
  const trade = String.fromCharCode(...new Uint8Array(16)) as CommandId;
  const bucket = cross(DOMAIN);
  const leg = { trade, purpose: 'trade' as const, slice: 0, instrument: PERP, lots: 5 };
  const amount = 10n ** 18n + BigInt(index);
  return [
    {
      type: 'AccountOpened',
      account,
      member: MEMBER,
      owner: `owner ${index}`,
      class: 'client-individual',
      domain: null,
      reference: '',
    },
    { type: 'CollateralCredited', account, asset: USDT, amount: 2n * amount, deposit: index },
    {
      type: 'CollateralMoved',
      reservation: 0,
      account,
      source: EXCESS,
      target: bucket,
      asset: USDT,
      amount,
    },
    {
      type: 'LegReserved',
      ...leg,
      reservation: index + 1,
      account,
      bucket,
      price: 100,
      round: 0,
      offers: true,
      against: accountId(0, 0),
      againstBucket: bucket,
      asset: USDT,
      fee: 1n,
      partition: 0,
      offer: index + 1,
      venue: 2 as MemberId,
    },
    {
      type: 'LegApplied',
      ...leg,
      reservation: index + 1,
      account,
      bucket,
      price: 100 + (index % 9),
      cost: 5n * BigInt(100 + (index % 9)) * UNIT * 10n ** 12n,
      asset: USDT,
      fee: 1n,
      feeReturned: 0n,
      tag: 0,
    },
  ];
}

function accounts(scale: Scale, to: Report): void {
  const count = sized(scale, 100_000, 100);
  const state = accountsLane.initial(0, 1);
  see(state, listed(1));
  see(state, [
    { type: 'DomainOpened', domain: DOMAIN, name: 'linear', settlement: USDT },
    {
      type: 'InstrumentListed',
      instrument: PERP,
      symbol: 'PERP',
      domain: DOMAIN,
      settlement: USDT,
      unit: UNIT,
      tickUnits: 1n,
      tickSteps: 1,
      tickScale: 0,
      lotSteps: 1,
      lotScale: 0,
    },
  ]);
  const before = inUse();
  for (let i = 0; i < count; i++) {
    const events = furnished(i);
    fold(state, events);
  }
  accountsLane.digest(state);
  to.add({
    name: 'memory.account',
    value: (inUse() - before) / state.accounts.length,
    unit: 'bytes',
    target: { goal: 450, floor: 800 },
    detail: { accounts: state.accounts.length },
  });
}

/** Ids between two looks at the clock: those of one full record. */
const BATCH = 1000;

function ids(scale: Scale, to: Report): void {
  const count = sized(scale, 5_000_000, 20_000);
  const made = new Ids(3);
  const before = inUse();
  const table = new IdTable(1);
  const pauses: number[] = [];
  for (let done = 0; done < count; done += BATCH) {
    const batch = Array.from({ length: BATCH }, () => made.next());
    const from = process.threadCpuUsage();
    for (const id of batch) table.add(id, done + 1);
    const { user, system } = process.threadCpuUsage(from);
    pauses.push((user + system) / 1000);
  }
  to.add({
    name: 'memory.id',
    value: (inUse() - before) / count,
    unit: 'bytes',
    target: { goal: 20, floor: 36 },
    detail: { ids: table.size },
  });
  to.add({
    name: 'pause.growing-table',
    value: Math.max(...pauses),
    unit: 'ms of the thread per 1,000 ids',
    target: { goal: 5, floor: 20 },
    detail: { above2: pauses.filter((ms) => ms > 2).length, batches: pauses.length },
  });
}

/** What an account and a remembered id take, and how long the table of ids stops to grow. */
export const memory: Bench = {
  name: 'memory',
  async run(scale, to) {
    accounts(scale, to);
    ids(scale, to);
  },
};
