import type { CommandOf, Event } from '@ringfence/contracts';
import { accept, type Decision } from '@ringfence/kernel';
import {
  STALE,
  closeOutOf,
  isGivenUp,
  isOpen,
  newCloseOut,
  type LiquidationState,
} from '../state.js';
import { isBid } from '../auction/state.js';
import { giveUp } from '../auction/proceed.js';
import { ending, isLossTaken } from './standing.js';

/** Refusals in a row after which no one is asked any more. */
export const REFUSALS_MAX = 3;

/** A call was made; a bucket that is closed out already, or a repeat, changes nothing. */
export function noteCall(
  { account, bucket, call }: CommandOf<'NoteCall'>,
  state: LiquidationState,
): Decision<Event> {
  const known = closeOutOf(state, { account, bucket });
  if (known && (isOpen(known) || (known.status === 'called' && known.call === call))) {
    return accept();
  }
  return accept<Event>({ type: 'CallNoted', account, bucket, call });
}

/** A call lapsed or maintenance was breached: the close-out begins. */
export function openCloseOut(
  { account, bucket, cause, frame }: CommandOf<'OpenCloseOut'>,
  state: LiquidationState,
): Decision<Event> {
  const known = closeOutOf(state, { account, bucket }) ?? newCloseOut({ account, bucket });
  if (isOpen(known)) return accept();
  return accept<Event>({ type: 'CloseOutOpened', account, bucket, cause, frame });
}

/**
 * The bucket is safe again. A deficit that a round took is resolved, everything else is cured; a
 * wish for deleveraging is taken back first.
 */
export function noteCure(
  { account, bucket }: CommandOf<'NoteCure'>,
  state: LiquidationState,
): Decision<Event> {
  const closeOut = closeOutOf(state, { account, bucket });
  if (!closeOut || closeOut.status === 'ended') return accept();
  const resolved = isLossTaken(state, closeOut);
  return accept<Event>(...ending(state, closeOut, resolved ? 'CloseOutResolved' : 'CloseOutCured'));
}

/**
 * What became of a slice, or (slice 0) what deleveraging closed.
 *
 * Refused means half as much next time; refused at one lot, or three times in a row, means an
 * auction or that the next round must deleverage. A refused bid means nothing but that.
 */
export function noteFill(command: CommandOf<'NoteFill'>, state: LiquidationState): Decision<Event> {
  const { slice, account, bucket, lots, price, accountsSeq, reason } = command;
  const closeOut = closeOutOf(state, { account, bucket });
  if (!closeOut) return accept();
  const isOurs = slice === 0 ? isGivenUp(closeOut) : closeOut.slice?.slice === slice;
  if (!isOurs) return accept();
  if (lots !== 0) {
    return accept<Event>({ type: 'SliceFilled', slice, account, bucket, lots, price, accountsSeq });
  }
  if (!closeOut.slice || slice === 0) return accept();
  const refused: Event = { type: 'SliceRefused', slice, account, bucket, reason };
  const isLast = closeOut.slice.lots <= 1 || closeOut.refusals + 1 >= REFUSALS_MAX;
  const isSized = !isBid(state, { account, bucket, slice });
  const counts = reason !== STALE && closeOut.status === 'reducing' && isSized;
  if (!isLast || !counts) return accept<Event>(refused);
  return accept<Event>(refused, ...giveUp(state, closeOut));
}

export function noteSale(
  { sale, account, bucket, done }: CommandOf<'NoteSale'>,
  state: LiquidationState,
): Decision<Event> {
  const closeOut = closeOutOf(state, { account, bucket });
  if (!closeOut || closeOut.sale !== sale || sale === 0) return accept();
  return accept<Event>({ type: 'SaleConcluded', sale, account, bucket, done });
}
