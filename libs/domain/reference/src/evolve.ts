import type { At, EventOf, Mail, ReferenceEvent } from '@ringfence/contracts';
import { present } from '@ringfence/kernel';
import { assetKey, parseAssetType } from '@ringfence/money';
import { touch } from './digest.js';
import { domainOf, instrumentOf, ruledOf, termsOf, type ReferenceState } from './state.js';

type Evolve = {
  readonly [Name in ReferenceEvent['type']]: (
    state: ReferenceState,
    event: EventOf<Name>,
    mail: Mail,
    at: At,
  ) => void;
};

type Listed = EventOf<'InstrumentListed' | 'FutureListed' | 'OptionListed'>;
/** An instrument of any kind is in one sequence with all others. */
function list(state: ReferenceState, event: Listed): void {
  const { instrument, symbol, domain, settlement, unit, tickUnits, tickSteps, tickScale } = event;
  const terms = { symbol, domain, settlement, unit, tickUnits, tickSteps, tickScale };
  const unpriced = { price: 0, variance: 0, initialPpm: 0, held: 0 };
  state.instruments.set(instrument, { ...terms, parameters: null, version: 0, ...unpriced });
  state.symbols.set(symbol, instrument);
  touch(state, 'instruments', instrument);
}

/** What each fact changes. It trusts the past: it refuses nothing and rounds nothing. */
export const evolve = {
  MemberAdmitted(state, { member, name }) {
    state.members.set(member, { name });
    touch(state, 'members', member);
  },
  KeyIssued(state, { key, member, role, print }) {
    state.keys.set(key, { member, role, print, revoked: false });
    state.prints.add(print);
    touch(state, 'keys', key);
  },
  KeyRevoked(state, { key }) {
    present(state.keys.get(key), 'an issued key').revoked = true;
    touch(state, 'keys', key);
  },
  AssetListed(state, { asset, caip, symbol, scale, haircutPpm, confirmations, pricedBy }) {
    const listed = { caip, symbol, scale, haircutPpm, confirmations, pricedBy };
    state.assets.set(asset, listed);
    state.caips.add(assetKey(present(parseAssetType(listed.caip), 'a CAIP-19 id')));
    state.assetSymbols.add(listed.symbol);
    touch(state, 'assets', asset);
  },
  DomainOpened(state, { domain, name, settlement }) {
    state.domains.set(domain, { name, settlement, round: 0 });
    touch(state, 'domains', domain);
  },
  InstrumentListed(state, event) {
    list(state, event);
  },
  FutureListed(state, event) {
    list(state, event);
    const { instrument, underlying, expiry } = event;
    const option = { right: null, strike: 0, volatilityPpm: 0 };
    state.terms.set(instrument, { underlying, expiry, ...option, settled: null, settledAfter: 0 });
    touch(state, 'terms', instrument);
  },
  OptionListed(state, event) {
    list(state, event);
    const { instrument, underlying, expiry, right, strike } = event;
    const live = { volatilityPpm: 0, settled: null, settledAfter: 0 };
    state.terms.set(instrument, { underlying, expiry, right, strike, ...live });
    state.options = [...state.options, instrument];
    touch(state, 'terms', instrument);
  },
  OptionsPriced(state, { prices }) {
    for (const { instrument, price, volatilityPpm } of prices) {
      instrumentOf(state, instrument).price = price;
      termsOf(state, instrument).volatilityPpm = volatilityPpm;
      touch(state, 'instruments', instrument);
      touch(state, 'terms', instrument);
    }
  },
  InstrumentExpired(state, { instrument, settlementPrice, round }) {
    const terms = termsOf(state, instrument);
    terms.settled = settlementPrice;
    terms.settledAfter = round;
    instrumentOf(state, instrument).price = settlementPrice;
    state.options = state.options.filter((other) => other !== instrument);
    touch(state, 'instruments', instrument);
    touch(state, 'terms', instrument);
  },
  PortfolioParametersSet(state, { domain, version, effective, parameters }) {
    state.portfolios.set(domain, { version, effective, parameters });
    touch(state, 'portfolios', domain);
  },
  InstrumentParametersSet(state, { instrument, version, parameters }) {
    const listed = instrumentOf(state, instrument);
    listed.parameters = parameters;
    listed.version = version;
    touch(state, 'instruments', instrument);
  },
  HouseParametersSet(state, { version, parameters }) {
    state.house.parameters = parameters;
    state.house.version = version;
    touch(state, 'house');
  },
  FrameAccepted(state, { frame, time, prices }) {
    state.house.frame = frame;
    state.house.frameTime = time;
    touch(state, 'house');
    for (const { instrument, price, variance, initialPpm } of prices) {
      Object.assign(instrumentOf(state, instrument), { price, variance, initialPpm, held: 0 });
      touch(state, 'instruments', instrument);
    }
  },
  PriceHeld(state, { instrument, price, time }) {
    instrumentOf(state, instrument).held = price;
    // a repeat of a held frame must not confirm itself
    state.house.frameTime = time;
    touch(state, 'house');
    touch(state, 'instruments', instrument);
  },
  Ticked(state, { tick, time }) {
    state.house.tick = tick;
    state.house.now = time;
    touch(state, 'house');
  },
  RoundOpened(state, { domain, round }) {
    domainOf(state, domain).round = round;
    touch(state, 'domains', domain);
  },
  RiskRulesSet(state, { instrument, version, rules }) {
    const { basePpm, guardedPpm, openInterest } = state.ruled.get(instrument) ?? UNRULED;
    state.ruled.set(instrument, { version, rules, basePpm, guardedPpm, openInterest });
    touch(state, 'ruled', instrument);
  },
  AuctionRulesSet(state, { instrument, version, auction }) {
    state.auctions.set(instrument, { version, auction });
    touch(state, 'auctions', instrument);
  },
  OpenInterestObserved(state, { instrument, lots }) {
    state.ruled.set(instrument, { ...ruledOf(state, instrument), openInterest: lots });
    touch(state, 'ruled', instrument);
  },
  RatesGuarded(state, { rates }) {
    for (const { instrument, basePpm, guardedPpm } of rates) {
      state.ruled.set(instrument, { ...ruledOf(state, instrument), basePpm, guardedPpm });
      touch(state, 'ruled', instrument);
    }
  },
} satisfies Evolve;

/** Before the first frame under rules. */
const UNRULED = { basePpm: 0, guardedPpm: 0, openInterest: 0 };
