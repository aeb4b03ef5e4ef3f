import type { DomainId, InstrumentId } from '@ringfence/kernel';
import { floorDiv, PPM } from '@ringfence/money';
import { knownInstrument, type Discounts } from './reference-view.js';
import type { Round } from './round-state.js';
import type { AccountsState, Bucket } from './state.js';

const PPM_BIG = BigInt(PPM);

const WHOLE: Discounts = { longPpm: PPM, shortPpm: PPM };

/** The newest that is in force; whole values before the first. */
function inForce(state: AccountsState, domain: DomainId): Discounts {
  const { discounts, now } = state.reference;
  return discounts[domain]?.findLast(({ effective }) => effective <= now) ?? WHOLE;
}

/** Option values that a round counts: as they stood when this lane joined it. */
export interface OptionValues {
  readonly discounts: Discounts;
  /** ticks */
  readonly prices: ReadonlyMap<InstrumentId, number>;
}
export const NO_VALUES: OptionValues = { discounts: WHOLE, prices: new Map() };

/** Model values of the domain's live options, by the reference log as far as it was read. */
export function optionValuesNow(state: AccountsState, domain: DomainId): OptionValues {
  const prices = new Map<InstrumentId, number>();
  for (const instrument of state.reference.instruments) {
    if (instrument?.domain !== domain || instrument.dated?.kind !== 'option') continue;
    const { id, mark, settled } = instrument;
    if (mark !== null && settled === null) prices.set(id, mark);
  }
  return { discounts: inForce(state, domain), prices };
}

/**
 * Net value of a bucket's options that no round has made into cash: a debt may stand on it as on
 * other collateral. What is held long counts less, what is sold short more; never below 0.
 *
 * @returns smallest units of the settlement asset, rounded down
 * @source DESIGN 6.3: a debt is at most the bucket's own other value
 */
export function optionCover(state: AccountsState, bucket: Bucket, round: Round): bigint {
  const { discounts, prices } = round.options;
  let value = 0n;
  for (const { instrument, settlingLots, nextLots } of bucket.positions) {
    const price = prices.get(instrument);
    if (price === undefined) continue;
    const lots = settlingLots + nextLots;
    const part = lots > 0 ? discounts.longPpm : discounts.shortPpm;
    value += BigInt(lots) * BigInt(price) * knownInstrument(state, instrument).unit * BigInt(part);
  }
  return value > 0n ? floorDiv(value, PPM_BIG) : 0n;
}
