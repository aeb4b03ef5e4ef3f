import type { EventOf } from '@ringfence/contracts';
import {
  bucketKind,
  bucketNumber,
  present,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import type { Event } from '@ringfence/contracts';
import { PPM } from './shares.js';

export type Instrument = EventOf<'InstrumentListed' | 'FutureListed' | 'OptionListed'>;
type Parameters = EventOf<'InstrumentParametersSet'>['parameters'];

/** How a future or option ends. */
export interface Terms {
  readonly underlying: InstrumentId;
  readonly expiry: number;
  /** null for a future */
  readonly right: 'call' | 'put' | null;
  readonly strike: number;
}

/** What the reference log lists: it never changes, so one copy serves all lanes. */
export class Listing {
  readonly assets = new Map<AssetId, EventOf<'AssetListed'>>();
  readonly domains = new Map<DomainId, AssetId>();
  readonly instruments = new Map<InstrumentId, Instrument>();
  readonly symbols = new Map<string, Instrument>();
  /** of futures and options */
  readonly terms = new Map<InstrumentId, Terms>();

  see(event: Event): void {
    if (event.type === 'AssetListed') this.assets.set(event.asset, event);
    else if (event.type === 'DomainOpened') this.domains.set(event.domain, event.settlement);
    else if (event.type === 'InstrumentListed') this.#list(event);
    else if (event.type === 'FutureListed') {
      this.#list(event);
      const { instrument, underlying, expiry } = event;
      this.terms.set(instrument, { underlying, expiry, right: null, strike: 0 });
    } else if (event.type === 'OptionListed') {
      this.#list(event);
      const { instrument, underlying, expiry, right, strike } = event;
      this.terms.set(instrument, { underlying, expiry, right, strike });
    }
  }
  #list(event: Instrument): void {
    this.instruments.set(event.instrument, event);
    this.symbols.set(event.symbol, event);
  }
  isOption(id: InstrumentId): boolean {
    const terms = this.terms.get(id);
    return terms !== undefined && terms.right !== null;
  }
  instrument(id: InstrumentId): Instrument {
    return present(this.instruments.get(id), `instrument ${id} was listed`);
  }
  settlement(domain: DomainId): AssetId {
    return present(this.domains.get(domain), `domain ${domain} was opened`);
  }
  /** The domain that a margin bucket settles in; undefined for `excess`. */
  domainOf(bucket: BucketId): DomainId | undefined {
    const kind = bucketKind(bucket);
    const number = bucketNumber(bucket);
    if (kind === 'isolated') return this.instrument(number as InstrumentId).domain;
    return kind === 'excess' ? undefined : (number as DomainId);
  }
}

/** The price of an instrument as a frame set it. */
export type Quote = EventOf<'FrameAccepted'>['prices'][number] & { readonly validUntil: number };

/** An option has a price and no rates: what it needs is not a share of its price. */
const UNRATED = { variance: 0, initialPpm: 0, maintenancePpm: 0, callPpm: 0, releasePpm: 0 };

/** What one lane has read of the reference log: newest prices, parameters and time. */
export class Prices {
  frame = 0;
  now = 0;
  approvals = 0;
  readonly #seen = new Listing();
  readonly quotes = new Map<InstrumentId, Quote>();
  readonly parameters = new Map<InstrumentId, Parameters>();
  /** what has ended, and when: its expiry event */
  readonly expired = new Map<InstrumentId, EventOf<'InstrumentExpired'>>();
  /** portfolio parameters by domain, in their order */
  readonly #portfolios = new Map<DomainId, EventOf<'PortfolioParametersSet'>[]>();

  see(event: Event): void {
    this.#seen.see(event);
    if (event.type === 'FrameAccepted') {
      this.frame = event.frame;
      const { validUntil } = event;
      for (const quote of event.prices) this.quotes.set(quote.instrument, { ...quote, validUntil });
    } else if (event.type === 'OptionsPriced') {
      const { validUntil } = event;
      for (const { instrument, price } of event.prices) {
        this.quotes.set(instrument, { ...UNRATED, instrument, price, validUntil });
      }
    } else if (event.type === 'InstrumentExpired') {
      const { instrument, settlementPrice: price } = event;
      this.expired.set(instrument, event);
      // its price moves no more: it needs nothing
      this.quotes.set(instrument, { ...UNRATED, instrument, price, validUntil: Infinity });
    } else if (event.type === 'PortfolioParametersSet') {
      const sets = this.#portfolios.get(event.domain) ?? [];
      this.#portfolios.set(event.domain, [...sets, event]);
    } else if (event.type === 'Ticked') this.now = event.time;
    else if (event.type === 'InstrumentParametersSet') {
      this.parameters.set(event.instrument, event.parameters);
    } else if (event.type === 'HouseParametersSet') this.approvals = event.parameters.approvals;
  }
  /** What an option's value counts for now, long and short. */
  discounts(domain: DomainId): { readonly longPpm: number; readonly shortPpm: number } {
    const sets = this.#portfolios.get(domain) ?? [];
    const set = sets.filter(({ effective }) => effective <= this.now).at(-1);
    const longPpm = set?.parameters.longDiscountPpm ?? 1_000_000;
    return { longPpm, shortPpm: set?.parameters.shortDiscountPpm ?? 1_000_000 };
  }
  /** Whether the lane knows yet what a margin bucket settles in. */
  knows(bucket: BucketId): boolean {
    const number = bucketNumber(bucket);
    if (bucketKind(bucket) !== 'isolated') return this.#seen.domains.has(number as DomainId);
    return this.#seen.instruments.has(number as InstrumentId);
  }
  /** Whether the lane knows the asset yet. */
  lists(asset: AssetId): boolean {
    return this.#seen.assets.has(asset);
  }
}

/** What an amount of collateral is worth after its haircut, rounded down. */
export function worthAfterHaircut(
  amount: bigint,
  priced: { readonly value: bigint; readonly scale: number; readonly haircutPpm: number },
): bigint {
  const kept = BigInt(1_000_000 - priced.haircutPpm);
  return (amount * priced.value * kept) / (10n ** BigInt(priced.scale) * PPM);
}

/** Worth of collateral in a settlement asset at a lane's newest marks; 0 when nothing prices it. */
export function worthNow(
  held: { readonly asset: AssetId; readonly amount: bigint },
  settlement: AssetId,
  market: { readonly listing: Listing; readonly prices: Prices },
): bigint {
  const asset = market.listing.assets.get(held.asset);
  const pricer = asset && market.listing.symbols.get(asset.pricedBy);
  const quote = pricer && market.prices.quotes.get(pricer.instrument);
  if (!asset || !quote || !market.prices.lists(held.asset) || pricer.settlement !== settlement)
    return 0n;
  const value = BigInt(quote.price) * pricer.tickUnits;
  return worthAfterHaircut(held.amount, {
    value,
    scale: asset.scale,
    haircutPpm: asset.haircutPpm,
  });
}
