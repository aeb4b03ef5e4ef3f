import type { CommandOf, EventOf } from '@ringfence/contracts';
import type { DomainId } from '@ringfence/kernel';

/** What one accounts lane says of its settled buckets. */
export type LaneReport = Omit<CommandOf<'RoundReport'>, 'type' | 'domain' | 'round'>;
/** Funding rates of the market for a scheduled round. */
export type Funding = EventOf<'RoundScheduled'>['funding'];

/**
 * Where the round stands. Reports may come while it is only `asked`: a lane that reads the
 * reference log sooner settles sooner.
 */
export type RoundPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asked'; readonly reports: Map<number, LaneReport> }
  | { readonly kind: 'collecting'; readonly reports: Map<number, LaneReport> }
  /** `again`: something fails still, or it is not known yet that nothing does */
  | { readonly kind: 'decided'; readonly done: Set<number>; readonly again: boolean };

/** The clearing decider of one domain: its rounds, one at a time. */
export interface Clearing {
  readonly domain: DomainId;
  /** number of the last round asked for, 0 before the first */
  round: number;
  phase: RoundPhase;
  /** a scheduled round that waits for the open one to close */
  schedule: Funding | null;
  /** a bucket needs a round after this one; −1: nobody asked */
  wantedAfter: number;
  /** what the last closed round said */
  again: boolean;
}

export const newClearing = (domain: DomainId): Clearing => ({
  domain,
  round: 0,
  phase: { kind: 'idle' },
  schedule: null,
  wantedAfter: -1,
  again: false,
});
