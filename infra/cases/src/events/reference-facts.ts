import type { Event, EventOf } from '@ringfence/contracts';
import type { AssetId, DomainId, InstrumentId } from '@ringfence/kernel';
import { liquidationLane, type LiquidationState } from '@ringfence/domain-liquidation';
import { LaneRun } from './lane-run.js';

export const SETTLEMENT = 1 as AssetId;
export const INSTRUMENT = 1 as InstrumentId;
/** Places of the settlement asset: figures of cases are whole units of it. */
export const SETTLEMENT_PLACES = 18;

const RATES_PPM = { maintenancePpm: 500_000, callPpm: 750_000, releasePpm: 1_100_000 };

/** A liquidation lane that is fed by hand. */
export type Liquidation = LaneRun<LiquidationState>;
export const newLiquidation = (partitions: number): Liquidation =>
  new LaneRun(liquidationLane, partitions);

/** Prices and rates of the one instrument of a case. */
export interface ListedTerms {
  /** ticks */
  readonly price: number;
  readonly initialPpm: number;
  readonly closeOutFeePpm: number;
  /** settlement units per lot and tick */
  readonly unit: bigint;
  /** beyond the initial rate, of what a close-out comes back to; none where it is not given */
  readonly bufferPpm?: number;
}

/** Asset, domain, instrument, parameters and a frame, as the reference log would have them. */
export function listInstrument(run: Liquidation, domain: DomainId, terms: ListedTerms): void {
  const see = (event: Event): void => run.see('reference', event);
  const { price, initialPpm, closeOutFeePpm, unit, bufferPpm = 0 } = terms;
  openDomain(run, domain);
  const sizes = { tickUnits: 1n, tickSteps: 1, tickScale: 0, lotSteps: 1, lotScale: 0 };
  see({
    type: 'InstrumentListed',
    instrument: INSTRUMENT,
    symbol: 'CASE',
    domain,
    settlement: SETTLEMENT,
    unit,
    ...sizes,
  });
  const parameters: EventOf<'InstrumentParametersSet'>['parameters'] = {
    ...RATES_PPM,
    lambdaPpm: 0,
    multiplierPpm: 0,
    floorPpm: 1,
    capPpm: 1,
    stepPpm: 1,
    hysteresisPpm: 0,
    bandPpm: 50_000,
    tradeFeePpm: 0,
    closeOutFeePpm,
    bufferPpm,
    // a book that takes everything at the mark: the cases know no depth
    bookNotional: Number.MAX_SAFE_INTEGER,
    depth: [{ bps: 0, cumulativePpm: 1_000_000 }],
  };
  see({ type: 'InstrumentParametersSet', instrument: INSTRUMENT, version: 1, parameters });
  const rates = { maintenancePpm: 1, callPpm: 1, releasePpm: 1_000_000 };
  const prices = [{ instrument: INSTRUMENT, price, variance: 0, initialPpm, ...rates }];
  see({ type: 'FrameAccepted', frame: 1, time: 0, validUntil: 1, source: 'case', prices });
}

export function openDomain(run: Liquidation, domain: DomainId): void {
  const asset = { caip: '', symbol: 'CASH', haircutPpm: 0, confirmations: 1, pricedBy: '' };
  const scale = SETTLEMENT_PLACES;
  run.see('reference', { type: 'AssetListed', asset: SETTLEMENT, scale, ...asset });
  run.see('reference', {
    type: 'DomainOpened',
    domain,
    name: `domain-${domain}`,
    settlement: SETTLEMENT,
  });
}
