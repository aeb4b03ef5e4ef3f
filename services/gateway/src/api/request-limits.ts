import type { By } from '@ringfence/kernel';
import { problem } from '@ringfence/service-kit';
import type { Ephemeral } from '../ephemeral/ephemeral.js';
import type { Rate } from '../ephemeral/rate.js';
import { Refused } from './callers.js';

/** A nonce may be used again after so long. */
export const NONCE_WINDOW_MS = 10 * 60 * 1000;
const NONCE = /^[\x21-\x7e]{1,128}$/;
const MS_PER_SECOND = 1000;

/** The house's own clock and prices: everybody waits for them. */
const CLOCK_PATHS: ReadonlySet<string> = new Set(['/v1/ticks', '/v1/frames']);

export interface LimitOptions {
  readonly memory: Ephemeral;
  /** per API key; undefined: no limit */
  readonly rate?: Rate;
  /** whether an operator's ticks and frames count too */
  readonly limitsClock?: boolean;
}
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** How often a key may ask, and that no request is taken twice; neither is needed to be right. */
export class RequestLimits {
  /** requests refused so far */
  readonly refused = { rateLimited: 0, nonceUsed: 0 };

  constructor(readonly options: LimitOptions) {}

  /**
   * @param path  the route's, with its parameters unfilled
   * @returns undefined when there is nothing to wait for
   * @throws Refused `rate-limited` with the time to wait, `nonce-used`, `invalid-request`
   */
  check(by: By, headers: Headers, path: string): Promise<void> | undefined {
    const { rate } = this.options;
    const nonce = nonceOf(headers['request-nonce']);
    const limit = rate && this.#counts(by, path) ? rate : undefined;
    if (limit === undefined && nonce === undefined) return undefined;
    return this.#ask(by, limit, nonce);
  }

  #counts({ role }: By, path: string): boolean {
    if (this.options.limitsClock || !CLOCK_PATHS.has(path)) return true;
    return role !== 'operator' && role !== 'system';
  }

  /** The rate first: a request that may come again keeps its nonce. */
  async #ask(by: By, rate: Rate | undefined, nonce: string | undefined): Promise<void> {
    const { memory } = this.options;
    if (rate) {
      const waitMs = await memory.admit(String(by.key), rate);
      if (waitMs > 0) {
        this.refused.rateLimited++;
        const facts = { perSecond: String(rate.perSecond), burst: String(rate.burst) };
        throw new Refused(problem('rate-limited', { facts }), Math.ceil(waitMs / MS_PER_SECOND));
      }
    }
    if (nonce === undefined || (await memory.once(`${by.key}/${nonce}`, NONCE_WINDOW_MS))) return;
    this.refused.nonceUsed++;
    throw new Refused(problem('nonce-used'));
  }
}

function nonceOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && NONCE.test(header)) return header;
  const rule = 'must be one text of 1 to 128 visible characters of ASCII';
  const errors = [{ field: 'Request-Nonce', rule, code: 'malformed-nonce' }];
  throw new Refused(problem('invalid-request', { errors }));
}
