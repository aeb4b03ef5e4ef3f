import type { CommandOf, EventOf } from '@ringfence/contracts';
import { accountId, cross, type By, type DomainId, type MemberId } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  decimal,
  decimalOf,
  placesOf,
  tenTo,
  wholeUnits,
  type DecimalFigure,
} from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import { breached, evaluated, tickOf } from './close-out.js';
import { factsOf, type Folded } from './lane-run.js';
import {
  INSTRUMENT,
  listInstrument,
  newLiquidation,
  SETTLEMENT_PLACES,
  type Liquidation,
} from './reference-facts.js';
import type { Played } from './run-events.js';

const DOMAIN = 1 as DomainId;
const BUCKET = cross(DOMAIN);
const CLIENT = accountId(0, 5);
const BIDDER = accountId(0, 6);
const MEMBER: By = { key: 9, member: 1 as MemberId, role: 'venue' };
/**
 * A lot is worth 0.000001 of quote at a mark of a million ticks and needs all of it: any
 * requirement is a number of lots, any price a fine one.
 */
const LOT_PLACES = 6;
const MARK = 1_000_000;
const MARK_PLACES = 6;
const UNIT = 10n ** BigInt(SETTLEMENT_PLACES - LOT_PLACES - MARK_PLACES);
const WHOLE_PPM = 1_000_000;
const OPENED_TICK = 2;
/** The discount alone is of any account. */
const ANY_VALUE = decimal('300');

/** An account under auction: its maintenance requirement is the house's initial one. */
interface Auctioned {
  readonly value: DecimalFigure;
  readonly reserved: DecimalFigure;
  /** lots that are left; what they need is what the account needs */
  readonly lots: bigint;
}

const unitsOf = (figure: DecimalFigure): bigint => wholeUnits(figure, SETTLEMENT_PLACES);

/** A lane with an instrument under rules of auctions, and no wall that would take anything. */
function auctioningLane(input: Input): Liquidation {
  const run = newLiquidation(1);
  const bufferPpm = input.rate('bufferPct');
  const terms = { price: MARK, initialPpm: WHOLE_PPM, closeOutFeePpm: 0, unit: UNIT, bufferPpm };
  listInstrument(run, DOMAIN, terms);
  const auction = {
    startPpm: input.rate('startDiscount'),
    cutoffPpm: input.rate('cutoff'),
    fastTicks: input.count('fastSeconds'),
    slowTicks: input.count('slowSeconds'),
    minLots: 1,
  };
  run.see('reference', { type: 'AuctionRulesSet', instrument: INSTRUMENT, version: 1, auction });
  return run;
}

function see(run: Liquidation, lots: bigint, equity: bigint, accountsSeq: number): void {
  const position = { lots: Number(lots), mark: MARK, initial: lots * BigInt(MARK) * UNIT, equity };
  run.see('risk', { ...evaluated(position), account: CLIENT, bucket: BUCKET, accountsSeq });
}
const bidFor = (lots: bigint): CommandOf<'BidInAuction'> => ({
  type: 'BidInAuction',
  account: CLIENT,
  bucket: BUCKET,
  instrument: INSTRUMENT,
  lots: Number(lots),
  bidder: BIDDER,
  bidderBucket: BUCKET,
});

/** Breached and auctioned; where something is reserved, an earlier bid at the start left it. */
function open(run: Liquidation, { value, reserved, lots }: Auctioned): void {
  const hasBid = reserved.gt(DECIMAL_ZERO);
  if (hasBid) see(run, lots + lots, unitsOf(reserved.plus(reserved)), 0);
  else see(run, lots, unitsOf(value), 0);
  run.see('risk', { ...breached({ equity: 0n, initial: 1n }), account: CLIENT, bucket: BUCKET });
  run.see('reference', tickOf(OPENED_TICK));
  if (!hasBid) return;
  run.order(bidFor(lots), { by: MEMBER });
  const [{ slice, lots: traded, price }] = factsOf(run.folded(), 'BidTaken');
  const filled = { slice, account: CLIENT, bucket: BUCKET, lots: traded, price };
  run.order({ type: 'NoteFill', ...filled, reason: '', accountsSeq: 1 });
  see(run, lots, unitsOf(value), 1);
}

/**
 * A bid in a solvent auction, ticks for seconds: what it leaves to the bucket, and the part of the
 * position that it takes, at most what brings the bucket back to its requirement and buffer.
 */
export function auctionThroughEvents(input: Input): Played | null {
  const value = input.figureOr('mtm', ANY_VALUE);
  const reserved = input.figureOr('reserved', DECIMAL_ZERO);
  const required = value.minus(input.figureOr('mm', value.times('-1')));
  const elapsed = input.figure('elapsed');
  const isStartWhole = input.figure('startDiscount').eq(DECIMAL_ONE);
  if (placesOf(required) > LOT_PLACES || placesOf(elapsed) > 0) return null;
  if (value.lte(DECIMAL_ZERO) || (reserved.gt(DECIMAL_ZERO) && !isStartWhole)) return null;
  const lots = wholeUnits(required, LOT_PLACES);
  const share = input.figureOr('wantedShare', DECIMAL_ONE).times(decimalOf(lots));
  if (placesOf(share) > 0) return null;
  const wanted = BigInt(share.toFixed());
  const run = auctioningLane(input);
  open(run, { value, reserved, lots });
  run.see('reference', tickOf(OPENED_TICK + input.count('elapsed')));
  run.order(bidFor(wanted), { by: MEMBER });
  const read = (folded: Folded): Outputs => answerOf(folded, { value, reserved, lots }, wanted);
  return { run, read };
}

function answerOf(folded: Folded, of: Auctioned, wanted: bigint): Outputs {
  const bid = factsOf(folded, 'BidTaken').at(-1) as EventOf<'BidTaken'>;
  const cash = decimalOf(bid.paid).div(tenTo(SETTLEMENT_PLACES));
  const taken = BigInt(Math.abs(bid.lots));
  const bidPrice = cash.times(decimalOf(of.lots)).div(decimalOf(taken));
  const d = bidPrice.div(of.value.minus(of.reserved));
  const maxProportion = decimalOf(taken).div(decimalOf(of.lots));
  // a bid that was not cut says nothing of the most that it might have taken
  return taken < wanted ? { d, bidPrice, cash, maxProportion } : { d, bidPrice, cash };
}
