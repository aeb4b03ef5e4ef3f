import { STAND_IN } from '../kernel.js';
import type { Topics } from '../run.js';
import { fundingRules } from './funding.js';
import { liquidationPriceRules } from './liquidation-price.js';
import { marginRules } from './margin.js';

/** Every topic that is run, with the pricing kernel that its rules share. */
export const TOPICS: Topics = {
  margin: marginRules(STAND_IN),
  funding: fundingRules,
  'liquidation-price': liquidationPriceRules,
};
