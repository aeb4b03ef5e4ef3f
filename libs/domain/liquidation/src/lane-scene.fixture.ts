import type {
  Command,
  CommandOf,
  Event,
  EventOf,
  LaneDefinition,
  Order,
} from '@ringfence/contracts';
import {
  accountId,
  cross,
  EXCESS,
  SYSTEM,
  type Address,
  type AssetId,
  type BucketId,
  type CommandId,
  type Decision,
  type DomainId,
  type InstrumentId,
  type MemberId,
  type Service,
} from '@ringfence/kernel';
import { liquidationLane } from './lane.js';
import type { LiquidationState } from './state.js';

export const DOMAIN = 1 as DomainId;
export const USD = 1 as AssetId;
export const ETHER = 2 as AssetId;
export const PERP = 1 as InstrumentId;
export const BUCKET = cross(DOMAIN);
/** an ordinary client, its liquidity wall and the insurance of partition 0 */
export const CLIENT = accountId(0, 5);
export const WALL = accountId(0, 3);
export const INSURANCE = accountId(0, 4);
export const SALE_TICKS = 6;

type Any = (...values: never[]) => unknown;
type Table = { readonly [name: string]: Any | undefined };

/** One liquidation lane and the logs it reads, run by hand. */
export interface Scene {
  readonly state: LiquidationState;
  /** every own fact so far */
  readonly facts: Event[];
  readonly sent: { readonly to: Address; readonly message: Command }[];
  /** a fact of another lane: view, reactions and what they decide; returns the own facts of it */
  see(service: Service, event: Event): Event[];
  order(command: Command, order?: Partial<Order>): Decision<Event>;
  /** runs continuations to their end; returns how many there were */
  drain(): number;
}

/** @param partitions  clearing of domain 1 is this lane when there is one partition */
export function newScene(partition = 0, partitions = 1): Scene {
  const lane: LaneDefinition<LiquidationState> = liquidationLane;
  const state = lane.initial(partition, partitions);
  const facts: Event[] = [];
  const sent: Scene['sent'] = [];
  const seqs = new Map<Service, number>();
  const own: Address = { service: 'liquidation', partition };

  const order: Scene['order'] = (command, more = {}) => {
    const decider = (lane.deciders as Table)[command.type] as
      | ((command: Command, state: LiquidationState, order: Order) => Decision<Event>)
      | undefined;
    if (!decider) throw new Error(`no decider for ${command.type}`);
    const decision = decider(command, state, {
      id: null,
      by: SYSTEM,
      from: null,
      cause: null,
      ...more,
    });
    if (decision.accepted) decision.events.forEach(evolve);
    return decision;
  };
  function evolve(event: Event): void {
    facts.push(event);
    const local: Command[] = [];
    const mail = {
      send(to: Address, message: Command): void {
        sent.push({ to, message });
        if (to.service === own.service && to.partition === partition) local.push(message);
      },
    };
    const at = { ...own, seq: facts.length, ordinal: 0, time: 0 };
    const handler = (lane.evolve as Table)[event.type] as (...values: unknown[]) => void;
    handler(state, event, mail, at);
    for (const message of local) order(message, { from: own });
  }
  const see: Scene['see'] = (service, event) => {
    const seq = (seqs.get(service) ?? 0) + 1;
    seqs.set(service, seq);
    const at = { service, partition, seq, ordinal: 0, time: 0 };
    const before = facts.length;
    const view = (lane.views[service] as Table | undefined)?.[event.type];
    (view as ((...values: unknown[]) => void) | undefined)?.(state, event, at);
    const reaction = (lane.reactions[service] as Table | undefined)?.[event.type];
    const react = reaction as ((...values: unknown[]) => Command[]) | undefined;
    for (const command of react?.(event, state, at) ?? []) order(command, { cause: at });
    return facts.slice(before);
  };
  const drain = (): number => {
    let pieces = 0;
    for (let piece = lane.next(state); piece; piece = lane.next(state), pieces++) {
      const before = facts.length;
      order(piece);
      if (facts.length === before) throw new Error(`${piece.type} brought nothing forward`);
    }
    return pieces;
  };
  return { state, facts, sent, see, order, drain };
}

export const PARAMETERS: EventOf<'InstrumentParametersSet'>['parameters'] = {
  lambdaPpm: 0,
  multiplierPpm: 0,
  floorPpm: 1,
  capPpm: 1,
  stepPpm: 1,
  hysteresisPpm: 0,
  maintenancePpm: 500_000,
  callPpm: 750_000,
  releasePpm: 1_100_000,
  bandPpm: 50_000,
  tradeFeePpm: 0,
  closeOutFeePpm: 10_000,
  bufferPpm: 10_000,
  bookNotional: 1_000,
  depth: [
    { bps: 10, cumulativePpm: 100_000 },
    { bps: 50, cumulativePpm: 500_000 },
    { bps: 100, cumulativePpm: 1_000_000 },
  ],
};

/** A scene whose reference log holds one domain, a perpetual at 1,000 ticks and priced ether. */
export function listedScene(partition = 0, partitions = 1): Scene {
  const scene = newScene(partition, partitions);
  const see = (event: Event): unknown => scene.see('reference', event);
  const asset = { type: 'AssetListed' as const, caip: '', scale: 2, confirmations: 1 };
  see({ ...asset, asset: USD, symbol: 'USD', haircutPpm: 0, pricedBy: '' });
  see({ ...asset, asset: ETHER, symbol: 'ETH', scale: 3, haircutPpm: 200_000, pricedBy: 'PERP' });
  see({ type: 'DomainOpened', domain: DOMAIN, name: 'usd', settlement: USD });
  see({
    type: 'InstrumentListed',
    instrument: PERP,
    symbol: 'PERP',
    domain: DOMAIN,
    settlement: USD,
    unit: 1n,
    tickUnits: 100n,
    tickSteps: 1,
    tickScale: 0,
    lotSteps: 1,
    lotScale: 2,
  });
  const set = { type: 'InstrumentParametersSet' as const, instrument: PERP, version: 1 };
  see({ ...set, parameters: PARAMETERS });
  const house = { tickMaxMs: 1, frameValidMs: 1, callWindowMs: 1, approvals: 1 };
  const parameters = { ...house, saleTicks: SALE_TICKS };
  see({ type: 'HouseParametersSet', version: 1, parameters });
  see({
    type: 'FrameAccepted',
    frame: 1,
    time: 0,
    validUntil: 1,
    source: '',
    prices: [
      {
        instrument: PERP,
        price: 1_000,
        variance: 0,
        initialPpm: 100_000,
        maintenancePpm: 50_000,
        callPpm: 75_000,
        releasePpm: 110_000,
      },
    ],
  });
  return scene;
}

export const walled = (scene: Scene): Scene => {
  scene.see('accounts', accountOpened('liquidity'));
  scene.see('accounts', accountOpened('insurance'));
  return scene;
};
const accountOpened = (type: 'liquidity' | 'insurance'): EventOf<'AccountOpened'> => ({
  type: 'AccountOpened',
  account: type === 'liquidity' ? WALL : INSURANCE,
  member: 0 as MemberId,
  owner: '',
  class: type,
  domain: DOMAIN,
  reference: '',
});

export const tick = (number: number): EventOf<'Ticked'> => ({
  type: 'Ticked',
  tick: number,
  time: number,
  outageMs: 0,
  source: '',
});
export const credited = (
  account: typeof CLIENT,
  amount: bigint,
  asset: AssetId = USD,
): EventOf<'CollateralCredited'> => ({
  type: 'CollateralCredited',
  account,
  asset,
  amount,
  deposit: 1,
});
export const moved = (amount: bigint, asset: AssetId): EventOf<'CollateralMoved'> => ({
  type: 'CollateralMoved',
  reservation: 0,
  account: CLIENT,
  source: EXCESS,
  target: BUCKET,
  asset,
  amount,
});

/** An evaluation of a bucket long `lots` of the perpetual, seen at `accountsSeq`. */
export function evaluated(
  lots: number,
  equity: bigint,
  more: Partial<EventOf<'MarginEvaluated'>> = {},
): EventOf<'MarginEvaluated'> {
  const held = BigInt(Math.abs(lots)) * 1_000n;
  const line = { instrument: PERP, lots, worst: lots, mark: 1_000, pnl: 0n };
  const maintenance = held / 20n;
  const initial = held / 10n;
  return {
    type: 'MarginEvaluated',
    account: CLIENT,
    bucket: BUCKET,
    level: equity < maintenance ? 'breached' : equity < initial ? 'called' : 'healthy',
    lines: lots === 0 ? [] : [{ ...line, initial, maintenance }],
    collateral: 0n,
    debt: 0n,
    equity,
    free: equity,
    maintenance,
    call: maintenance,
    initial,
    release: initial,
    delta: 0n,
    liquidationPrice: null,
    accountsSeq: 0,
    frame: 1,
    inputs: 0n,
    ...more,
  };
}
const ofClient = { account: CLIENT, bucket: BUCKET as BucketId, frame: 1 };
export const breached = (account = CLIENT): EventOf<'MaintenanceBreached'> => ({
  type: 'MaintenanceBreached',
  ...ofClient,
  account,
  equity: 0n,
  maintenance: 1n,
});
export const called = (call: number): EventOf<'MarginCalled'> => ({
  type: 'MarginCalled',
  ...ofClient,
  call,
  amount: 1n,
  deadline: 1,
});
export const lapsed = (): EventOf<'CallLapsed'> => ({ type: 'CallLapsed', call: 1, ...ofClient });
export const callMet = (): EventOf<'CallMet'> => ({ type: 'CallMet', call: 1, ...ofClient });
export const cured = (): EventOf<'BucketCured'> => ({ type: 'BucketCured', ...ofClient });

const TRADE = 'x'.repeat(16) as CommandId;
export const applied = (
  slice: number,
  lots: number,
  more: Partial<EventOf<'LegApplied'>> = {},
): EventOf<'LegApplied'> => ({
  type: 'LegApplied',
  reservation: 1,
  trade: TRADE,
  purpose: 'slice',
  slice,
  account: CLIENT,
  bucket: BUCKET,
  instrument: PERP,
  lots,
  price: 999,
  cost: BigInt(lots) * 999n,
  asset: USD,
  fee: 0n,
  feeReturned: 0n,
  tag: 0,
  ...more,
});
export const released = (slice: number): EventOf<'LegReleased'> => ({
  type: 'LegReleased',
  reservation: 1,
  trade: TRADE,
  purpose: 'slice',
  slice,
  account: CLIENT,
  bucket: BUCKET,
  instrument: PERP,
  asset: USD,
  fee: 0n,
  reason: 'below-initial',
});
export const varied = (
  more: Partial<EventOf<'VariationSettled'>>,
): EventOf<'VariationSettled'> => ({
  type: 'VariationSettled',
  domain: DOMAIN,
  round: 1,
  account: CLIENT,
  bucket: BUCKET,
  asset: USD,
  variation: 0n,
  funding: 0n,
  dueBefore: 0n,
  debtBefore: 0n,
  claim: 0n,
  collected: 0n,
  debt: 0n,
  deficit: 0n,
  ...more,
});
export const roundApplied = (round: number): EventOf<'RoundApplied'> => ({
  type: 'RoundApplied',
  domain: DOMAIN,
  round,
});
export const roundOpened = (round: number): EventOf<'RoundOpened'> => ({
  type: 'RoundOpened',
  domain: DOMAIN,
  round,
  frame: 1,
  cause: 'schedule',
  marks: [{ instrument: PERP, price: 1_000, fundingPerLot: 0 }],
  collateral: [],
});
export const fromAccounts = (partition: number): Partial<Order> => ({
  from: { service: 'accounts', partition },
});
export const report = (
  round: number,
  more: Partial<CommandOf<'RoundReport'>> = {},
): CommandOf<'RoundReport'> => ({
  type: 'RoundReport',
  domain: DOMAIN,
  round,
  collected: 0n,
  claims: 0n,
  debts: 0n,
  deficits: 0n,
  insurance: 0n,
  failed: [],
  failing: [],
  candidates: [],
  ...more,
});
/** The types of facts, in order: what a story is told by. */
export const types = (facts: readonly Event[]): string[] => facts.map(({ type }) => type);
