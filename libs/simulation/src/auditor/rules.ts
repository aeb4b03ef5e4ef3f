import type { EventOf } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import type { Guarantee } from './findings.js';
import type { House } from './house.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';
import { magnitude } from './shares.js';

type Rules = EventOf<'RiskRulesSet'>['rules'];
type Rate = EventOf<'RatesGuarded'>['rates'][number];
const PPM = 1_000_000n;

/**
 * Proves of the rules beyond parameters (guarantees 4 and 5): the rate of a frame is never below
 * what volatility asks for, a legal floor or a buffer that may not be used; funding stays within
 * its cap; a lane closes no more of an instrument on one tick than its limit; a ramp allows no more
 * than is short.
 */
export class RuleChecks implements Check {
  readonly #rules = new Map<InstrumentId, Rules>();
  readonly #rates = new Map<InstrumentId, EventOf<'FrameAccepted'>['prices'][number]>();
  #guarded: readonly Rate[] = [];
  /** notional closed, by lane, instrument and tick */
  readonly #closed = new Map<string, bigint>();

  constructor(readonly house: House) {}

  #expect(holds: boolean, of: Guarantee, rule: string, what: unknown, at: Place): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }

  readonly on: Handlers = {
    RiskRulesSet: ({ instrument, rules }) => void this.#rules.set(instrument, rules),
    RatesGuarded: (event, at) => {
      this.#guarded = event.rates;
      for (const rate of event.rates) this.#checkRate(rate, at);
    },
    FrameAccepted: (event, at) => {
      for (const price of event.prices) {
        this.#rates.set(price.instrument, price);
        const guarded = this.#guarded.find(({ instrument }) => instrument === price.instrument);
        const holds = guarded
          ? guarded.initialPpm === price.initialPpm
          : !this.#rules.has(price.instrument);
        this.#expect(holds, 5, 'the-rate-of-the-rules', { price, guarded }, at);
      }
      this.#guarded = [];
    },
    RoundOpened: (event, at) => {
      for (const mark of event.marks) this.#checkFunding(mark, at);
    },
    SliceSized: (event, at) => this.#checkLimit(event, at),
    SliceRamped: (event, at) => {
      const holds = event.allowed > 0n && event.allowed <= event.shortage;
      this.#expect(holds, 5, 'a-ramp-allows-a-part', event, at);
    },
  };

  #checkRate(rate: Rate, at: Place): void {
    const { basePpm, guardedPpm, initialPpm } = rate;
    const guard = this.#rules.get(rate.instrument)?.antiProcyclicality;
    const rising = basePpm <= guardedPpm && guardedPpm <= initialPpm;
    this.#expect(rising, 5, 'rules-only-add', rate, at);
    if (!guard) return;
    const least = Math.max(basePpm, guard.longRunPpm);
    const full = (BigInt(least) * (PPM + BigInt(guard.bufferPpm))) / PPM;
    const isCalm = guardedPpm < guard.releasePpm;
    const holds = isCalm ? BigInt(guardedPpm) >= full : guardedPpm >= least;
    this.#expect(holds, 5, 'the-buffer-of-calm-times', { rate, guard }, at);
  }

  #checkFunding(mark: EventOf<'RoundOpened'>['marks'][number], at: Place): void {
    const factor = this.#rules.get(mark.instrument)?.funding?.clampFactorPpm;
    const rate = this.#rates.get(mark.instrument);
    if (factor === undefined || !rate) return;
    const { unit } = this.house.listing.instrument(mark.instrument);
    const between = BigInt(rate.initialPpm - rate.maintenancePpm);
    const most = (BigInt(mark.price) * unit * BigInt(factor) * between) / (PPM * PPM);
    const holds = magnitude(mark.fundingPerLot) <= most;
    this.#expect(holds, 4, 'funding-within-its-cap', { mark, most }, at);
  }

  #checkLimit(event: EventOf<'SliceSized'>, at: Place): void {
    const limit = this.#rules.get(event.instrument)?.slices?.tickNotional ?? 0;
    if (limit === 0) return;
    const { unit, settlement } = this.house.listing.instrument(event.instrument);
    const { scale } = this.house.listing.assets.get(settlement) ?? { scale: 0 };
    const mark = this.house.prices('liquidation', at.partition).quotes.get(event.instrument);
    const key = `${at.partition}/${event.instrument}/${event.tick}`;
    const notional = magnitude(event.lots) * BigInt(mark?.price ?? 0) * unit;
    const closed = (this.#closed.get(key) ?? 0n) + notional;
    this.#closed.set(key, closed);
    const holds = closed <= BigInt(limit) * 10n ** BigInt(scale);
    this.#expect(holds, 4, 'slices-within-the-limit-of-a-tick', { event, closed, limit }, at);
  }
}
