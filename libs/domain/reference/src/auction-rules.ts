import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, reject, type Decision } from '@ringfence/kernel';
import { PPM } from '@ringfence/money';
import { refuseUnlessOperator } from './permission.js';
import { firstBroken, type Rule } from './rule.js';
import type { ReferenceState } from './state.js';

type Terms = NonNullable<EventOf<'AuctionRulesSet'>['auction']>;

/** An auction ends while people remember why it began; ticks. */
const TICKS_MAX = 100_000;

const RULES: readonly Rule<Terms>[] = [
  {
    field: 'startPpm',
    rule: `from 1 to ${PPM}`,
    holds: ({ startPpm }) => startPpm >= 1 && startPpm <= PPM,
  },
  {
    field: 'cutoffPpm',
    rule: 'at most startPpm',
    holds: ({ cutoffPpm, startPpm }) => cutoffPpm <= startPpm,
  },
  {
    field: 'fastTicks',
    rule: `from 1 to ${TICKS_MAX}`,
    holds: ({ fastTicks }) => fastTicks >= 1 && fastTicks <= TICKS_MAX,
  },
  {
    field: 'slowTicks',
    rule: `from 1 to ${TICKS_MAX}`,
    holds: ({ slowTicks }) => slowTicks >= 1 && slowTicks <= TICKS_MAX,
  },
  { field: 'minLots', rule: 'at least 1', holds: ({ minLots }) => minLots >= 1 },
];

/**
 * Sets how positions in an instrument are auctioned, under the next version. Auctions that are open
 * keep the terms they were opened on.
 *
 * @returns `AuctionRulesSet`; or `role-not-allowed`, `instrument-unknown`, `parameter-out-of-range`
 *          (with `field` and `rule`)
 * @source DESIGN 6.5; rules/auction
 */
export function setAuctionRules(
  { instrument, auction }: CommandOf<'SetAuctionRules'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  if (!state.instruments.has(instrument)) return reject('instrument-unknown', { instrument });
  const broken = auction && firstBroken(RULES, auction);
  if (broken) return broken;
  const version = (state.auctions.get(instrument)?.version ?? 0) + 1;
  return accept<Event>({ type: 'AuctionRulesSet', instrument, version, auction });
}
