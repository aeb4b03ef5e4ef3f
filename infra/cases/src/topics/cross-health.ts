import type { crossHealth, HealthPerp, HealthToken } from '@ringfence/margin';
import { DECIMAL_ONE, DECIMAL_ZERO } from '@ringfence/money';
import type { Input } from '../input.js';

type Account = Parameters<typeof crossHealth>[0];

/** One account with its tokens as the case names them: `token1` is the settlement token. */
export function healthAccount(input: Input): Account {
  const prices = input.figures('prices');
  const zero = DECIMAL_ZERO;
  return {
    tokens: prices.map((_, i) => token(input, i)),
    perp: input.has('perp') ? perp(input, input.part('perp')) : null,
    reserves: {
      quote: input.figureOr('reservedQuote', zero),
      base: input.figureOr('reservedBase', zero),
    },
  };
}

function token(input: Input, index: number): HealthToken {
  const at = (name: string) => input.figures(name)[index] ?? input.wrong(name, 'one per token');
  const optional = (name: string) => (input.has(name) ? at(name) : undefined);
  const totalDeposits = optional('totalDeposits');
  const totalBorrows = optional('totalBorrows');
  const scaled = totalDeposits ?? totalBorrows;
  return {
    balance: input.figureOr(`token${index + 1}`, DECIMAL_ZERO),
    price: at('prices'),
    assetWeight: at('assetWeights'),
    liabilityWeight: at('liabilityWeights'),
    ...(scaled && { crowd: { totalDeposits, totalBorrows, scaleStart: at('scaleStart') } }),
  };
}

function perp(input: Input, position: Input): HealthPerp {
  return {
    baseLots: position.figureOr('baseLots', DECIMAL_ZERO),
    quote: position.figureOr('quote', DECIMAL_ZERO),
    bidLots: position.figureOr('bidLots', DECIMAL_ZERO),
    askLots: position.figureOr('askLots', DECIMAL_ZERO),
    lotValue: input.figure('perpLotValue'),
    assetWeight: input.figure('perpBaseAssetWeight'),
    liabilityWeight: input.figure('perpBaseLiabilityWeight'),
    positivePnlWeight: input.figureOr('perpPositivePnlWeight', DECIMAL_ONE),
  };
}
