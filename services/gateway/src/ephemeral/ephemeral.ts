import type { Rate } from './rate.js';

/** What somebody knew at a position of one log; the key says of which. */
export interface Stamped {
  /** sequence number of the last record that the value reflects */
  readonly stamp: number;
  readonly value: string;
}

/**
 * What the gateway may forget at any moment: it makes answers quicker and callers well-behaved, and
 * nothing is decided from it. No call rejects, and none waits longer than a few milliseconds: who
 * cannot be reached has forgotten everything.
 */
export interface Ephemeral {
  /** Keeps a value, unless one with a newer stamp is there. */
  put(key: string, stamped: Stamped): Promise<void>;
  /** @returns undefined when there is none, or only one older than `atLeast` */
  get(key: string, atLeast: number): Promise<Stamped | undefined>;
  /** Counts one request against a rate. @returns 0 when it may pass, else ms until it may */
  admit(key: string, rate: Rate): Promise<number>;
  /** @returns true for the first use of a key within the window */
  once(key: string, windowMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Values nobody puts again are gone after so long. */
export const VALUE_LIFE_MS = 60_000;
