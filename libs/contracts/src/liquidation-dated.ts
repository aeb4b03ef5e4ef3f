import {
  account,
  amount,
  bucket,
  command,
  domain,
  event,
  group,
  instrument,
  list,
  signedLots,
  text,
  uint,
} from './table/index.js';

/** Close-out of portfolios by slices of all their legs, and rounds that expiries need. */

/** Something expired after the domain's round `round`: a later one must settle it. */
export const NoteExpiry = command(370, 'NoteExpiry', 1, {
  domain: domain(),
  instrument: instrument(),
  round: uint(),
});
/** What accounts did with one leg of a portfolio's slice; see `NoteFill`. */
export const NotePortfolioFill = command(371, 'NotePortfolioFill', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  reason: text(64),
  accountsSeq: uint(),
});

/**
 * The plan, before it is executed: the share `fractionPpm` of the whole hedged portfolio, each leg
 * rounded up to a lot. `lots` signed as traded; `price` in ticks, `spread` of them away from model
 * value.
 */
export const PortfolioSliceSized = event(380, 'PortfolioSliceSized', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  fractionPpm: uint(),
  legs: list(
    group({ instrument: instrument(), lots: signedLots(), price: uint(), spread: uint() }),
  ),
  fee: amount(),
  against: account(),
  accountsSeq: uint(),
  frame: uint(),
  tick: uint(),
});
/** One leg of the slice was traded. */
export const PortfolioSliceFilled = event(381, 'PortfolioSliceFilled', 1, {
  slice: uint().like('slice'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  instrument: instrument().like('instrument'),
  lots: signedLots().like('lots'),
  price: uint().like('price'),
  accountsSeq: uint().like('accountsSeq'),
});
/** One leg of the slice was refused. */
export const PortfolioSliceRefused = event(382, 'PortfolioSliceRefused', 1, {
  slice: uint().like('slice'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  instrument: instrument().like('instrument'),
  reason: text(64).like('reason'),
});
/** A round after `round` is asked for on the next odd tick. */
export const ExpiryNoted = event(383, 'ExpiryNoted', 1, {
  domain: domain().like('domain'),
  instrument: instrument().like('instrument'),
  round: uint().like('round'),
});
