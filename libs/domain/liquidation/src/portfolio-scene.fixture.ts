import type { EventOf } from '@ringfence/contracts';
import { portfolio, type InstrumentId } from '@ringfence/kernel';
import {
  evaluatePortfolio,
  portfolioModel,
  STARTING_RULES,
  type OptionHolding,
} from '@ringfence/margin';
import {
  CLIENT,
  DOMAIN,
  evaluated,
  listedScene,
  PERP,
  USD,
  walled,
  type Scene,
} from './lane-scene.fixture.js';

export const CALL = 2 as InstrumentId;
export const PUT = 3 as InstrumentId;
export const PORTFOLIO = portfolio(DOMAIN);
const DAY = 86_400_000;
const EXPIRY = 30 * DAY;
const MODEL = portfolioModel(STARTING_RULES);
/** Marks in ticks of 100 units: a perpetual at 1,000, a call struck at 1,100, a put at 900. */
export const MARKS: Readonly<Record<number, number>> = { [PERP]: 1_000, [CALL]: 35, [PUT]: 32 };
const VOLATILITY = 600_000;

/** Lots of the perpetual, the call and the put. */
export type Lots = readonly [perpetual: number, call: number, put: number];

/** A scene with a liquidity wall, a call and a put, all priced by frame 2, and portfolio rules. */
export function datedScene(): Scene {
  const scene = walled(listedScene());
  for (const [instrument, right] of [
    [CALL, 'call'],
    [PUT, 'put'],
  ] as const) {
    scene.see('reference', {
      type: 'OptionListed',
      instrument,
      symbol: right,
      domain: DOMAIN,
      underlying: PERP,
      expiry: EXPIRY,
      strike: right === 'call' ? 1_100 : 900,
      right,
      settlement: USD,
      unit: 1n,
      tickUnits: 100n,
      tickSteps: 1,
      tickScale: 0,
      lotSteps: 1,
      lotScale: 2,
    });
  }
  const set = { type: 'PortfolioParametersSet' as const, domain: DOMAIN, effective: 0 };
  scene.see('reference', { ...set, version: 1, parameters: STARTING_RULES });
  framed(scene, 2);
  return scene;
}

/** A frame that prices everything as `MARKS`. */
export function framed(scene: Scene, frame: number): void {
  const about = { frame, time: DAY, validUntil: 2 * DAY };
  const rates = { initialPpm: 100_000, maintenancePpm: 50_000, callPpm: 75_000 };
  const price = { instrument: PERP, price: MARKS[PERP] ?? 0, variance: 0, releasePpm: 110_000 };
  const prices = [{ ...price, ...rates }];
  scene.see('reference', { type: 'FrameAccepted', ...about, source: '', prices });
  const values = [CALL, PUT].map((instrument) => ({
    instrument,
    price: MARKS[instrument] ?? 0,
    volatilityPpm: VOLATILITY,
  }));
  scene.see('reference', { type: 'OptionsPriced', ...about, prices: values });
}

/** What the portfolio model asks of such a bucket, worked out beside the lane. */
export function initialOf([perpetual, call, put]: Lots): bigint {
  const forward = { mark: MARKS[PERP] ?? 0, tickUnits: 100n, confidencePpm: 1_000_000 };
  const size = { buys: 0, sells: 0, unit: 1n, tickUnits: 100n };
  const of = (lots: number, instrument: InstrumentId, strike: number): OptionHolding => ({
    ...size,
    lots,
    call: instrument === CALL,
    strike,
    volatilityPpm: VOLATILITY,
    expiry: EXPIRY,
    forward,
    mark: MARKS[instrument] ?? 0,
  });
  const options = [of(call, CALL, 1_100), of(put, PUT, 900)].filter(({ lots }) => lots !== 0);
  const held = {
    spot: forward,
    perpetual: perpetual === 0 ? null : { ...forward, ...size, lots: perpetual },
    futures: [],
    options,
    collateral: 0n,
  };
  const underlyings = perpetual === 0 && options.length === 0 ? [] : [held];
  const bucket = { time: DAY, whole: 100n, equity: 0n, settlementPpm: 1_000_000, underlyings };
  return evaluatePortfolio(bucket, MODEL).initial;
}

/** The evaluation of a portfolio bucket with such positions and equity, at frame 2. */
export function portfolioEvaluated(
  lots: Lots,
  equity: bigint,
  more: Partial<EventOf<'PortfolioEvaluated'>> = {},
): EventOf<'PortfolioEvaluated'> {
  const initial = initialOf(lots);
  const lines = ([PERP, CALL, PUT] as const).map((instrument, i) => {
    const held = lots[i] ?? 0;
    const about = { instrument, lots: held, low: held, high: held, mark: MARKS[instrument] ?? 0 };
    return { ...about, volatilityPpm: 0, value: 0n, pnl: 0n };
  });
  const linear = evaluated(0, equity);
  const { collateral, debt, free } = linear;
  const none = { delta: 0n, gamma: 0n, vega: 0n, theta: 0n, rho: 0n, vanna: 0n, volga: 0n };
  return {
    type: 'PortfolioEvaluated',
    account: CLIENT,
    bucket: PORTFOLIO,
    level: equity < initial ? 'breached' : 'healthy',
    lines: lines.filter((line) => line.lots !== 0),
    requirements: [],
    worstScenario: null,
    netOptionValue: 0n,
    collateral,
    debt,
    equity,
    free,
    maintenance: initial,
    call: initial,
    initial,
    release: initial,
    ...none,
    liquidationPrice: null,
    liquidationOf: null,
    riskScorePpm: 0,
    isKept: false,
    missing: [],
    parameters: 1,
    accountsSeq: 0,
    frame: 2,
    inputs: 0n,
    ...more,
  };
}
