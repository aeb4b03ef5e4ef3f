/** How many requests may pass. */
export interface Rate {
  /** over time; > 0 */
  readonly perSecond: number;
  /** at once after a pause; a whole number ≥ 1 */
  readonly burst: number;
}

const MS_PER_SECOND = 1000;

/** Milliseconds that one request uses up. */
export const intervalMs = ({ perSecond }: Rate): number => MS_PER_SECOND / perSecond;

/** What became of one request. */
export interface Admission {
  /** 0: it may pass; else so long until one may */
  readonly waitMs: number;
  /** the new level; as it was when the request may not pass */
  readonly full: number;
}

/**
 * A token bucket kept as one number: the moment at which it is full again. A bucket that was never
 * used, or was full long ago, holds `burst` tokens.
 *
 * @param full  moment of the last level, ms; undefined for a bucket that was never used
 * @param now  ms on the same clock; a clock that was set back locks nobody out for longer than
 *   the whole burst takes to come back
 * @source generic cell rate algorithm, ITU-T I.371
 */
export function admit(full: number | undefined, now: number, rate: Rate): Admission {
  const interval = intervalMs(rate);
  const level = Math.min(Math.max(full ?? now, now), now + interval * rate.burst);
  const waitMs = level - now - interval * (rate.burst - 1);
  return waitMs > 0 ? { waitMs, full: level } : { waitMs: 0, full: level + interval };
}
