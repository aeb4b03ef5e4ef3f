import type { Event } from '@ringfence/contracts';

type Concluding = Extract<Event, { readonly reservation: number }>['type'];

/** Something that a lane reserved and that another one must answer before it is over. */
export interface Saga {
  readonly name: 'transfer' | 'move' | 'withdrawal' | 'trade' | 'switch';
  readonly opens: Concluding;
  readonly settles: Concluding;
  /** what was reserved goes back, with a reason */
  readonly returns: Concluding;
}

export const SAGAS = {
  transfer: {
    name: 'transfer',
    opens: 'TransferReserved',
    settles: 'TransferSettled',
    returns: 'TransferReturned',
  },
  move: {
    name: 'move',
    opens: 'MoveReserved',
    settles: 'CollateralMoved',
    returns: 'MoveReleased',
  },
  withdrawal: {
    name: 'withdrawal',
    opens: 'WithdrawalReserved',
    settles: 'WithdrawalPaid',
    returns: 'WithdrawalReturned',
  },
  switch: {
    name: 'switch',
    opens: 'SwitchReserved',
    settles: 'BucketSwitched',
    returns: 'SwitchReleased',
  },
  trade: { name: 'trade', opens: 'LegReserved', settles: 'LegApplied', returns: 'LegReleased' },
} as const satisfies Readonly<Record<string, Saga>>;

/** How far an accepted order got. */
export type Progress =
  /** nothing of it is left open */
  | { readonly kind: 'done' }
  | { readonly kind: 'open'; readonly reservation: number }
  | { readonly kind: 'returned'; readonly reservation: number; readonly reason: string };

const DONE: Progress = { kind: 'done' };

/** Where the facts of a decision leave its saga; later facts of the same lane move it on. */
export function progressOf(saga: Saga | undefined, events: readonly Event[]): Progress {
  let progress = DONE;
  if (!saga) return progress;
  for (const event of events) {
    if (event.type === saga.opens && progress.kind === 'done') {
      const { reservation } = event as { readonly reservation: number };
      progress = { kind: 'open', reservation };
    } else if (progress.kind === 'open') {
      progress = advance(saga, progress, event);
    }
  }
  return progress;
}

/** What one more fact does to an open saga. */
export function advance(
  saga: Saga,
  open: Extract<Progress, { kind: 'open' }>,
  event: Event,
): Progress {
  if (event.type !== saga.settles && event.type !== saga.returns) return open;
  const { reservation, reason = '' } = event as { reservation: number; reason?: string };
  if (reservation !== open.reservation) return open;
  return event.type === saga.settles ? DONE : { kind: 'returned', reservation, reason };
}
