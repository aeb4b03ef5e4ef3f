import type { EventOf } from '@ringfence/contracts';
import { SYSTEM, type AccountId, type BucketId, type InstrumentId } from '@ringfence/kernel';
import { countLeg } from './book.js';
import { settlementOf } from './collateral.js';
import { evaluate, type Evaluated } from './evaluation.js';
import { judgeGate } from './gate.js';
import {
  bucketOf,
  emptyLine,
  instrumentAt,
  slotOf,
  type Bucket,
  type PendingLeg,
  type RiskState,
} from './state.js';

/** A trade that somebody thinks of. */
export interface ImaginedTrade {
  readonly instrument: InstrumentId;
  /** signed lots, a buy > 0; never 0 */
  readonly lots: number;
  /** ticks; 0: the newest mark */
  readonly price: number;
}
/** What trades would do to a bucket, as of the newest frame that the lane has read. */
export interface Imagined {
  /** what the bucket requires and has, as it would be recorded now */
  readonly before: Evaluated;
  /** the same with all trades applied; fees and what they cost are not counted */
  readonly after: Evaluated;
  /** of each trade in turn, those before it pending as at the gate: the gate's own verdict */
  readonly verdicts: readonly EventOf<'GateJudged'>[];
}

/** Above every reservation that a lane gives. */
const IMAGINED = Number.MAX_SAFE_INTEGER - 1_000;
const NOBODY = { id: null, by: SYSTEM, from: null, cause: null } as const;

/**
 * Answers what trades would require, by the same functions that judge and record; nothing of the
 * state changes.
 *
 * @param trades  at most a thousand; instruments that the lane knows
 * @returns `instrument-unknown` with the place of the trade, when the lane does not know it yet
 */
export function whatIf(
  state: RiskState,
  asked: {
    readonly account: AccountId;
    readonly bucket: BucketId;
    readonly trades: readonly ImaginedTrade[];
  },
): Imagined | { readonly refused: 'instrument-unknown'; readonly trade: number } {
  const { account, bucket: id, trades } = asked;
  const unknown = trades.findIndex(({ instrument }) => !instrumentAt(state.market, instrument));
  if (unknown >= 0) return { refused: 'instrument-unknown', trade: unknown };
  const bucket = bucketOf(state.book, account, id);
  return {
    before: evaluate(state, bucket),
    after: evaluate(state, applied(state, bucket, trades)),
    verdicts: verdictsOf(state, bucket, trades),
  };
}

/** A copy that may be written. */
const copyOf = (bucket: Bucket): Bucket => structuredClone(bucket);

function applied(state: RiskState, bucket: Bucket, trades: readonly ImaginedTrade[]): Bucket {
  const copy = copyOf(bucket);
  for (const { instrument: id, lots, price } of trades) {
    const instrument = instrumentAt(state.market, id);
    let line = copy.lines.find((each) => each.instrument === id);
    if (!line) {
      copy.lines.push((line = emptyLine(id)));
      copy.lines.sort((a, b) => a.instrument - b.instrument);
    }
    const { mark, unit } = instrument ?? { mark: 0, unit: 0n };
    line.lots += lots;
    line.cost += BigInt(lots) * BigInt(price === 0 ? mark : price) * unit;
  }
  return copy;
}

/** Each trade through the gate's own decider, in a state of which only one bucket differs. */
function verdictsOf(
  state: RiskState,
  bucket: Bucket,
  trades: readonly ImaginedTrade[],
): EventOf<'GateJudged'>[] {
  const copy = copyOf(bucket);
  const buckets = [...state.book.buckets];
  const known = slotOf(state.book, bucket.account, bucket.id);
  const slot = known < 0 ? buckets.length : known;
  buckets[slot] = copy;
  const asset = settlementOf(state.market, bucket);
  return trades.map(({ instrument, lots, price }, i) => {
    const reservation = IMAGINED + i;
    const leg: PendingLeg = {
      reservation,
      instrument,
      lots,
      price: price === 0 ? (instrumentAt(state.market, instrument)?.mark ?? 0) : price,
      asset: asset ?? (0 as PendingLeg['asset']),
      fee: 0n,
      counts: false,
      isSlice: false,
    };
    copy.legs.push(leg);
    const book = { ...state.book, buckets, reservations: new Map([[reservation, slot]]) };
    const decision = judgeGate({ type: 'JudgeGate', reservation }, { ...state, book }, NOBODY);
    const [verdict] = decision.accepted ? decision.events : [];
    if (verdict?.type !== 'GateJudged') throw new TypeError('the gate judges what is reserved');
    // what was refused stays out of the way of the trades after it
    if (verdict.passed) countLeg(copy, leg);
    else copy.legs.pop();
    return verdict;
  });
}
