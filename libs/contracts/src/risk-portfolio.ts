import {
  account,
  amount,
  bucket,
  event,
  flag,
  group,
  instrument,
  list,
  oneOf,
  optional,
  print,
  signedAmount,
  signedLots,
  uint,
} from './table/index.js';

/** Names of the lines that a requirement is made of: append to the list, never reorder it. */
export const REQUIREMENT_LINES = [
  'scenario',
  'tail',
  'skew',
  'basis',
  'futures-basis',
  'perpetual',
  'net-short-options',
  'standard-option',
  'open-interest',
  'size',
  'liquidity',
  'naked-short',
  'wrong-way',
  'oracle',
  'depeg',
  'linear',
  'risk-score',
  'buffer',
  'futures-spread',
] as const;
export type RequirementLine = (typeof REQUIREMENT_LINES)[number];

/**
 * A bucket that holds options, or a whole portfolio, evaluated; beside `MarginEvaluated`, whose
 * words it shares. `equity` counts the net option value, which is never cash. Greeks of the bucket
 * in smallest units of the settlement asset: `delta` and `gamma` per rise of the underlying by 100
 * percent (first and second order), `vega` and `volga` per 100 points of volatility, `theta` per
 * day, `rho` per 100 points of rate, `vanna` per both. `isKept`: a price in `missing` is not there,
 * the requirement is the last one and the bucket may only reduce.
 */
export const PortfolioEvaluated = event(119, 'PortfolioEvaluated', 1, {
  account: account(),
  bucket: bucket(),
  level: oneOf('healthy', 'called', 'breached'),
  lines: list(
    group({
      instrument: instrument(),
      lots: signedLots(),
      /** least and most lots that pending legs can make of it */
      low: signedLots(),
      high: signedLots(),
      mark: uint(),
      /** of an option; 0 for the rest */
      volatilityPpm: uint(),
      /** of an option: lots times mark; 0 for the rest */
      value: signedAmount(),
      pnl: signedAmount(),
    }),
  ),
  requirements: list(
    group({ line: oneOf(...REQUIREMENT_LINES), maintenance: amount(), initial: amount() }),
  ),
  /** place of the scenario that loses most in the parameters' list */
  worstScenario: optional(uint()),
  netOptionValue: signedAmount(),
  collateral: amount(),
  debt: amount(),
  equity: signedAmount(),
  free: signedAmount(),
  maintenance: amount(),
  call: amount(),
  initial: amount(),
  release: amount(),
  delta: signedAmount(),
  gamma: signedAmount(),
  vega: signedAmount(),
  theta: signedAmount(),
  rho: signedAmount(),
  vanna: signedAmount(),
  volga: signedAmount(),
  /** price of `liquidationOf` in ticks, everything else as it is, at which it is breached */
  liquidationPrice: optional(uint()),
  liquidationOf: optional(instrument()),
  riskScorePpm: uint(),
  isKept: flag(),
  missing: list(instrument()),
  /** version of the domain's portfolio parameters, 0 for none */
  parameters: uint(),
  accountsSeq: uint(),
  frame: uint(),
  inputs: print(),
});
