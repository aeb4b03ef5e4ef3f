/** What a score is made of; every figure ≥ 0, doubles. */
export interface RiskFigures {
  /** gross notional over equity; Infinity without equity */
  readonly leverage: number;
  /** per year, of what is held, weighted by notional */
  readonly volatility: number;
  /** share of the largest position in gross notional, 0 to 1 */
  readonly concentration: number;
  /** margin periods that closing would take */
  readonly periodsToClose: number;
  /** part of the collateral that falls together with the positions, 0 to 1 */
  readonly correlation: number;
}

/** Weights add up to 1; a figure as large as its half counts half. */
const WEIGHTS = {
  leverage: { weight: 0.35, half: 10 },
  volatility: { weight: 0.2, half: 0.8 },
  concentration: { weight: 0.15, half: 1 },
  periodsToClose: { weight: 0.15, half: 1 },
  correlation: { weight: 0.15, half: 1 },
} as const;
const PPM = 1_000_000;
/** A score of 1 takes the call level this part of the way to initial, and no further. */
const REACH = 0.5;

/**
 * How dangerous a bucket is: 0 without any position, growing with each of five figures and never
 * quite 1.
 *
 * @returns parts per million, rounded down
 * @source DESIGN 6.4, risk score
 */
export function riskScore(figures: RiskFigures): number {
  let score = 0;
  for (const [name, { weight, half }] of Object.entries(WEIGHTS)) {
    const figure = figures[name as keyof RiskFigures];
    score += weight * (figure === Infinity ? 1 : figure / (figure + half));
  }
  return Math.floor(score * PPM);
}

/**
 * The call level's share of what initial is above maintenance, moved by the score within its
 * published bounds: never below the parameter, at most half of the way from it to initial.
 *
 * @param callSharePpm  above 0, below 1_000_000
 * @param scorePpm      0 to 1_000_000
 * @returns parts per million, rounded down
 */
export const callShare = (callSharePpm: number, scorePpm: number): number =>
  callSharePpm + Math.floor(((PPM - callSharePpm) * REACH * scorePpm) / PPM);
