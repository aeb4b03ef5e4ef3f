import { exactLiquidationPrice, linearMaintenance } from '@ringfence/margin';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  decimal,
  decimalOf,
  placesOf,
  positivePart,
  sumOf,
  tenTo,
  wholeUnits,
  type DecimalFigure,
} from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

/** A bucket in coins and fractions. */
interface Figures {
  readonly position: DecimalFigure;
  readonly equityAtMark: DecimalFigure;
  readonly mark: DecimalFigure;
  readonly rate: DecimalFigure;
  readonly otherMaintenance: DecimalFigure;
}

/** Asks the house's function, in steps so fine that every figure is whole. */
function priceOf(figures: Figures): DecimalFigure | null {
  const { position, equityAtMark, mark, rate, otherMaintenance } = figures;
  const places = Math.max(...Object.values(figures).map((each: DecimalFigure) => placesOf(each)));
  const exact = exactLiquidationPrice({
    lots: wholeUnits(position, places),
    mark: wholeUnits(mark, places),
    unit: 1n,
    // a size times a price has the places of both
    equityAtMark: wholeUnits(equityAtMark, 2 * places),
    otherMaintenance: wholeUnits(otherMaintenance, 2 * places),
    rate: wholeUnits(rate, places),
    wholeRate: 10n ** BigInt(places),
  });
  return exact && decimalOf(exact.needed).div(decimalOf(exact.perTick).times(tenTo(places)));
}

const SIDES = { long: DECIMAL_ONE, short: decimal('-1') };
const side = (input: Input): DecimalFigure => input.choose('side', SIDES);

function linear(input: Input): Outputs {
  const mark = input.figure('mark');
  const position = input.figure('position');
  const slippage = input.figureOr('slippage', DECIMAL_ZERO);
  const riskFactor = input.figureOr('riskFactor', DECIMAL_ZERO);
  const fundingPayment = input.figureOr('fundingPerUnit', DECIMAL_ZERO);
  const price = priceOf({
    position,
    mark,
    equityAtMark: input.figure('collateral'),
    rate: slippage.plus(riskFactor),
    otherMaintenance: positivePart(position.times(fundingPayment)),
  });
  return {
    maintenanceAtMark: linearMaintenance({
      mark,
      position,
      openOrders: DECIMAL_ZERO,
      riskFactor,
      slippageFactor: slippage,
      exitPrice: null,
      fundingPayment,
      fundingFactor: DECIMAL_ONE,
    }),
    liquidationPrice: price && positivePart(price),
  };
}

/** Rate and other requirement of the three models; the bucket holds quantity × entry / leverage. */
const ISOLATED: {
  readonly [model: string]: (input: Input) => {
    readonly rate: DecimalFigure;
    readonly otherMaintenance: DecimalFigure;
  };
} = {
  tiered: (input) => ({
    rate: input.figure('maintenanceRate'),
    otherMaintenance: input.figure('maintenanceAmount').times('-1'),
  }),
  // the fee of closing is charged on the notional at the price
  fee: (input) => ({
    rate: input.figure('maintenanceRate').plus(input.figure('takerFee')),
    otherMaintenance: DECIMAL_ZERO,
  }),
  // maintenance of the notional at entry, whatever the price
  simple: (input) => ({
    rate: DECIMAL_ZERO,
    otherMaintenance: quantityOf(input)
      .times(input.figure('entry'))
      .times(input.figure('maintenanceRate')),
  }),
};
const quantityOf = (input: Input): DecimalFigure => input.figureOr('quantity', DECIMAL_ONE);

function isolated(input: Input): Outputs {
  const entry = input.figure('entry');
  const quantity = quantityOf(input);
  const model = input.choose('model', ISOLATED)(input);
  const equityAtMark = quantity.times(entry).div(input.figure('leverage'));
  const position = side(input).times(quantity);
  const price = priceOf({ position, mark: entry, equityAtMark, ...model });
  return { liquidationPrice: price };
}

function cross(input: Input): Outputs {
  const positions = input.rows('positions');
  const symbol = input.text('symbol');
  const own = positions.find((each) => each.text('symbol') === symbol);
  if (!own) return input.wrong('symbol', `no position in ${symbol}`);
  const counts = input.choose('mode', { cross: true as const, isolated: 'not' as const }) === true;
  const others = counts ? positions.filter((each) => each !== own) : [];
  const gains = others.map((each) => {
    const move = each.figure('mark').minus(each.figure('entry'));
    return side(each).times(each.figure('quantity')).times(move);
  });
  const maintenance = others.map((each) =>
    each
      .figure('quantity')
      .times(each.figure('mark'))
      .times(each.figure('maintenanceRate'))
      .minus(each.figure('maintenanceAmount')),
  );
  const price = priceOf({
    position: side(own).times(own.figure('quantity')),
    mark: own.figure('entry'),
    equityAtMark: input.figure('walletBalance').plus(sumOf(gains)),
    rate: own.figure('maintenanceRate'),
    otherMaintenance: sumOf(maintenance).minus(own.figure('maintenanceAmount')),
  });
  return { liquidationPrice: price };
}

/** Rules of the topic `liquidation-price`: all four are one equation of the house. */
export const liquidationPriceRules: Rules = {
  'liquidation-price-linear': linear,
  'isolated-liquidation-price': isolated,
  'cross-liquidation-price': cross,
  'other-maintenance-counts': (input) => ({
    liquidationPrice: priceOf({
      position: side(input).times(input.figure('quantity')),
      mark: input.figure('entry'),
      equityAtMark: input.figure('equityAtEntry'),
      rate: input.figure('maintenanceRate'),
      otherMaintenance: input.figure('otherMaintenance'),
    }),
  }),
};
