import type { NotHere, Rules } from '../run.js';

const WAITS: NotHere = { notHere: 'the pricing kernel of libs/margin is not merged yet' };

/** Rules of the topic `pricing-and-greeks`. */
export const pricingRules: Rules = {
  'black76-value': WAITS,
  'black76-greeks': WAITS,
  'bsm-value': WAITS,
  'bsm-greeks': WAITS,
  'black76-call-grid': WAITS,
  'black76-limits': WAITS,
};
