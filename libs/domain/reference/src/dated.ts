import type { CommandOf, Event, EventOf, OptionRight, Order } from '@ringfence/contracts';
import {
  accept,
  reject,
  type AssetId,
  type Decision,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { contractSize, type ContractSize } from './contract-size.js';
import { parseTicks } from './frames.js';
import { SYMBOL } from './listing.js';
import { refuseUnlessOperator } from './permission.js';
import { nextNumber, type ReferenceState } from './state.js';

type Refused = Extract<Decision<never>, { accepted: false }>;
const refuse = (...why: Parameters<typeof reject>): Refused => reject(...why) as Refused;

/** What listing a future and listing an option have in common. */
type Listing = Omit<CommandOf<'ListFuture'>, 'type'>;
interface Listed extends ContractSize {
  readonly instrument: InstrumentId;
  readonly symbol: string;
  readonly domain: DomainId;
  readonly underlying: InstrumentId;
  readonly expiry: number;
  readonly settlement: AssetId;
}

/**
 * An option's tick is at least this part of its underlying's in value: the dearest option then
 * still has a price in whole ticks that a number holds.
 */
const TICKS_FINER_MAX = 1000n;

/** Checks what every dated instrument must keep, and sizes it. */
function readListing(listing: Listing, state: ReferenceState): Listed | Refused {
  const { symbol, domain, underlying: id, expiry } = listing;
  if (!SYMBOL.test(symbol)) return refuse('symbol-malformed', { field: 'symbol' });
  if (state.symbols.has(symbol)) return refuse('symbol-taken', { symbol });
  for (const { pricedBy } of state.assets.values()) {
    if (pricedBy === symbol) return refuse('symbol-prices-an-asset', { symbol });
  }
  const settlement = state.domains.get(domain)?.settlement;
  const scale = settlement === undefined ? undefined : state.assets.get(settlement)?.scale;
  if (settlement === undefined || scale === undefined) return refuse('domain-unknown', { domain });
  const underlying = state.instruments.get(id);
  if (!underlying) return refuse('underlying-unknown', { underlying: id });
  if (underlying.domain !== domain) {
    return refuse('underlying-of-another-domain', { domain: underlying.domain });
  }
  const { now } = state.house;
  if (expiry <= now) return refuse('expiry-in-the-past', { expiry, now });
  const size = contractSize({ ...listing, scale });
  if ('code' in size) return refuse(size.code, { field: size.field });
  if (size.tickUnits * TICKS_FINER_MAX < underlying.tickUnits) {
    return refuse('tick-too-fine', { field: 'tick' });
  }
  const instrument = nextNumber(state.instruments) as InstrumentId;
  return { instrument, symbol, domain, underlying: id, expiry, settlement, ...size };
}

/**
 * Lists a future that settles in cash at its expiry against its perpetual.
 *
 * @returns `FutureListed`; or `role-not-allowed`, `symbol-malformed`, `symbol-taken`,
 *          `symbol-prices-an-asset`, `domain-unknown`, `underlying-unknown`,
 *          `underlying-of-another-domain`, `underlying-not-perpetual`, `expiry-in-the-past`, and
 *          the reasons of sizes of `listInstrument`, `tick-too-fine`
 */
export function listFuture(
  command: CommandOf<'ListFuture'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const listed = readListing(command, state);
  if ('accepted' in listed) return listed;
  if (state.terms.has(command.underlying)) return reject('underlying-not-perpetual');
  return accept<Event>({ type: 'FutureListed', ...listed });
}

/**
 * Lists a European option on a perpetual, or on the future of the same expiry.
 *
 * @returns `OptionListed`; or the reasons of `listFuture`, `underlying-is-an-option`,
 *          `underlying-expires-otherwise`, and with `field` `strike`: `price-not-a-decimal`,
 *          `price-not-positive`, `price-too-large`, `not-on-tick`
 */
export function listOption(
  command: CommandOf<'ListOption'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const listed = readListing(command, state);
  if ('accepted' in listed) return listed;
  const terms = state.terms.get(command.underlying);
  if (terms?.right) return reject('underlying-is-an-option');
  if (terms && terms.expiry !== command.expiry) {
    return reject('underlying-expires-otherwise', { expiry: terms.expiry });
  }
  const underlying = state.instruments.get(command.underlying);
  if (!underlying) return reject('underlying-unknown', { underlying: command.underlying });
  const strike = parseTicks(command.strike, underlying);
  if (typeof strike === 'string') return reject(strike, { field: 'strike' });
  const { right } = command;
  const { instrument, symbol, domain, underlying: of, expiry, ...sizes } = listed;
  const named = { instrument, symbol, domain, underlying: of, expiry };
  return accept<Event>({ type: 'OptionListed', ...named, strike, right, ...sizes });
}

/** What an instrument is worth at its end, in whole ticks of its own, halves rounded up. */
export function settlementTicks(end: {
  /** settlement price in ticks of the perpetual, and the value of one of those */
  readonly price: number;
  readonly priceUnits: bigint;
  /** null for a future; strike in ticks of the underlying, and the value of one of those */
  readonly option: { readonly right: OptionRight; readonly strike: number } | null;
  readonly strikeUnits: bigint;
  readonly tickUnits: bigint;
}): number {
  const { price, priceUnits, option, strikeUnits, tickUnits } = end;
  let value = BigInt(price) * priceUnits;
  if (option) {
    const over = value - BigInt(option.strike) * strikeUnits;
    const inside = option.right === 'call' ? over : -over;
    value = inside > 0n ? inside : 0n;
  }
  return Number((value * 2n + tickUnits) / (tickUnits * 2n));
}

/**
 * Fixes the price at which everything of one perpetual and expiry ends: its futures and options,
 * and options on those futures.
 *
 * @returns `InstrumentExpired` per instrument, in the order of their numbers; or
 *          `role-not-allowed`, `underlying-unknown`, `underlying-not-perpetual`, `not-expired-yet`,
 *          `nothing-to-settle`, with `field` `price`: `price-not-a-decimal`, `price-not-positive`,
 *          `price-too-large`, `not-on-tick`; `no-price`, `off-band` (carries price, mark, bandPpm)
 */
export function fixSettlementPrice(
  command: CommandOf<'FixSettlementPrice'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const { by } = order;
  if (by.role !== 'operator' && by.role !== 'system') {
    return reject('role-not-allowed', { role: by.role });
  }
  const { underlying: id, expiry } = command;
  const underlying = state.instruments.get(id);
  if (!underlying) return reject('underlying-unknown', { underlying: id });
  if (state.terms.has(id)) return reject('underlying-not-perpetual');
  const { now } = state.house;
  if (now < expiry) return reject('not-expired-yet', { expiry, now });
  const price = parseTicks(command.price, underlying);
  if (typeof price === 'string') return reject(price, { field: 'price' });
  const { price: mark, parameters } = underlying;
  if (mark === 0 || !parameters) return reject('no-price');
  const { bandPpm } = parameters;
  if (BigInt(Math.abs(price - mark)) * 1_000_000n > BigInt(bandPpm) * BigInt(mark)) {
    return reject('off-band', { price, mark, bandPpm });
  }
  const ends = endsOf(state, command, price);
  return ends.length === 0 ? reject('nothing-to-settle', { expiry }) : accept<Event>(...ends);
}

function endsOf(
  state: ReferenceState,
  { underlying, expiry }: CommandOf<'FixSettlementPrice'>,
  price: number,
): EventOf<'InstrumentExpired'>[] {
  const ends: EventOf<'InstrumentExpired'>[] = [];
  for (const [id, terms] of state.terms) {
    if (terms.expiry !== expiry || terms.settled !== null) continue;
    const root = state.terms.get(terms.underlying)?.underlying ?? terms.underlying;
    if (root !== underlying) continue;
    const units = (of: InstrumentId): bigint => state.instruments.get(of)?.tickUnits ?? 0n;
    const settlementPrice = settlementTicks({
      price,
      priceUnits: units(underlying),
      option: terms.right ? { right: terms.right, strike: terms.strike } : null,
      strikeUnits: units(terms.underlying),
      tickUnits: units(id),
    });
    const domain = state.instruments.get(id)?.domain;
    if (domain === undefined) continue;
    const round = state.domains.get(domain)?.round ?? 0;
    const end = { instrument: id, domain, round, expiry };
    ends.push({ type: 'InstrumentExpired', ...end, underlyingPrice: price, settlementPrice });
  }
  return ends;
}
