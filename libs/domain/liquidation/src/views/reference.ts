import type { EventOf, View } from '@ringfence/contracts';
import { present, type AssetId, type DomainId, type InstrumentId } from '@ringfence/kernel';
import type { LiquidationState } from '../state.js';
import { noteOver, notePortfolioRules, noteTerms, noteVolatilities } from './dated.js';

type Parameters = EventOf<'InstrumentParametersSet'>['parameters'];
export type AuctionRules = Pick<EventOf<'AuctionRulesSet'>, 'version' | 'auction'>;
export type RiskRules = EventOf<'RiskRulesSet'>['rules'];

/** An instrument as far as closing it out needs it. */
export interface InstrumentView {
  readonly domain: DomainId;
  readonly settlement: AssetId;
  /** settlement units per lot and tick */
  readonly unit: bigint;
  /** settlement units of one tick for one whole base unit: what prices collateral */
  readonly tickUnits: bigint;
  /** newest used price in ticks, 0 before the first */
  price: number;
  /** initial rate in force, 0 before the first price */
  initialPpm: number;
  parameters: Parameters | null;
}
interface AssetView {
  readonly scale: number;
  readonly haircutPpm: number;
  /** symbol of the instrument that prices it; empty for a settlement asset */
  readonly pricedBy: string;
}

/** What the reference log says, as far as close-outs and rounds need it. */
export interface ReferenceView {
  /** number of the last tick */
  tick: number;
  frame: number;
  /** ticks after which collateral that no liquidity wall bought goes to insurance */
  saleTicks: number;
  readonly assets: Map<AssetId, AssetView>;
  /** settlement asset of every domain */
  readonly domains: Map<DomainId, AssetId>;
  readonly instruments: Map<InstrumentId, InstrumentView>;
  readonly symbols: Map<string, InstrumentId>;
  /** rules beyond the parameters; most instruments have none */
  readonly rules: Map<InstrumentId, RiskRules>;
  /** rules of auctions; null in them: turned off */
  readonly auctions: Map<InstrumentId, AuctionRules>;
  /** per domain what a lot is worth at the marks of its newest round */
  readonly lotValues: Map<DomainId, Map<InstrumentId, bigint>>;
}
export const newReferenceView = (): ReferenceView => ({
  tick: 0,
  frame: 0,
  saleTicks: 0,
  assets: new Map(),
  domains: new Map(),
  instruments: new Map(),
  symbols: new Map(),
  rules: new Map(),
  auctions: new Map(),
  lotValues: new Map(),
});

type Listed = 'InstrumentListed' | 'FutureListed' | 'OptionListed';
type On<Name extends 'AssetListed' | 'DomainOpened' | 'InstrumentListed'> = View<
  LiquidationState,
  EventOf<Name>
>;
const onAsset: On<'AssetListed'> = ({ reference }, { asset, scale, haircutPpm, pricedBy }) => {
  reference.assets.set(asset, { scale, haircutPpm, pricedBy });
};
const onDomain: On<'DomainOpened'> = ({ reference }, { domain, settlement }) => {
  reference.domains.set(domain, settlement);
};
function list({ reference }: LiquidationState, event: EventOf<Listed>): void {
  const { instrument, symbol, domain, settlement, unit, tickUnits } = event;
  const rest = { price: 0, initialPpm: 0, parameters: null };
  reference.instruments.set(instrument, { domain, settlement, unit, tickUnits, ...rest });
  reference.symbols.set(symbol, instrument);
}
const onInstrument: On<'InstrumentListed'> = (state, event) => list(state, event);

function onDatedListed(
  state: LiquidationState,
  event: EventOf<'FutureListed'> | EventOf<'OptionListed'>,
): void {
  list(state, event);
  noteTerms(state, event);
}

function onParameters(state: LiquidationState, event: EventOf<'InstrumentParametersSet'>): void {
  instrumentOf(state, event.instrument).parameters = event.parameters;
}

function onFrame(state: LiquidationState, event: EventOf<'FrameAccepted'>): void {
  state.reference.frame = event.frame;
  state.dated.frameTime = event.time;
  for (const { instrument, price, initialPpm } of event.prices) {
    const known = instrumentOf(state, instrument);
    known.price = price;
    known.initialPpm = initialPpm;
  }
}

function onRound(state: LiquidationState, event: EventOf<'RoundOpened'>): void {
  const values = new Map<InstrumentId, bigint>();
  for (const { instrument, price } of event.marks) {
    values.set(instrument, BigInt(price) * instrumentOf(state, instrument).unit);
  }
  state.reference.lotValues.set(event.domain, values);
}

const instrumentOf = ({ reference }: LiquidationState, id: InstrumentId): InstrumentView =>
  present(reference.instruments.get(id), 'instrument');

/** Folds of the reference log. */
export const referenceViews = {
  AssetListed: onAsset,
  DomainOpened: onDomain,
  InstrumentListed: onInstrument,
  FutureListed: onDatedListed,
  OptionListed: onDatedListed,
  OptionsPriced: (state: LiquidationState, event: EventOf<'OptionsPriced'>): void => {
    for (const { instrument, price } of event.prices) instrumentOf(state, instrument).price = price;
    noteVolatilities(state, event);
  },
  InstrumentExpired: (state: LiquidationState, event: EventOf<'InstrumentExpired'>): void => {
    instrumentOf(state, event.instrument).price = event.settlementPrice;
    noteOver(state, event);
  },
  PortfolioParametersSet: notePortfolioRules,
  InstrumentParametersSet: onParameters,
  HouseParametersSet: (state: LiquidationState, event: EventOf<'HouseParametersSet'>): void => {
    state.reference.saleTicks = event.parameters.saleTicks;
  },
  RiskRulesSet: (state: LiquidationState, event: EventOf<'RiskRulesSet'>): void => {
    state.reference.rules.set(event.instrument, event.rules);
  },
  AuctionRulesSet: (
    state: LiquidationState,
    { instrument, version, auction }: EventOf<'AuctionRulesSet'>,
  ): void => {
    state.reference.auctions.set(instrument, { version, auction });
  },
  FrameAccepted: onFrame,
  Ticked: (state: LiquidationState, event: EventOf<'Ticked'>): void => {
    state.reference.tick = event.tick;
  },
  RoundOpened: onRound,
};
