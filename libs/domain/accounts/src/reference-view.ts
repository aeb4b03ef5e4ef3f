import type { EventOf } from '@ringfence/contracts';
import { bucketKind, bucketNumber, present, type AssetId, type BucketId } from '@ringfence/kernel';
import type { DomainId, InstrumentId, MemberId } from '@ringfence/kernel';
import type { AccountsState } from './state.js';

/** What a future or option ends by. */
export interface Dated {
  readonly kind: 'future' | 'option';
  readonly underlying: InstrumentId;
  /** ms UTC */
  readonly expiry: number;
}
export interface InstrumentView {
  readonly id: InstrumentId;
  readonly domain: DomainId;
  readonly settlement: AssetId;
  /** settlement-asset units per lot and tick */
  readonly unit: bigint;
  /** settlement-asset units of one tick for one whole base unit */
  readonly tickUnits: bigint;
  /** null for a perpetual */
  readonly dated: Dated | null;
  /** last mark of what has expired; null while it lives */
  settled: number | null;
  /** rounds of the domain that were opened when it expired: the next one closes its positions */
  settledAfter: number;
  /** null until its parameters are set */
  bandPpm: number | null;
  tradeFeePpm: number;
  /** newest usable price in ticks; null before the first */
  mark: number | null;
  /** ms UTC after which the mark is stale */
  validUntil: number;
}
/** Parts of an option's value that count while it is held long, and sold short. */
export interface Discounts {
  readonly longPpm: number;
  readonly shortPpm: number;
}
interface DatedDiscounts extends Discounts {
  /** ms UTC */
  readonly effective: number;
}
/** What the accounts lane must know of the reference log. By dense number; holes are unknown. */
export interface ReferenceView {
  readonly members: boolean[];
  readonly assets: boolean[];
  /** settlement asset of each domain */
  readonly domains: (AssetId | undefined)[];
  readonly instruments: (InstrumentView | undefined)[];
  /** by domain, as set: how much of an option's value counts, and from when */
  readonly discounts: (DatedDiscounts[] | undefined)[];
  /** log time, ms UTC */
  now: number;
  /** number of the newest frame */
  frame: number;
}

export const initialReference = (): ReferenceView => ({
  members: [true],
  assets: [],
  domains: [],
  instruments: [],
  discounts: [],
  now: 0,
  frame: 0,
});

export const instrumentAt = (state: AccountsState, id: InstrumentId): InstrumentView | undefined =>
  state.reference.instruments[id];
/** @throws InvariantViolation when it was never listed */
export const knownInstrument = (state: AccountsState, id: InstrumentId): InstrumentView =>
  present(state.reference.instruments[id], 'instrument');

/**
 * The domain that a margin bucket settles in; undefined for `excess` and for what is not offered.
 */
export function domainOf(state: AccountsState, bucket: BucketId): DomainId | undefined {
  const number = bucketNumber(bucket);
  const kind = bucketKind(bucket);
  if (kind === 'isolated') return state.reference.instruments[number]?.domain;
  if (kind === 'excess') return undefined;
  return state.reference.domains[number] === undefined ? undefined : (number as DomainId);
}
/** @throws InvariantViolation when the domain was never opened */
export const settlementOf = (state: AccountsState, domain: DomainId): AssetId =>
  present(state.reference.domains[domain], 'domain');

type Listed = EventOf<'InstrumentListed' | 'FutureListed' | 'OptionListed'>;
function list(state: AccountsState, event: Listed, dated: Dated | null): void {
  const { instrument: id, domain, settlement, unit, tickUnits } = event;
  const unset = { bandPpm: null, tradeFeePpm: 0, mark: null, validUntil: 0 };
  const live = { dated, settled: null, settledAfter: 0 };
  const listed = { id, domain, settlement, unit, tickUnits, ...live, ...unset };
  state.reference.instruments[id] = listed;
}

/** Pure folds of the reference log. */
export const referenceViews = {
  MemberAdmitted: (state: AccountsState, event: EventOf<'MemberAdmitted'>) => {
    state.reference.members[event.member] = true;
  },
  AssetListed: (state: AccountsState, event: EventOf<'AssetListed'>) => {
    state.reference.assets[event.asset] = true;
  },
  DomainOpened: (state: AccountsState, event: EventOf<'DomainOpened'>) => {
    state.reference.domains[event.domain] = event.settlement;
  },
  InstrumentListed: (state: AccountsState, event: EventOf<'InstrumentListed'>) => {
    list(state, event, null);
  },
  FutureListed: (state: AccountsState, event: EventOf<'FutureListed'>) => {
    const { underlying, expiry } = event;
    list(state, event, { kind: 'future', underlying, expiry });
  },
  OptionListed: (state: AccountsState, event: EventOf<'OptionListed'>) => {
    const { underlying, expiry } = event;
    list(state, event, { kind: 'option', underlying, expiry });
  },
  OptionsPriced: (state: AccountsState, event: EventOf<'OptionsPriced'>) => {
    for (const { instrument, price } of event.prices) {
      const option = knownInstrument(state, instrument);
      option.mark = price;
      option.validUntil = event.validUntil;
    }
  },
  PortfolioParametersSet: (state: AccountsState, event: EventOf<'PortfolioParametersSet'>) => {
    const { effective, parameters } = event;
    const discounts = (state.reference.discounts[event.domain] ??= []);
    const { longDiscountPpm: longPpm, shortDiscountPpm: shortPpm } = parameters;
    discounts.push({ effective, longPpm, shortPpm });
  },
  InstrumentExpired: (state: AccountsState, event: EventOf<'InstrumentExpired'>) => {
    const instrument = knownInstrument(state, event.instrument);
    instrument.mark = event.settlementPrice;
    instrument.settled = event.settlementPrice;
    instrument.settledAfter = event.round;
  },
  InstrumentParametersSet: (state: AccountsState, event: EventOf<'InstrumentParametersSet'>) => {
    const instrument = knownInstrument(state, event.instrument);
    instrument.bandPpm = event.parameters.bandPpm;
    instrument.tradeFeePpm = event.parameters.tradeFeePpm;
  },
  FrameAccepted: (state: AccountsState, event: EventOf<'FrameAccepted'>) => {
    state.reference.frame = event.frame;
    for (const each of event.prices) {
      const instrument = knownInstrument(state, each.instrument);
      instrument.mark = each.price;
      instrument.validUntil = event.validUntil;
    }
  },
  Ticked: (state: AccountsState, event: EventOf<'Ticked'>) => {
    state.reference.now = event.time;
  },
};
export const isMember = (state: AccountsState, member: MemberId): boolean =>
  state.reference.members[member] === true;
export const isAsset = (state: AccountsState, asset: AssetId): boolean =>
  state.reference.assets[asset] === true;
