import {
  depositIndexLoss,
  lossPerUnit,
  paidClaims,
  paidToLast,
  profitRatio,
  withdrawableProfit,
} from '@ringfence/margin';
import { DECIMAL_ZERO } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

function claims(input: Input): Outputs {
  const gains = input.wholes('gains');
  const collected = input.whole('collected');
  return {
    paidLastTakesRemainder: paidToLast(collected, gains),
    paidLargestRemainder: paidClaims(collected, gains),
  };
}

const BANKRUPTCY: { readonly [calc: string]: (input: Input) => Outputs } = {
  perUnit: (input): Outputs => {
    const sides = { long: input.figure('long').abs(), short: input.figure('short').abs() };
    const perUnit = lossPerUnit(input.figure('loss'), sides);
    if (typeof perUnit === 'string') return { error: perUnit };
    const holder = input.figureOr('holder', DECIMAL_ZERO);
    return { perUnit, holderCharge: perUnit.times(holder).times('-1') };
  },
  depositIndex: (input) => {
    const { delta, factor } = depositIndexLoss(input.figure('loss'), input.figure('deposits'));
    return { indexDelta: delta, indexFactor: factor };
  },
};

function haircut(input: Input): Outputs {
  const vault = {
    vault: input.figure('vault'),
    capital: input.figure('capital'),
    insurance: input.figure('insurance'),
    positivePnl: input.figure('positivePnl'),
  };
  const h = profitRatio(vault);
  if (!input.has('pnl')) return { h };
  return { h, withdrawable: input.figures('pnl').map((pnl) => withdrawableProfit(vault, pnl)) };
}

/** Rules of the topic `loss-allocation`. */
export const lossAllocationRules: Rules = {
  'loss-socialisation': claims,
  'bankruptcy-socialisation': (input) => input.choose('calc', BANKRUPTCY)(input),
  'profit-haircut-ratio': haircut,
};
