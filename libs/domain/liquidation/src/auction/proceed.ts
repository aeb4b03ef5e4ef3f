import type { Event } from '@ringfence/contracts';
import { auctionTicks } from '@ringfence/margin';
import { closeOutKey } from '../close-out-key.js';
import { firstLine } from '../close-out/slice.js';
import { wishForAdl } from '../close-out/standing.js';
import type { CloseOut, LiquidationState } from '../state.js';
import type { Evaluation } from '../views/risk.js';
import { auctionsOf, endAuction } from './state.js';

/**
 * What a bucket that no wall closes comes to: an auction of the position whose closing comes first,
 * where its rules have one and it was not offered in this close-out before; else the wish for
 * deleveraging in the next round. Buckets evaluated as portfolios are not auctioned.
 */
export const giveUp = (state: LiquidationState, closeOut: CloseOut): Event[] =>
  openAuction(state, closeOut) ?? wishForAdl(state, closeOut);

function openAuction(state: LiquidationState, closeOut: CloseOut): Event[] | null {
  const evaluation = state.risk.evaluations.get(closeOutKey(closeOut));
  if (evaluation?.type !== 'MarginEvaluated') return null;
  const line = firstLine(evaluation);
  if (!line) return null;
  const rules = state.reference.auctions.get(line.instrument);
  const { open, done } = auctionsOf(state, closeOut);
  if (!rules?.auction || open || done.includes(line.instrument)) return null;
  const { account, bucket } = closeOut;
  const { version, auction: terms } = rules;
  const from = state.reference.tick;
  const until = from + auctionTicks(terms);
  const what = { instrument: line.instrument, version, terms, from, until };
  return [{ type: 'AuctionOpened', auction: state.auctions.last + 1, account, bucket, ...what }];
}

/**
 * How an open auction goes on at a tick: it waits for bids until its position is gone or its time
 * is over; then the next round deleverages, unless the bucket only waits to be cured.
 *
 * @returns null where no auction is open
 */
export function proceedAuction(
  state: LiquidationState,
  closeOut: CloseOut,
  evaluation: Evaluation,
  tick: number,
): Event[] | null {
  const { open } = auctionsOf(state, closeOut);
  if (!open) return null;
  const line = evaluation.lines.find(({ instrument }) => instrument === open.instrument);
  if (!line || line.lots === 0) return endAuction(state, closeOut, 'sold');
  if (tick < open.until) return [];
  const ended = endAuction(state, closeOut, 'expired');
  const isCovered = evaluation.equity >= evaluation.initial;
  return isCovered ? ended : [...ended, ...wishForAdl(state, closeOut)];
}
