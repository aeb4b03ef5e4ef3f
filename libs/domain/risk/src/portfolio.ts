import type { EventOf } from '@ringfence/contracts';
import { bucketKind, Print, type InstrumentId } from '@ringfence/kernel';
import {
  evaluatePortfolio,
  evaluateStandard,
  netOptionValueOf,
  owedValue,
  worstExposure,
  type PortfolioBucket,
  type PortfolioEvaluation,
  type StandardRequirement,
} from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import { initialView, isByRates, required, unsettled, wholeOf } from './figures.js';
import { holdingsOf, inForce, perpetualOf, pricesBehind, type InForce } from './holdings.js';
import { collateralOf, pendingOf } from './inputs.js';
import { isLiveOption } from './market-state.js';
import {
  instrumentAt,
  type Bucket,
  type Instrument,
  type Line,
  type Market,
  type Requirement,
  type RiskState,
} from './state.js';

type Evaluated = EventOf<'PortfolioEvaluated'>;

/**
 * The figures of a bucket that portfolio parameters margin: a portfolio by scenarios, any other
 * with options by rule and rate. Unsettled gains count, and of options what they are worth: all of
 * them in a portfolio, what is owed elsewhere.
 *
 * While a price is missing (none yet, or past its validity) the requirement recorded last is kept,
 * and named as kept.
 *
 * @source DESIGN 6.4; issue 6, sections 2 and 5
 */
export function evaluateByRules(state: RiskState, bucket: Bucket): Evaluated {
  const { market, book } = state;
  const print = new Print().int(bucket.account).int(bucket.id);
  const { lines, pnl } = linesOf(market, bucket, print);
  const collateral = collateralOf(state, bucket, print);
  const pending = pendingOf(state, bucket, print);
  const { due, claim, debt } = bucket;
  print.big(due).big(claim).big(debt).int(market.frame).int(market.frameTime);
  const found = inForce(market, bucket);
  const money = collateral.total + due + claim - debt + pnl + pending;
  const missing = missingOf(market, bucket);
  const assessed = assess(state, bucket, found, missing.length > 0, money);
  const { requirement, netOptionValue, isKept } = assessed;
  const { maintenance, call } = requirement;
  const equity = money + netOptionValue;
  const { liquidation, greeks } = assessed;
  return {
    type: 'PortfolioEvaluated',
    account: bucket.account,
    bucket: bucket.id,
    level: equity < maintenance ? 'breached' : equity < call || debt > 0n ? 'called' : 'healthy',
    lines,
    ...requirement,
    worstScenario: assessed.worstScenario,
    netOptionValue,
    collateral: collateral.total,
    debt,
    equity,
    free: initialView(state, bucket, null).free,
    ...greeks,
    liquidationPrice: liquidation?.price ?? null,
    liquidationOf: liquidation?.of ?? null,
    riskScorePpm: assessed.riskScorePpm,
    isKept,
    missing,
    parameters: found?.version ?? 0,
    accountsSeq: book.seq,
    frame: market.frame,
    inputs: print
      .int(found?.version ?? 0)
      .int(missing.length)
      .value(),
  };
}

function linesOf(market: Market, bucket: Bucket, print: Print) {
  const lines: Evaluated['lines'][number][] = [];
  let sum = 0n;
  for (const line of bucket.lines) {
    const instrument = instrumentAt(market, line.instrument);
    if (!instrument) continue;
    const { lots, buys, sells } = line;
    const { mark, volatilityPpm } = instrument;
    const pnl = unsettled(line, instrument);
    sum += pnl;
    const value = isLiveOption(instrument) ? BigInt(lots) * instrument.lotValue : 0n;
    const range = { low: lots - sells, high: lots + buys };
    lines.push({ instrument: line.instrument, lots, ...range, mark, volatilityPpm, value, pnl });
    printLine(print, line, instrument, market);
  }
  return { lines, pnl: sum };
}

function printLine(print: Print, line: Line, instrument: Instrument, market: Market): void {
  const { lots, cost, settlingLots, settlingCost, buys, sells } = line;
  print.int(line.instrument).int(lots).big(cost).int(settlingLots).big(settlingCost);
  print.int(buys).int(sells).int(instrument.volatilityPpm).int(instrument.maintenancePpm);
  print.int(instrument.callPpm).int(instrument.initialPpm).int(instrument.releasePpm);
  for (const { mark, markedAt, validUntil } of pricesBehind(market, instrument)) {
    print.int(mark).int(markedAt).int(validUntil);
  }
}

/** Instruments of a bucket whose price, or one behind it, cannot be used now; ascending. */
function missingOf(market: Market, { lines }: Bucket): InstrumentId[] {
  const missing = new Set<InstrumentId>();
  for (const line of lines) {
    const instrument = instrumentAt(market, line.instrument);
    for (const behind of instrument ? pricesBehind(market, instrument) : []) {
      if (!behind.isPriced || market.now > behind.validUntil) missing.add(behind.id);
    }
  }
  return [...missing].sort((a, b) => a - b);
}

interface Assessed extends Pick<
  PortfolioEvaluation,
  'worstScenario' | 'netOptionValue' | 'greeks' | 'riskScorePpm'
> {
  readonly requirement: Requirement;
  readonly liquidation: { readonly of: InstrumentId; readonly price: number } | null;
  readonly isKept: boolean;
}

/** Value and requirement; `money` is equity without the options' value. */
function assess(
  state: RiskState,
  bucket: Bucket,
  found: InForce | null,
  isMissing: boolean,
  money: bigint,
): Assessed {
  const { market } = state;
  const kept = isMissing ? bucket.standing.requirement : null;
  const unpriced = bucket.lines.filter((line) => !isUsable(market, line));
  if (!found || unpriced.length > 0) return { ...UNKNOWN, requirement: kept ?? NOTHING };
  const { underlyings, perpetuals } = holdingsOf(market, bucket, bucket.lines);
  const isPortfolio = bucketKind(bucket.id) === 'portfolio';
  const linear = perpetuals.map((id) => linearOf(market, bucket, id));
  const at = { time: market.frameTime, whole: wholeOf(market, bucket), settlementPpm: PPM };
  const held = (equity: bigint): PortfolioBucket => ({ ...at, equity, underlyings });
  const value = isPortfolio ? netOptionValueOf(underlyings) : owedValue(underlyings);
  const equity = money + value;
  const evaluation = isPortfolio
    ? evaluatePortfolio(held(equity), found.model)
    : evaluateStandard(held(equity), linear, found.model);
  const { requirements, maintenance, call, initial, release, liquidation } = evaluation;
  const of = liquidation ? perpetuals[liquidation.underlying] : undefined;
  return {
    ...evaluation,
    requirement: kept ?? {
      requirements: [...requirements],
      maintenance,
      call,
      initial,
      release,
    },
    liquidation: liquidation && of !== undefined ? { of, price: liquidation.price } : null,
    isKept: isMissing,
  };
}

const NOTHING: Requirement = {
  requirements: [],
  maintenance: 0n,
  call: 0n,
  initial: 0n,
  release: 0n,
};
/** What cannot be said of a bucket without prices or parameters. */
const UNKNOWN = {
  worstScenario: null,
  netOptionValue: 0n,
  greeks: { delta: 0n, gamma: 0n, vega: 0n, theta: 0n, rho: 0n, vanna: 0n, volga: 0n },
  liquidation: null,
  riskScorePpm: 0,
  isKept: true,
} as const;

const isUsable = (market: Market, line: Line): boolean => {
  const instrument = instrumentAt(market, line.instrument);
  return instrument !== null && pricesBehind(market, instrument).every((each) => each.isPriced);
};

/** What the rates of frames require of a perpetual and its futures; nothing in a portfolio. */
function linearOf(market: Market, bucket: Bucket, perpetual: InstrumentId): StandardRequirement {
  const sum = { maintenance: 0n, call: 0n, initial: 0n, release: 0n };
  for (const line of bucket.lines) {
    const instrument = instrumentAt(market, line.instrument);
    if (!instrument || !isByRates(bucket, instrument)) continue;
    if (perpetualOf(market, instrument)?.id !== perpetual) continue;
    const worst = worstExposure(line.lots, line.buys, line.sells);
    sum.maintenance += required(worst, instrument, instrument.maintenancePpm);
    sum.call += required(worst, instrument, instrument.callPpm);
    sum.initial += required(worst, instrument, instrument.initialPpm);
    sum.release += required(worst, instrument, instrument.releasePpm);
  }
  return sum;
}
