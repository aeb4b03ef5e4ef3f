import { invariant } from '@ringfence/kernel';
import { PPM, decimalOf, floorTo, type DecimalFigure } from '@ringfence/money';
import { auctionBidPrice, auctionDiscount } from './dutch-auction.js';

/** How the price of an auction falls, in the house's units; see `AuctionTerms`. */
export interface AuctionSchedule {
  /** parts per million of the value that are asked for at first, ≤ 1,000,000 */
  readonly startPpm: number;
  /** reached after the fast phase, ≤ startPpm */
  readonly cutoffPpm: number;
  /** ticks > 0 */
  readonly fastTicks: number;
  readonly slowTicks: number;
}
/** A position under auction, as its bucket was evaluated last. */
export interface AuctionedPosition {
  /** signed, not 0 */
  readonly lots: number;
  /** ticks > 0 */
  readonly mark: number;
  /** smallest units per lot and tick */
  readonly unit: bigint;
  /** equity that stands behind the position, smallest units; below 0 the bucket is insolvent */
  readonly equity: bigint;
  /** part of it that earlier bids of this auction left there, ≥ 0 */
  readonly reserved: bigint;
}
/** What a bidder trades at now. */
export interface AuctionOffer {
  /** ticks ≥ 1 */
  readonly price: number;
  /** what a bid for the whole position leaves to the bucket of its value, smallest units ≥ 0 */
  readonly asked: bigint;
}

const partOf = (ppm: number): DecimalFigure => decimalOf(BigInt(ppm)).div(decimalOf(BigInt(PPM)));

/** Ticks that an auction lasts: afterwards nothing would be asked for. */
export const auctionTicks = ({ fastTicks, slowTicks }: AuctionSchedule): number =>
  fastTicks + slowTicks;

/**
 * The price of a position under auction after so many ticks.
 *
 * A bidder takes lots over with the value behind them and leaves the part `auctionDiscount` of it
 * to the bucket. The rest moves the price from the mark in the bidder's favour, rounded down to a
 * tick per lot; all of it is the bankruptcy price. Where nothing of value is left the price is the
 * mark: no bid makes a deficit larger, and rounds bear what there is.
 *
 * @throws InvariantViolation when there is no position or mark, or a figure is negative
 * @source rules/auction, dutch-auction-solvent
 */
export function auctionOffer(
  position: AuctionedPosition,
  schedule: AuctionSchedule,
  elapsed: number,
): AuctionOffer {
  const { lots, mark, unit, equity, reserved } = position;
  invariant(lots !== 0 && mark > 0 && unit > 0n, 'a position with a mark is auctioned');
  invariant(reserved >= 0n, 'bids pay in');
  const value = equity - reserved;
  if (value <= 0n) return { price: mark, asked: 0n };
  const discount = auctionDiscount(decimalOf(BigInt(elapsed)), {
    startDiscount: partOf(schedule.startPpm),
    cutoff: partOf(schedule.cutoffPpm),
    fastSeconds: decimalOf(BigInt(schedule.fastTicks)),
    slowSeconds: decimalOf(BigInt(schedule.slowTicks)),
  });
  const behind = { markToMarket: decimalOf(equity), reserved: decimalOf(reserved) };
  const asked = BigInt(floorTo(auctionBidPrice(behind, discount), 0).toFixed());
  const perLot = (value - asked) / (BigInt(Math.abs(lots)) * unit);
  const away = Number(perLot);
  return { price: lots > 0 ? Math.max(1, mark - away) : mark + away, asked };
}
