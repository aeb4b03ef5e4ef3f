import { auctionThroughEvents } from './auction.js';
import {
  claimsThroughEvents,
  marketsThroughEvents,
  originThroughEvents,
  waterThroughEvents,
} from './clearing.js';
import { endToEndThroughEvents, feeThroughEvents, sizeThroughEvents } from './close-out.js';
import { limitsThroughEvents, rampThroughEvents } from './pace.js';
import type { EventRule, EventRules } from './run-events.js';
import { moveThroughEvents, shelterThroughEvents, statusThroughEvents } from './standing.js';

const SCENARIOS: { readonly [scenario: string]: EventRule } = {
  'loss-keeps-its-origin': originThroughEvents,
  'fee-credited-is-charged': feeThroughEvents,
  'haircut-stays-in-market': marketsThroughEvents,
  'move-out-checks-source': moveThroughEvents,
  'no-shelter': shelterThroughEvents,
  'status-per-bucket': statusThroughEvents,
};

/** Rules at work in the house, by topic; what is missing is listed in the README. */
export const EVENT_TOPICS: { readonly [topic: string]: EventRules } = {
  auction: { 'dutch-auction-solvent': auctionThroughEvents },
  'loss-allocation': { 'loss-socialisation': claimsThroughEvents },
  'bankruptcy-adl': { 'adl-water-filling': waterThroughEvents },
  'partial-liquidation': {
    'partial-liquidation-size': sizeThroughEvents,
    'partial-liquidation-end-to-end': endToEndThroughEvents,
    'time-ramped-fraction': rampThroughEvents,
    'liquidation-limits': limitsThroughEvents,
  },
  guards: {
    'segregation-regressions': (input) => {
      const rule = SCENARIOS[input.text('scenario')];
      return rule ? rule(input) : null;
    },
  },
};
