import {
  bankruptcyQuoteDelta,
  creditThenPay,
  deleverageAtBankruptcy,
  emptyInventory,
  fillablePrice,
  fillFromQueue,
  insuranceDelta,
  levelledReductions,
  markInventory,
  rankForAdl,
  unrealisedGain,
  waterFill,
  type BankruptBucket,
  type BankruptcyTerms,
  type InventoryClient,
} from '@ringfence/margin';
import { DECIMAL_ZERO, placesOf, type DecimalFigure } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

function figuresByName(input: Input): Map<string, DecimalFigure> {
  return new Map(input.names().map((name) => [name, input.figure(name)]));
}
const bucketOf = (input: Input): BankruptBucket => ({
  quote: input.figure(input.has('quoteBalance') ? 'quoteBalance' : 'quote'),
  positions: figuresByName(input.part('positions')),
});
const termsOf = (input: Input): BankruptcyTerms => ({
  prices: figuresByName(input.part('prices')),
  maintenanceRate: input.figure('maintenanceRate'),
});

function bankruptcyPrice(input: Input): Outputs {
  const close = { asset: input.text('asset'), delta: input.figure('delta') };
  const quoteDelta = bankruptcyQuoteDelta(bucketOf(input), close, termsOf(input));
  return typeof quoteDelta === 'bigint' ? { quoteDelta } : { error: quoteDelta };
}

function fillable(input: Input): Outputs {
  const order = {
    asset: input.text('asset'),
    adjustment: input.figure('bankruptcyAdjustment'),
    spread: input.figure('spread'),
  };
  const price = fillablePrice(bucketOf(input), order, termsOf(input));
  return typeof price === 'string' ? { error: price } : { price };
}

function deleverage(input: Input): Outputs {
  const asset = input.text('asset');
  const offsetting = input.rows('offsetting').map((row) => ({
    quote: row.figure('quote'),
    position: row.figure('position'),
  }));
  const close = { asset, delta: input.figure('delta'), offsetting };
  const after = deleverageAtBankruptcy(bucketOf(input.part('liquidated')), close, termsOf(input));
  return {
    result: after.result,
    transfers: after.transfers,
    liquidatedQuoteAfter: after.liquidated.quote,
    liquidatedPositionAfter: after.liquidated.positions.get(asset) ?? DECIMAL_ZERO,
    offsettingAfter: after.offsetting.map(({ quote, position }) => ({ quote, position })),
  };
}

function pool(input: Input): Outputs {
  const { balances, accepted } = creditThenPay({
    balance: input.figure('isolatedPool'),
    credit: input.figure('insuranceOwed'),
    outflow: input.figure('outflow'),
  });
  return { balances, accepted, poolEnd: balances.at(-1) ?? null };
}

function inventory(input: Input): Outputs {
  let house = emptyInventory(input.figure('initialPool'));
  let clients: ReadonlyMap<string, InventoryClient> = new Map();
  const totals: { [client: string]: DecimalFigure } = {};
  const marks: Outputs[] = [];
  for (const event of input.rows('events')) {
    const price = event.figure('price');
    if (event.choose('type', { open: 'open', mark: 'mark' } as const) === 'open') {
      const client = event.text('client');
      if (clients.has(client)) event.wrong('client', 'has a position already');
      const opened = { size: event.figure('size'), collateral: event.figure('collateral') };
      clients = new Map([...clients, [client, { ...opened, entry: price }]]);
      continue;
    }
    const marked = markInventory(house, clients, price);
    ({ inventory: house, clients } = marked);
    for (const [client, gain] of marked.realised) {
      totals[client] = gain.plus(totals[client] ?? DECIMAL_ZERO);
    }
    const houseUnrealised = unrealisedGain(house, price);
    marks.push({
      mark: price,
      house: house.size,
      houseRealised: house.realised,
      houseUnrealised,
      poolWithInventory: house.pool.plus(houseUnrealised),
      clientRealised: { ...totals },
    });
  }
  return { marks };
}

const RANKING: { readonly [calc: string]: (input: Input) => Outputs } = {
  rank: (input) => ({
    order: rankForAdl(
      input.rows('accounts').map((row) => ({
        id: row.text('id'),
        pnlPercent: row.figure('pnlPercent'),
        effectiveLeverage: row.figure('effectiveLeverage'),
      })),
    ),
  }),
  fill: (input) => {
    const queue = input
      .rows('queue')
      .map((row) => ({ id: row.text('id'), quantity: row.figure('quantity') }));
    const { fills, unfilled } = fillFromQueue(input.figure('quantity'), queue);
    return { fills: fills.map((fill) => ({ ...fill })), unfilled };
  },
};

function waterFilling(input: Input): Outputs {
  const rows = input.rows('accounts').map((row) => ({
    id: row.text('id'),
    quantity: row.figure('quantity'),
    equity: row.figure('equity'),
  }));
  const quantity = input.figure('quantity');
  const { leverage, reductions } = levelledReductions({
    price: input.figure('price'),
    quantity,
    accounts: rows,
  });
  const figures = [quantity, ...rows.map((row) => row.quantity)];
  if (figures.some((figure) => placesOf(figure) > 0)) return { leverage, reductions };
  return { leverage, reductions, wholeLots: wholeLots(rows, quantity) };
}

/** What the house itself takes from each: whole lots, in the order of the accounts. */
function wholeLots(
  rows: readonly { id: string; quantity: DecimalFigure; equity: DecimalFigure }[],
  quantity: DecimalFigure,
): number[] {
  const places = Math.max(...rows.map(({ equity }) => placesOf(equity)));
  const accounts = rows.map((row) => ({
    id: row.id,
    lots: Number(row.quantity.toFixed()),
    equity: BigInt(row.equity.times(`1${'0'.repeat(places)}`).toFixed()),
  }));
  const taken = waterFill({ accounts, quantity: Number(quantity.toFixed()) });
  const lots = new Map(taken.map((each) => [each.id, each.lots]));
  return rows.map(({ id }) => lots.get(id) ?? 0);
}

/** Rules of the topic `bankruptcy-adl`. */
export const bankruptcyRules: Rules = {
  'bankruptcy-price': bankruptcyPrice,
  'fillable-price': fillable,
  'liquidation-insurance-delta': (input) => ({
    poolDelta: insuranceDelta({
      side: input.choose('side', { sell: 'sell', buy: 'buy' } as const),
      fillQuote: input.figure('fillQuote'),
      bankruptcyQuote: input.figure('bankruptcyQuote'),
      maxFee: input.figure('maxFee'),
    }),
  }),
  'deleveraging-at-bankruptcy-price': deleverage,
  'isolated-pool-ordering': pool,
  'house-inventory-pnl': inventory,
  'adl-ranking': (input) => input.choose('calc', RANKING)(input),
  'adl-water-filling': waterFilling,
};
