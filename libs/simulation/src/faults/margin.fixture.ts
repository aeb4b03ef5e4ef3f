import type { EventOf, LaneDefinition } from '@ringfence/contracts';
import type { LiquidationState } from '@ringfence/domain-liquidation';
import type { RiskState } from '@ringfence/domain-risk';
import { present, type MemberId } from '@ringfence/kernel';
import { HOUSE_LANES } from '../definitions.js';
import type { AnyDefinition } from '../house.js';
import { domainOf } from '../town.js';
import { broken, deciding, eachOf, evolving, rewriting, type Planted } from './plant.fixture.js';

/** The gate lets everything through. */
export const opensGate: Planted = rewriting(
  'risk',
  'JudgeGate',
  eachOf('GateJudged', (event) => ({ ...event, passed: true, reason: '' })),
);

/** What is pending counts as if it were there already: a pending sell hedges a position. */
export const hedgesWithPending: Planted = deciding<'JudgeGate', RiskState>(
  'risk',
  'JudgeGate',
  (decide, command, state, order) => {
    const lines = state.book.buckets.flatMap((bucket) => bucket.lines);
    const before = lines.map((line) => ({ ...line }));
    for (const line of lines) {
      const instrument = state.market.instruments[line.instrument];
      const pending = line.buys - line.sells;
      line.lots += pending;
      line.cost += BigInt(pending) * (instrument?.lotValue ?? 0n);
      line.buys = 0;
      line.sells = 0;
    }
    const decided = decide(command, state, order);
    lines.forEach((line, i) => Object.assign(line, before[i]));
    return decided;
  },
);

/** A close-out forgets which record of accounts its last fill stands in. */
export const sizesFromStale: Planted = evolving<LiquidationState>(
  'liquidation',
  'SliceFilled',
  (evolve, state, event, ...rest) =>
    evolve(state, { ...(event as EventOf<'SliceFilled'>), accountsSeq: 0 }, ...rest),
);

/** Every fifth frame reaches one lane after the one that follows it. */
export const swapsFrames: Planted = {
  definitions: HOUSE_LANES,
  alter: ({ service, partition }, options) => {
    if (service !== 'risk' || partition !== 1) return options;
    const definition = options.definition as unknown as LaneDefinition<RiskState>;
    const views = present(definition.views.reference, 'a view of reference');
    const view = present(views.FrameAccepted, 'a view of frames');
    let held: (() => void) | null = null;
    const swapping: typeof view = (state, event, at) => {
      if (event.frame % 5 === 0) {
        held = () => view(state, event, at);
        return;
      }
      view(state, event, at);
      held?.();
      held = null;
    };
    const reference = { ...views, FrameAccepted: swapping };
    const changed = { ...definition, views: { ...definition.views, reference } };
    return { ...options, definition: changed as unknown as AnyDefinition };
  },
};

/**
 * A leg that comes under the tag of a round which passed its bucket over counts twice as settling:
 * the fault that seed 201 found in risk.
 */
export const countsLateLegTwice: Planted = broken<RiskState>('risk', (definition) => {
  const views = present(definition.views.accounts, 'a view of accounts');
  const view = present(views.LegApplied, 'a view of legs');
  const twice: typeof view = (state, event, at) => {
    const { account, bucket: id, instrument, lots, cost } = event;
    const bucket = state.book.buckets.find((each) => each.account === account && each.id === id);
    const settled = state.book.rounds[domainOf(instrument)]?.settled ?? 0;
    const late = bucket !== undefined && bucket.settled < settled && event.tag <= settled;
    view(state, event, at);
    const line = bucket?.lines.find((each) => each.instrument === instrument);
    if (!late || !line) return;
    line.settlingLots += lots;
    line.settlingCost += cost;
  };
  const accounts = { ...views, LegApplied: twice };
  return { ...definition, views: { ...definition.views, accounts } };
});

/** A frame wakes nobody whose price interval it leaves: who falls short is never called. */
export const passesOver: Planted = broken<RiskState>('risk', (definition) => {
  const views = present(definition.views.reference, 'a view of reference');
  const view = present(views.FrameAccepted, 'a view of frames');
  const blind: typeof view = (state, event, at) => {
    state.work.triggers.length = 0;
    view(state, event, at);
  };
  const reference = { ...views, FrameAccepted: blind };
  return { ...definition, views: { ...definition.views, reference } };
});

/** A frame takes the rate of volatility alone, whatever the rules say. */
export const overlooksRules: Planted = rewriting('reference', 'PublishFrame', (events) => {
  const guarded = events.find((event) => event.type === 'RatesGuarded');
  const bases = guarded?.type === 'RatesGuarded' ? guarded.rates : [];
  return eachOf('FrameAccepted', (event) => ({
    ...event,
    prices: event.prices.map((price) => {
      const base = bases.find(({ instrument }) => instrument === price.instrument);
      return base ? { ...price, initialPpm: base.basePpm } : price;
    }),
  }))(events);
});

/** A bid takes over more than there is. */
export const overfillsBids: Planted = rewriting(
  'liquidation',
  'BidInAuction',
  eachOf('BidTaken', (event) => ({ ...event, lots: event.lots * 100_000 })),
);

/** A bid costs the bucket more than all that stands behind its position. */
export const sellsBelowBankruptcy: Planted = rewriting(
  'liquidation',
  'BidInAuction',
  eachOf('BidTaken', (event) => {
    const price = event.lots < 0 ? Math.ceil(event.price / 2) : event.price * 2;
    return { ...event, price };
  }),
);

/** A bid counts as that of another member. */
export const bidsForAnyone: Planted = rewriting(
  'liquidation',
  'BidInAuction',
  eachOf('BidTaken', (event) => ({ ...event, member: (event.member + 1) as MemberId })),
);

/** An auction goes on while the round is asked to deleverage. */
export const deleveragesEarly: Planted = rewriting(
  'liquidation',
  'WorkCloseOuts',
  eachOf('AuctionEnded', () => null),
);
