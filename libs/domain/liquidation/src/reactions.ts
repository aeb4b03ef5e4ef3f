import type { At, Command, EventOf } from '@ringfence/contracts';
import { hasWork, isSizingTick, reviewOf } from './close-out/work.js';
import { closeOutOf, clears, isGivenUp, type LiquidationState } from './state.js';

type Commands = readonly Command[];
const NONE: Commands = [];

/** A slice's leg on the failing bucket, or lots of one that was given up to deleveraging. */
function onLegApplied(
  event: EventOf<'LegApplied'>,
  state: LiquidationState,
  { seq: accountsSeq }: At,
): Commands {
  const { purpose, account, bucket, lots, price } = event;
  const closeOut = purpose === 'trade' ? undefined : closeOutOf(state, event);
  if (!closeOut || lots === 0) return NONE;
  const slice = purpose === 'slice' ? event.slice : 0;
  const isOurs = purpose === 'slice' ? closeOut.slice?.slice === slice : isGivenUp(closeOut);
  if (!isOurs) return NONE;
  const reason = '';
  return [{ type: 'NoteFill', slice, account, bucket, lots, price, reason, accountsSeq }];
}

function onLegReleased(
  event: EventOf<'LegReleased'>,
  state: LiquidationState,
  { seq: accountsSeq }: At,
): Commands {
  const { purpose, slice, account, bucket, reason } = event;
  if (purpose !== 'slice' || closeOutOf(state, event)?.slice?.slice !== slice) return NONE;
  return [{ type: 'NoteFill', slice, account, bucket, lots: 0, price: 0, reason, accountsSeq }];
}

/** Facts of accounts that answer a plan of ours. */
export const accountsReactions = {
  LegApplied: onLegApplied,
  LegReleased: onLegReleased,
  CollateralSold: ({ sale, account, bucket }: EventOf<'CollateralSold'>): Commands => [
    { type: 'NoteSale', sale, account, bucket, done: 1, reason: '' },
  ],
  CollateralUnsold: ({ sale, account, bucket, reason }: EventOf<'CollateralUnsold'>): Commands => [
    { type: 'NoteSale', sale, account, bucket, done: 0, reason },
  ],
};

/** Facts of risk that begin, follow or end a close-out. */
export const riskReactions = {
  MarginCalled: ({ call, account, bucket }: EventOf<'MarginCalled'>): Commands => [
    { type: 'NoteCall', account, bucket, call },
  ],
  /** a called bucket that was not closed out is only forgotten */
  CallMet: (event: EventOf<'CallMet'>, state: LiquidationState): Commands => {
    const { account, bucket, frame } = event;
    const isCalled = closeOutOf(state, event)?.status === 'called';
    return isCalled ? [{ type: 'NoteCure', account, bucket, frame }] : NONE;
  },
  CallLapsed: ({ account, bucket, frame }: EventOf<'CallLapsed'>): Commands => [
    { type: 'OpenCloseOut', account, bucket, cause: 'lapsed', frame },
  ],
  MaintenanceBreached: ({ account, bucket, frame }: EventOf<'MaintenanceBreached'>): Commands => [
    { type: 'OpenCloseOut', account, bucket, cause: 'breached', frame },
  ],
  BucketCured: ({ account, bucket, frame }: EventOf<'BucketCured'>): Commands => [
    { type: 'NoteCure', account, bucket, frame },
  ],
};

/** Time and rounds; a tick on which nothing is to do leaves no trace in the log. */
export const referenceReactions = {
  RoundOpened: ({ domain, round }: EventOf<'RoundOpened'>, state: LiquidationState): Commands =>
    clears(state, domain) ? [{ type: 'NoteRoundOpened', domain, round }] : NONE,
  InstrumentExpired: (
    { domain, instrument, round }: EventOf<'InstrumentExpired'>,
    state: LiquidationState,
  ): Commands =>
    clears(state, domain) ? [{ type: 'NoteExpiry', domain, instrument, round }] : NONE,
  Ticked: ({ tick }: EventOf<'Ticked'>, state: LiquidationState): Commands => {
    if (isSizingTick(tick)) return hasWork(state, tick) ? [{ type: 'WorkCloseOuts', tick }] : NONE;
    return reviewOf(state, tick).length > 0 ? [{ type: 'ReviewRounds', tick }] : NONE;
  },
};
