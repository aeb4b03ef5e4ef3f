import { auctionRules } from './auction.js';
import { bankruptcyRules } from './bankruptcy-adl.js';
import type { Topics } from '../run.js';
import { fundingRules } from './funding.js';
import { guardRules } from './guards.js';
import { liquidationPriceRules } from './liquidation-price.js';
import { lossAllocationRules } from './loss-allocation.js';
import { marginRules } from './margin.js';
import { multiCollateralRules } from './multi-collateral.js';
import { partialLiquidationRules } from './partial-liquidation.js';
import { portfolioRules } from './portfolio-margin.js';
import { pricingRules } from './pricing.js';

/** Every topic that is run. */
export const TOPICS: Topics = {
  'pricing-and-greeks': pricingRules,
  margin: marginRules,
  funding: fundingRules,
  'liquidation-price': liquidationPriceRules,
  'partial-liquidation': partialLiquidationRules,
  'bankruptcy-adl': bankruptcyRules,
  'loss-allocation': lossAllocationRules,
  guards: guardRules,
  auction: auctionRules,
  'portfolio-margin': portfolioRules,
  'portfolio-margin-multi-collateral': multiCollateralRules,
};
