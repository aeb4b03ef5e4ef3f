import type { At, Command, Decide, Event, EventOf, Reaction, View } from '@ringfence/contracts';
import {
  SYSTEM,
  accountId,
  cross,
  isolated,
  type AccountId,
  type AssetId,
  type BucketId,
  type CommandId,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { riskLane } from './lane.js';
import type { RiskState } from './state.js';

export const USD = 1 as AssetId;
export const COIN = 2 as AssetId;
export const DOMAIN = 1 as DomainId;
export const BTC = 1 as InstrumentId;
export const ETH = 2 as InstrumentId;
/** Listed, and never priced unless a test does it. */
export const SOL = 3 as InstrumentId;
export const ALICE = accountId(0, 3);
export const BOB = accountId(0, 4);
export const ISOLATED = isolated(BTC);
export const CROSS = cross(DOMAIN);
/** A window of ten minutes to meet a call. */
export const WINDOW_MS = 600_000;
export const VALID_MS = 1_000_000;

type Entry =
  | { readonly own: Event; readonly at: At }
  | { readonly own: null; readonly event: Event; readonly at: At };

/** A lane of risk on its desk: what it reads is put in front of it, what it writes is kept. */
export class Desk {
  state: RiskState = riskLane.initial(0, 1);
  readonly entries: Entry[] = [];
  readonly written: Event[] = [];
  #seq = 0;

  /** Reads one record, reacts to every event of it, then does what waits. */
  read(service: 'accounts' | 'reference', ...events: Event[]): Event[] {
    const from = this.written.length;
    this.take(service, ...events);
    this.drain();
    return this.written.slice(from);
  }
  /** Reads without doing what waits. */
  take(service: 'accounts' | 'reference', ...events: Event[]): void {
    const seq = ++this.#seq;
    events.forEach((event, ordinal) => {
      const at: At = { service, partition: 0, seq, ordinal, time: this.state.market.now };
      this.entries.push({ own: null, event, at });
      view(this.state, event, at);
      const reactions = riskLane.reactions[service] as Reactions | undefined;
      const reaction = reactions?.[event.type];
      for (const command of reaction?.(event, this.state, at) ?? []) this.do(command);
    });
  }
  drain(): void {
    for (let command = riskLane.next(this.state); command; command = riskLane.next(this.state)) {
      this.do(command);
    }
  }
  do(command: Command): Event[] {
    const decide = (riskLane.deciders as unknown as Deciders)[command.type];
    const order = { id: null, by: SYSTEM, from: null, cause: null };
    const decision = decide?.(command, this.state, order);
    if (!decision?.accepted) throw new Error(`${command.type} was not accepted`);
    const at: At = { service: 'risk', partition: 0, seq: ++this.#seq, ordinal: 0, time: 0 };
    for (const event of decision.events) {
      this.entries.push({ own: event, at });
      this.written.push(event);
      fold(this.state, event, at);
    }
    return [...decision.events];
  }
  of<Name extends Event['type']>(type: Name): EventOf<Name>[] {
    return this.written.filter((event): event is EventOf<Name> => event.type === type);
  }
  last<Name extends Event['type']>(type: Name): EventOf<Name> {
    const found = this.of(type).at(-1);
    if (!found) throw new Error(`no ${type}`);
    return found;
  }
}

type Reactions = Record<string, Reaction<RiskState, Event> | undefined>;
type Deciders = Record<string, Decide<Command, RiskState> | undefined>;

export function view(state: RiskState, event: Event, at: At): void {
  const views = riskLane.views[at.service] as Record<string, View<RiskState, Event> | undefined>;
  views[event.type]?.(state, event, at);
}
export function fold(state: RiskState, event: Event, at: At, lane = riskLane): void {
  const handlers = lane.evolve as Record<
    string,
    undefined | ((s: RiskState, e: Event, mail: { send: () => void }, at: At) => void)
  >;
  const handler = handlers[event.type];
  if (!handler) throw new Error(`nobody folds ${event.type}`);
  handler(state, event, { send: () => undefined }, at);
}

/** A later price of one instrument, rates as they are by default. */
export interface Quote {
  readonly instrument?: InstrumentId;
  readonly price: number;
  readonly initialPpm?: number;
}
let frames = 0;
export function frame(quotes: readonly Quote[], time = 0): EventOf<'FrameAccepted'> {
  frames += 1;
  const prices = quotes.map(({ instrument = BTC, price, initialPpm = 60_000 }) => ({
    instrument,
    price,
    variance: 0,
    initialPpm,
    callPpm: initialPpm - 5_000,
    maintenancePpm: initialPpm - 10_000,
    releasePpm: initialPpm + 10_000,
  }));
  const validUntil = time + VALID_MS;
  return { type: 'FrameAccepted', frame: frames, time, validUntil, source: 'test', prices };
}
export const tick = (time: number, outageMs = 0): EventOf<'Ticked'> => ({
  type: 'Ticked',
  tick: time,
  time,
  outageMs,
  source: 'test',
});

/** USD settles; BTC at unit 1, ETH at unit 10; COIN (scale 2, haircut 10 %) is priced by BTC. */
export function listed(): Event[] {
  const asset = (
    id: AssetId,
    symbol: string,
    scale: number,
    haircutPpm: number,
    pricedBy: string,
  ) =>
    ({
      type: 'AssetListed',
      asset: id,
      caip: symbol,
      symbol,
      scale,
      haircutPpm,
      confirmations: 1,
      pricedBy,
    }) as const;
  const instrument = (id: InstrumentId, symbol: string, unit: bigint) =>
    ({
      type: 'InstrumentListed',
      instrument: id,
      symbol,
      domain: DOMAIN,
      settlement: USD,
      unit,
      tickUnits: 100n,
      tickSteps: 1,
      tickScale: 0,
      lotSteps: 1,
      lotScale: 0,
    }) as const;
  const parameters = {
    tickMaxMs: 1_000,
    frameValidMs: VALID_MS,
    callWindowMs: WINDOW_MS,
    saleTicks: 3,
    approvals: 2,
  };
  return [
    asset(USD, 'USD', 6, 0, ''),
    asset(COIN, 'COIN', 2, 100_000, 'BTC'),
    { type: 'DomainOpened', domain: DOMAIN, name: 'linear', settlement: USD },
    instrument(BTC, 'BTC', 1n),
    instrument(ETH, 'ETH', 10n),
    instrument(SOL, 'SOL', 1n),
    { type: 'HouseParametersSet', version: 1, parameters },
  ];
}

/**
 * A house with prices: BTC at 1,000 ticks, ETH at 100 ticks of unit 10; rates 5, 5.5, 6 and 7
 * percent.
 */
export function opened(): Desk {
  const desk = new Desk();
  desk.read('reference', ...listed(), frame([{ price: 1_000 }, { instrument: ETH, price: 100 }]));
  return desk;
}

const TRADE = '0123456789abcdef' as CommandId;
export interface LegShape {
  readonly reservation: number;
  readonly lots: number;
  readonly price?: number;
  readonly instrument?: InstrumentId;
  readonly account?: AccountId;
  readonly bucket?: BucketId;
  readonly fee?: bigint;
  readonly purpose?: 'trade' | 'slice' | 'adl';
  readonly offers?: boolean;
  readonly tag?: number;
}
const whose = (leg: LegShape) => ({
  account: leg.account ?? ALICE,
  bucket: leg.bucket ?? ISOLATED,
  instrument: leg.instrument ?? BTC,
  reservation: leg.reservation,
  trade: TRADE,
  purpose: leg.purpose ?? 'trade',
  slice: 0,
});
export const legReserved = (leg: LegShape): EventOf<'LegReserved'> => ({
  type: 'LegReserved',
  ...whose(leg),
  round: 0,
  offers: leg.offers ?? leg.lots > 0,
  against: BOB,
  againstBucket: ISOLATED,
  lots: leg.lots,
  price: leg.price ?? 1_000,
  asset: USD,
  fee: leg.fee ?? 0n,
  partition: 0,
  offer: leg.reservation,
  venue: 1 as MemberId,
});
export function legApplied(leg: LegShape): EventOf<'LegApplied'> {
  const { lots, price = 1_000, fee = 0n, tag = 0 } = leg;
  const unit = leg.instrument === ETH ? 10n : 1n;
  const cost = BigInt(lots) * BigInt(price) * unit;
  const money = { asset: USD, fee, feeReturned: 0n };
  return { type: 'LegApplied', ...whose(leg), lots, price, cost, ...money, tag };
}
export const legReleased = (leg: LegShape): EventOf<'LegReleased'> => ({
  type: 'LegReleased',
  ...whose(leg),
  asset: USD,
  fee: leg.fee ?? 0n,
  reason: 'gone',
});

export interface MoveShape {
  readonly amount: bigint;
  readonly account?: AccountId;
  readonly bucket?: BucketId;
  readonly asset?: AssetId;
}
const EXCESS_ID = 0 as BucketId;
/** Collateral out of excess into a margin bucket. */
export const paidIn = (move: MoveShape): EventOf<'CollateralMoved'> => ({
  type: 'CollateralMoved',
  reservation: 0,
  account: move.account ?? ALICE,
  source: EXCESS_ID,
  target: move.bucket ?? ISOLATED,
  asset: move.asset ?? USD,
  amount: move.amount,
});
const outOf = (reservation: number, move: MoveShape) => ({
  reservation,
  account: move.account ?? ALICE,
  source: move.bucket ?? ISOLATED,
  asset: move.asset ?? USD,
  amount: move.amount,
});
export const moveReserved = (reservation: number, move: MoveShape): EventOf<'MoveReserved'> => ({
  type: 'MoveReserved',
  ...outOf(reservation, move),
  target: EXCESS_ID,
});
export const moveReleased = (reservation: number, move: MoveShape): EventOf<'MoveReleased'> => ({
  type: 'MoveReleased',
  ...outOf(reservation, move),
  reason: 'gone',
});
export const movedOut = (reservation: number, move: MoveShape): EventOf<'CollateralMoved'> => ({
  type: 'CollateralMoved',
  ...outOf(reservation, move),
  target: EXCESS_ID,
});

/** A position that came into a bucket some time ago, without going through the gate again. */
export const holds = (leg: Omit<LegShape, 'reservation'>): EventOf<'LegApplied'> =>
  legApplied({ reservation: 900_000, ...leg });

export const roundJoined = (
  round: number,
  marks: readonly { readonly instrument: InstrumentId; readonly price: number }[],
): EventOf<'RoundJoined'> => ({
  type: 'RoundJoined',
  domain: DOMAIN,
  round,
  marks: marks.map((mark) => ({ ...mark, fundingPerLot: 0 })),
  collateral: [],
});
export const settled = (
  round: number,
  outcome: Partial<EventOf<'VariationSettled'>>,
): EventOf<'VariationSettled'> => ({
  type: 'VariationSettled',
  domain: DOMAIN,
  round,
  account: ALICE,
  bucket: ISOLATED,
  asset: USD,
  variation: 0n,
  funding: 0n,
  dueBefore: 0n,
  debtBefore: 0n,
  claim: 0n,
  collected: 0n,
  debt: 0n,
  deficit: 0n,
  ...outcome,
});
export const opensAccount = (
  account: AccountId,
  kind: EventOf<'AccountOpened'>['class'],
): EventOf<'AccountOpened'> => ({
  type: 'AccountOpened',
  account,
  member: 1 as MemberId,
  owner: 'o',
  class: kind,
  domain: null,
  reference: 'r',
});
