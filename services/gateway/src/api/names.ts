import type { EventOf, NamedAsset, NamedInstrument, Names } from '@ringfence/contracts';
import type { AssetId, By, DomainId, InstrumentId, MemberId } from '@ringfence/kernel';
import type { HouseDecided } from '@ringfence/lane';

type Listed<Name extends 'AssetListed' | 'DomainOpened' | 'MemberAdmitted'> = EventOf<Name>;
/** A perpetual, a dated future or an option, as it was listed. */
export type ListedInstrument = EventOf<'InstrumentListed' | 'FutureListed' | 'OptionListed'>;

/**
 * What the edge knows of the reference log: names of assets, instruments and domains, and who may
 * call. A pure fold of its events.
 */
export class ReferenceNames implements Names {
  readonly assets = new Map<AssetId, Listed<'AssetListed'>>();
  readonly instruments = new Map<InstrumentId, ListedInstrument>();
  readonly domains = new Map<DomainId, Listed<'DomainOpened'>>();
  readonly members = new Map<MemberId, Listed<'MemberAdmitted'>>();
  readonly parameters = new Map<InstrumentId, EventOf<'InstrumentParametersSet'>>();
  /** newest used prices, in ticks */
  readonly prices = new Map<InstrumentId, { readonly price: number; readonly frame: number }>();
  /** newest implied volatilities of options, parts per million */
  readonly volatilities = new Map<InstrumentId, number>();
  /** what ended, and at which price in its own ticks */
  readonly settlements = new Map<InstrumentId, number>();
  /** how a domain margins portfolios: the newest version, which may not be in force yet */
  readonly portfolioRules = new Map<DomainId, EventOf<'PortfolioParametersSet'>>();
  house: EventOf<'HouseParametersSet'> | undefined;
  tick: EventOf<'Ticked'> | undefined;
  frame: { readonly frame: number; readonly time: number; readonly validUntil: number } | undefined;
  readonly #assetNames = new Map<string, NamedAsset>();
  readonly #instrumentNames = new Map<string, NamedInstrument>();
  readonly #domainNames = new Map<string, DomainId>();
  readonly #keys = new Map<string, By>();
  readonly #prints = new Map<number, string>();

  asset(text: string): NamedAsset | undefined {
    return this.#assetNames.get(text);
  }
  instrument(text: string): NamedInstrument | undefined {
    return this.#instrumentNames.get(text);
  }
  domain(name: string): DomainId | undefined {
    return this.#domainNames.get(name);
  }
  /** @param print  SHA-256 of a key's secret, 64 hexadecimal digits */
  keyOf(print: string): By | undefined {
    return this.#keys.get(print);
  }
  /** keys issued so far, also those revoked */
  get keysIssued(): number {
    return this.#prints.size;
  }

  fold(event: HouseDecided['events'][number]): void {
    switch (event.type) {
      case 'MemberAdmitted':
        this.members.set(event.member, event);
        break;
      case 'KeyIssued':
        this.#prints.set(event.key, event.print);
        this.#keys.set(event.print, { key: event.key, member: event.member, role: event.role });
        break;
      case 'KeyRevoked':
        this.#keys.delete(this.#prints.get(event.key) ?? '');
        break;
      case 'AssetListed':
        this.#listAsset(event);
        break;
      case 'DomainOpened':
        this.domains.set(event.domain, event);
        this.#domainNames.set(event.name, event.domain);
        break;
      case 'InstrumentListed':
      case 'FutureListed':
      case 'OptionListed':
        this.#listInstrument(event);
        break;
      default:
        this.#foldMarket(event);
    }
  }

  #foldMarket(event: HouseDecided['events'][number]): void {
    if (event.type === 'InstrumentParametersSet') this.parameters.set(event.instrument, event);
    else if (event.type === 'HouseParametersSet') this.house = event;
    else if (event.type === 'Ticked') this.tick = event;
    else if (event.type === 'FrameAccepted') {
      const { frame, time, validUntil } = event;
      this.frame = { frame, time, validUntil };
      for (const { instrument, price } of event.prices) {
        this.prices.set(instrument, { price, frame });
      }
    } else this.#foldDated(event);
  }
  #foldDated(event: HouseDecided['events'][number]): void {
    if (event.type === 'OptionsPriced') {
      const { frame } = event;
      for (const { instrument, price, volatilityPpm } of event.prices) {
        this.prices.set(instrument, { price, frame });
        this.volatilities.set(instrument, volatilityPpm);
      }
    } else if (event.type === 'InstrumentExpired') {
      this.settlements.set(event.instrument, event.settlementPrice);
    } else if (event.type === 'PortfolioParametersSet') {
      this.portfolioRules.set(event.domain, event);
    }
  }

  #listAsset(event: Listed<'AssetListed'>): void {
    this.assets.set(event.asset, event);
    const named: NamedAsset = { id: event.asset, scale: event.scale };
    this.#assetNames.set(event.caip, named);
    this.#assetNames.set(event.symbol, named);
  }
  #listInstrument(event: ListedInstrument): void {
    const { instrument, symbol, tickSteps, tickScale, lotSteps, lotScale } = event;
    this.instruments.set(instrument, event);
    this.#instrumentNames.set(symbol, {
      id: instrument,
      tick: { units: BigInt(tickSteps), scale: tickScale },
      lot: { units: BigInt(lotSteps), scale: lotScale },
    });
  }
}
