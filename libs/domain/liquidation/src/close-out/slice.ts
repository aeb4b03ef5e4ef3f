import { invariant } from '@ringfence/kernel';
import {
  closeOutFee,
  closeOutLots,
  depthFill,
  executionPrice,
  requirement,
  type CloseOutInput,
} from '@ringfence/margin';
import type { EventOf } from '@ringfence/contracts';
import type { LinearEvaluation } from '../views/risk.js';
import type { InstrumentView } from '../views/reference.js';
import { pacedLots, rampOf, type Pace, type RampedSlice } from './pace.js';

type Line = LinearEvaluation['lines'][number];
type Parameters = EventOf<'InstrumentParametersSet'>['parameters'];

/** Everything one slice is sized from. */
export interface SliceInput {
  readonly evaluation: LinearEvaluation;
  /** the position that is closed; lots not 0 */
  readonly line: Line;
  readonly instrument: Pick<InstrumentView, 'unit' | 'initialPpm'>;
  readonly parameters: Pick<Parameters, 'bufferPpm' | 'closeOutFeePpm' | 'bookNotional' | 'depth'>;
  /** decimals of the settlement asset: the book's notional is in whole units */
  readonly scale: number;
  /** liquidity walls share the book, one part per partition */
  readonly partitions: number;
  /** most lots after a refusal; 0: no such bound */
  readonly lotsMax: number;
  readonly pace: Pace;
}
/** `lots` > 0; `price` in ticks ≥ 1; `fee` ≥ 0 in settlement units; `ramp` where it has one. */
export interface SizedSlice {
  readonly lots: number;
  readonly price: number;
  readonly fee: bigint;
  readonly ramp: RampedSlice | null;
}

/** The position whose closing comes first: the largest maintenance, ties by instrument. */
export function firstLine({ lines }: LinearEvaluation): Line | undefined {
  let first: Line | undefined;
  for (const line of lines) {
    if (line.lots === 0) continue;
    if (
      !first ||
      line.maintenance > first.maintenance ||
      (line.maintenance === first.maintenance && line.instrument < first.instrument)
    ) {
      first = line;
    }
  }
  return first;
}

/**
 * Size and price of one slice: as many lots as bring the bucket back to initial and buffer, at the
 * pace that rules allow, no more than this partition's share of the book takes.
 *
 * The price is the mark moved against the failing side by the worst basis points that the size
 * takes, rounded to the tick further away. Size and price depend on each other: the walk goes from
 * the middle outwards until the book at that distance takes all that is wanted, or ends. The fee is
 * at most what equity is left at that price.
 *
 * @returns null when there is nothing to close yet; `no-depth` when the book takes not even one lot
 * @source DESIGN 6.5; rules/partial-liquidation, partial-liquidation-size
 */
export function sizeSlice(input: SliceInput): SizedSlice | null | 'no-depth' {
  const { line, instrument, parameters, lotsMax, pace } = input;
  invariant(line.lots !== 0 && line.mark > 0, 'a position with a mark is closed');
  const notionalAvailable =
    (BigInt(parameters.bookNotional) * 10n ** BigInt(input.scale)) / BigInt(input.partitions);
  const lotValue = BigInt(line.mark) * instrument.unit;
  let bps = 0;
  for (;;) {
    const price = priceAt(line, bps);
    const sizing = closeOutInput(input, price);
    const wanted = pacedLots(sizing, pace, lotValue);
    if (wanted === 0) return null;
    const capped = lotsMax > 0 ? Math.min(wanted, lotsMax) : wanted;
    const { fillable, worstBps } = depthFill({
      depth: parameters.depth,
      notionalAvailable,
      wanted: BigInt(capped) * lotValue,
    });
    if (worstBps > bps) {
      bps = worstBps; // ends: there are only so many steps
      continue;
    }
    const lots = Math.min(capped, Number(fillable / lotValue));
    if (lots === 0) return 'no-depth';
    const fee = feeOf(input, lots, price);
    return { lots, price, fee, ramp: rampOf(sizing, pace, lots) };
  }
}

const priceAt = ({ mark, lots }: Line, bps: number): number =>
  Math.max(1, executionPrice({ mark, lots, bps }));

/** What the size of a slice follows from, pace and book left out. */
type Sizing = Pick<SliceInput, 'evaluation' | 'line' | 'instrument'> & {
  readonly parameters: Pick<Parameters, 'bufferPpm' | 'closeOutFeePpm'>;
};

/**
 * Lots that bring the bucket back to initial and buffer at a price and for no fee: what a bidder
 * may take over.
 *
 * @returns 0 to all of the position
 */
export const curingLots = (sizing: Sizing, price: number): number =>
  closeOutLots({ ...closeOutInput(sizing, price), feePpm: 0 });

function closeOutInput(
  { evaluation, line, instrument, parameters }: Sizing,
  price: number,
): CloseOutInput {
  const { lots, mark } = line;
  const { unit, initialPpm } = instrument;
  const held = BigInt(Math.abs(lots)) * BigInt(mark) * unit;
  const ofHeld = requirement(held, initialPpm);
  // what pending legs of the same instrument need stays needed
  const pending = line.initial > ofHeld ? line.initial - ofHeld : 0n;
  return {
    lots,
    equity: evaluation.equity,
    otherRequirement: evaluation.initial - line.initial + pending,
    mark,
    price,
    unit,
    targetPpm: initialPpm,
    bufferPpm: parameters.bufferPpm,
    feePpm: parameters.closeOutFeePpm,
  };
}

function feeOf(
  { evaluation, line, instrument, parameters }: SliceInput,
  lots: number,
  price: number,
): bigint {
  const slipTicks = BigInt(Math.abs(line.mark - price));
  return closeOutFee({
    notional: BigInt(lots) * BigInt(price) * instrument.unit,
    feePpm: parameters.closeOutFeePpm,
    equityLeft: evaluation.equity - BigInt(lots) * slipTicks * instrument.unit,
  });
}
