import type { Each } from './each.js';
import {
  FixSettlementPrice,
  FutureListed,
  InstrumentExpired,
  ListFuture,
  ListOption,
  OptionListed,
  OptionsPriced,
  PortfolioParametersSet,
  PublishVolatilityFrame,
  SetPortfolioParameters,
} from './reference-dated.js';
import {
  amount,
  asset,
  command,
  domain,
  event,
  group,
  instrument,
  int,
  list,
  member,
  message,
  oneOf,
  text,
  uint,
} from './table/index.js';
import { AuctionRulesSet, SetAuctionRules } from './reference-auctions.js';
import { RISK_RULES_COMMANDS, RISK_RULES_EVENTS } from './risk-rules.js';

export * from './reference-auctions.js';
export * from './reference-dated.js';

/**
 * The reference lane: what the whole house must see in one order. Members, keys, assets,
 * instruments, parameters, price
 * frames, rounds and time. Its log has one partition and every lane reads it.
 */

const ROLE = () => oneOf('venue', 'operator', 'approver', 'regulator', 'system');

// ---- commands of operators and of the price and time sources
export const AdmitMember = command(130, 'AdmitMember', 1, { name: text(64) });
/**
 * `print` is the SHA-256 of the secret key, 64 hex digits; the secret itself never enters the log.
 */
export const IssueKey = command(131, 'IssueKey', 1, {
  member: member(),
  role: ROLE(),
  print: text(64),
  label: text(64),
});
export const RevokeKey = command(132, 'RevokeKey', 1, { key: uint() });
/**
 * `caip` is the CAIP-19 id, `scale` the decimals of its smallest unit (0 to 18), `haircutPpm` what
 * is taken off its value as
 * collateral, `confirmations` the blocks until a deposit counts. `pricedBy` is the symbol of the
 * instrument whose mark prices
 * one whole unit in that instrument's settlement asset; empty for a settlement asset.
 */
export const ListAsset = command(133, 'ListAsset', 1, {
  caip: text(128),
  symbol: text(16),
  scale: uint(),
  haircutPpm: uint(),
  confirmations: uint(),
  pricedBy: text(32),
});
/** A domain settles and mutualises its instruments in one asset. */
export const OpenDomain = command(134, 'OpenDomain', 1, { name: text(32), settlement: asset() });
/**
 * A linear perpetual future. `tick` is the price step and `lot` the quantity step, decimals as
 * text.
 */
export const ListInstrument = command(135, 'ListInstrument', 1, {
  symbol: text(32),
  domain: domain(),
  tick: text(32),
  lot: text(32),
  multiplier: uint(),
});

/**
 * Margin parameters of one instrument. Shares and rates in parts per million; `depth` from a real
 * book.
 */
export const instrumentParameters = {
  /** weight of the past in the EWMA of squared returns between frames */
  lambdaPpm: uint(),
  /**
   * quantile times the square root of the margin period of risk in frames: initial rate = this
   * times volatility
   */
  multiplierPpm: uint(),
  floorPpm: uint(),
  capPpm: uint(),
  stepPpm: uint(),
  hysteresisPpm: uint(),
  /** maintenance and call level as shares of the initial rate; release above it */
  maintenancePpm: uint(),
  callPpm: uint(),
  releasePpm: uint(),
  /** a price that moved further than this share from the last used one is held, not used */
  bandPpm: uint(),
  /** fee of each side of a trade; fee of a close-out slice */
  tradeFeePpm: uint(),
  closeOutFeePpm: uint(),
  /** extra initial rate that a close-out aims at, so that the bucket is not back at once */
  bufferPpm: uint(),
  /** notional of the book's one side that liquidity walls stand for, in whole settlement units */
  bookNotional: uint(),
  /** cumulative share of that notional within so many basis points from the middle */
  depth: list(group({ bps: uint(), cumulativePpm: uint() })),
};
export const SetInstrumentParameters = command(136, 'SetInstrumentParameters', 1, {
  instrument: instrument(),
  parameters: group(instrumentParameters),
});
export const domainParameters = {
  /** a tick further ahead than this is an outage: open deadlines move by it */
  tickMaxMs: uint(),
  /** prices older than this are stale: only what reduces risk passes */
  frameValidMs: uint(),
  /** time a client has to meet a call */
  callWindowMs: uint(),
  /** ticks after which collateral that no liquidity wall bought goes to insurance */
  saleTicks: uint(),
  /** distinct approvers that a withdrawal needs */
  approvals: uint(),
};
export const SetHouseParameters = command(137, 'SetHouseParameters', 1, {
  parameters: group(domainParameters),
});
/**
 * New prices, all of one instant. `time` and `validUntil` in ms UTC; prices as decimal text, so
 * that NaN, zero and exponents are
 * refused by name and a price off its band is held instead of used.
 */
export const PublishFrame = command(138, 'PublishFrame', 1, {
  time: uint(),
  validUntil: uint(),
  source: text(64),
  prices: list(group({ instrument: instrument(), price: text(40) })),
});
/** Time passes only so: ms UTC and the clock it came from. Not later than the last one: ignored. */
export const Tick = command(139, 'Tick', 1, { time: uint(), source: text(64) });
/** From the clearing decider of a domain: open the next settlement round with your newest frame. */
export const RoundRequest = message(140, 'RoundRequest', 1, {
  domain: domain(),
  round: uint(),
  cause: oneOf('schedule', 'deficit'),
  funding: list(group({ instrument: instrument(), ratePpb: int() })),
});

// ---- events
export const MemberAdmitted = event(150, 'MemberAdmitted', 1, {
  member: member(),
  name: text(64).like('name'),
});
export const KeyIssued = event(151, 'KeyIssued', 1, {
  key: uint(),
  member: member().like('member'),
  role: ROLE().like('role'),
  print: text(64).like('print'),
  label: text(64).like('label'),
});
export const KeyRevoked = event(152, 'KeyRevoked', 1, { key: uint().like('key') });
export const AssetListed = event(153, 'AssetListed', 1, {
  asset: asset(),
  caip: text(128).like('caip'),
  symbol: text(16).like('symbol'),
  scale: uint().like('scale'),
  haircutPpm: uint().like('haircutPpm'),
  confirmations: uint().like('confirmations'),
  pricedBy: text(32).like('pricedBy'),
});
export const DomainOpened = event(154, 'DomainOpened', 1, {
  domain: domain(),
  name: text(32).like('name'),
  settlement: asset().like('settlement'),
});
/**
 * `unit`: settlement-asset units per lot and tick, whole by rule. `tickUnits`: settlement-asset
 * units of one tick for one whole base
 * unit (what prices collateral). `tickScale`, `lotScale`: decimals of tick and lot; `tickSteps`,
 * `lotSteps`: size in those decimals.
 */
export const InstrumentListed = event(155, 'InstrumentListed', 1, {
  instrument: instrument(),
  symbol: text(32).like('symbol'),
  domain: domain().like('domain'),
  settlement: asset(),
  unit: amount(),
  tickUnits: amount(),
  tickSteps: uint(),
  tickScale: uint(),
  lotSteps: uint(),
  lotScale: uint(),
});
export const InstrumentParametersSet = event(156, 'InstrumentParametersSet', 1, {
  instrument: instrument().like('instrument'),
  version: uint(),
  parameters: group(instrumentParameters).like('parameters'),
});
export const HouseParametersSet = event(157, 'HouseParametersSet', 1, {
  version: uint(),
  parameters: group(domainParameters).like('parameters'),
});
/**
 * The prices that the house uses from here on, in ticks, with the margin rates that follow from
 * them. `variance` is the EWMA of
 * squared returns in units of 1e-12. Instruments without a usable price in this frame are absent
 * and keep their last one.
 */
export const FrameAccepted = event(158, 'FrameAccepted', 1, {
  frame: uint(),
  time: uint().like('time'),
  validUntil: uint().like('validUntil'),
  source: text(64).like('source'),
  prices: list(
    group({
      instrument: instrument(),
      price: uint(),
      variance: uint(),
      initialPpm: uint(),
      maintenancePpm: uint(),
      callPpm: uint(),
      releasePpm: uint(),
    }),
  ),
});
/**
 * A price off the band: held and reported, not used, until the next frame agrees with it within the
 * band.
 */
export const PriceHeld = event(159, 'PriceHeld', 1, {
  instrument: instrument(),
  price: uint(),
  last: uint(),
  bandPpm: uint(),
  time: uint().like('time'),
});
/** `outageMs` > 0: the step was larger than `tickMaxMs`; open deadlines move by it. */
export const Ticked = event(160, 'Ticked', 1, {
  tick: uint(),
  time: uint().like('time'),
  outageMs: uint(),
  source: text(64).like('source'),
});
/**
 * Frames and rounds have one order: marks in ticks, funding in settlement units per lot that longs
 * pay (negative: receive).
 */
export const RoundOpened = event(161, 'RoundOpened', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  frame: uint(),
  cause: oneOf('schedule', 'deficit').like('cause'),
  marks: list(group({ instrument: instrument(), price: uint(), fundingPerLot: int() })),
  /**
   * collateral values at the marks: settlement units per 10^scale units of the asset, and the
   * haircut
   */
  collateral: list(group({ asset: asset(), value: amount(), scale: uint(), haircutPpm: uint() })),
});

export const REFERENCE_COMMANDS = [
  AdmitMember,
  IssueKey,
  RevokeKey,
  ListAsset,
  OpenDomain,
  ListInstrument,
  SetInstrumentParameters,
  SetHouseParameters,
  PublishFrame,
  Tick,
  RoundRequest,
  ...RISK_RULES_COMMANDS,
  ListFuture,
  ListOption,
  PublishVolatilityFrame,
  FixSettlementPrice,
  SetPortfolioParameters,
  SetAuctionRules,
] as const;
export const REFERENCE_EVENTS = [
  MemberAdmitted,
  KeyIssued,
  KeyRevoked,
  AssetListed,
  DomainOpened,
  InstrumentListed,
  InstrumentParametersSet,
  HouseParametersSet,
  FrameAccepted,
  PriceHeld,
  Ticked,
  RoundOpened,
  ...RISK_RULES_EVENTS,
  FutureListed,
  OptionListed,
  OptionsPriced,
  InstrumentExpired,
  PortfolioParametersSet,
  AuctionRulesSet,
] as const;
export type ReferenceCommand = Each<typeof REFERENCE_COMMANDS>;
export type ReferenceEvent = Each<typeof REFERENCE_EVENTS>;
