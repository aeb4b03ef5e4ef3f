import { PPM } from '@ringfence/money';
import type { Portfolio } from './multi-collateral-types.js';
import { riskScore } from './risk-score.js';
import type { PortfolioRules } from './rules.js';

/**
 * The risk score of a bucket: options count by the notional behind them, futures and perpetuals at
 * the volatility that the rules assume.
 *
 * @param equity   smallest settlement units, signed
 * @param charged  of each portfolio; see `Charged`
 */
export function scoreOf(
  equity: bigint,
  portfolios: readonly Portfolio[],
  charged: readonly { readonly wrongWay: number; readonly periodsToClose: number }[],
  rules: PortfolioRules,
): number {
  let [gross, largest, weighted] = [0, 0, 0];
  const count = (notional: number, volatility: number): void => {
    gross += notional;
    weighted += notional * volatility;
    if (notional > largest) largest = notional;
  };
  const assumed = rules.volatilityPpm / PPM;
  for (const { perps, perpPrice, futures = [], expiries, spot } of portfolios) {
    count(Math.abs(perps * perpPrice), assumed);
    for (const { amount, price } of futures) count(Math.abs(amount * price), assumed);
    for (const { options } of expiries) {
      for (const { amount, volatility } of options) count(Math.abs(amount) * spot, volatility);
    }
  }
  if (gross === 0) return 0;
  const capital = Number(equity);
  const wrongWay = charged.reduce((sum, each) => sum + each.wrongWay, 0);
  return riskScore({
    leverage: capital > 0 ? gross / capital : Infinity,
    volatility: weighted / gross,
    concentration: largest / gross,
    periodsToClose: charged.reduce((sum, each) => sum + each.periodsToClose, 0),
    correlation: capital > 0 ? Math.min(1, wrongWay / capital) : wrongWay > 0 ? 1 : 0,
  });
}
