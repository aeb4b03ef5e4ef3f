import { closeOutKey } from '../close-out-key.js';
import type { Event } from '@ringfence/contracts';
import { bucketKind, type AccountId, type DomainId, type InstrumentId } from '@ringfence/kernel';
import {
  collateralValue,
  optionsRequirement,
  portfolioModel,
  portfolioRequirement,
  requirement,
  worstExposure,
  type PortfolioModel,
  type PortfolioRules,
} from '@ringfence/margin';
import { PPM, ceilDiv, ppmBig, shareUp } from '@ringfence/money';
import type { CloseOut, LiquidationState } from '../state.js';
import {
  livingOf,
  underlyingsOf,
  type Held,
  type Living,
  type PortfolioEvaluation,
} from './holdings.js';
import { sizePortfolio, type PositionToClose } from './portfolio-size.js';
import { rateOf } from './sale.js';
import { domainOf } from './standing.js';

/** Models are worked out once per version; the state keeps data only. */
const models = new WeakMap<PortfolioRules, PortfolioModel>();
function modelOf(rules: PortfolioRules): PortfolioModel {
  const known = models.get(rules) ?? portfolioModel(rules);
  models.set(rules, known);
  return known;
}

/** A bucket that can be sized: its living positions, and how its requirement is found. */
interface Portfolio {
  readonly evaluation: PortfolioEvaluation;
  readonly held: readonly Held[];
  readonly positions: readonly PositionToClose[];
  readonly model: PortfolioModel;
  readonly domain: DomainId;
  readonly whole: bigint;
}

/**
 * The next slice of a bucket that was evaluated as a portfolio: the fraction of all its living
 * positions that brings it back to initial, at model value and a spread, against a liquidity wall.
 *
 * Sized at one instant: from an evaluation of the newest frame, so that marks, volatilities and
 * equity belong together. What has expired waits for the round that closes it.
 *
 * @returns the plan; nothing while a price is missing, a frame is not evaluated yet, or nothing is
 *          left to close
 * @source issue 6, section 2
 */
export function planPortfolio(
  state: LiquidationState,
  closeOut: CloseOut,
  evaluation: PortfolioEvaluation,
  plan: { readonly tick: number; readonly slice: number; readonly against: AccountId },
): Event[] {
  const portfolio = portfolioOf(state, closeOut, evaluation);
  if (!portfolio) return [];
  const { equity, accountsSeq, frame } = evaluation;
  const fractionMaxPpm = state.portfolios.get(closeOutKey(closeOut))?.fractionMaxPpm ?? 0;
  const { positions } = portfolio;
  const required = requiredOf(state, closeOut, portfolio);
  const sized = sizePortfolio({ equity, positions, required, fractionMaxPpm });
  if (!sized) return [];
  const { account, bucket } = closeOut;
  const { tick, slice, against } = plan;
  const { fractionPpm, legs, fee } = sized;
  const about = { slice, account, bucket, fractionPpm, legs, fee, against };
  return [{ type: 'PortfolioSliceSized', ...about, accountsSeq, frame, tick }];
}

function portfolioOf(
  state: LiquidationState,
  { bucket }: CloseOut,
  evaluation: PortfolioEvaluation,
): Portfolio | null {
  if (evaluation.isKept || evaluation.frame !== state.reference.frame) return null;
  const domain = domainOf(state, bucket);
  const settlement = domain === undefined ? undefined : state.reference.domains.get(domain);
  const asset = settlement === undefined ? undefined : state.reference.assets.get(settlement);
  if (domain === undefined || !asset) return null;
  const rules = state.dated.portfolioRules.get(domain)?.[evaluation.parameters - 1];
  if (!rules) return null;
  const isHedged = bucketKind(bucket) === 'portfolio';
  const held: Held[] = [];
  const positions: PositionToClose[] = [];
  for (const { instrument, lots, low, high } of evaluation.lines) {
    const living = livingOf(state, instrument);
    if (living === null) return null;
    if (living === 'over') continue;
    held.push({ instrument, lots, buys: high - lots, sells: lots - low });
    if (lots === 0) continue;
    positions.push(positionOf(state, { instrument, lots }, living, { rules, isHedged }));
  }
  const whole = 10n ** BigInt(asset.scale);
  return { evaluation, held, positions, model: modelOf(rules), domain, whole };
}

function positionOf(
  state: LiquidationState,
  { instrument, lots }: { readonly instrument: InstrumentId; readonly lots: number },
  { view, terms, perpetual }: Living,
  { rules, isHedged }: { readonly rules: PortfolioRules; readonly isHedged: boolean },
): PositionToClose {
  const underlying = state.reference.instruments.get(perpetual) ?? view;
  const price = BigInt(underlying.price) * underlying.tickUnits;
  const away = price * ppmBig(rules.closeOutSpreadPpm);
  return {
    instrument,
    lots,
    mark: view.price,
    spread: Number(ceilDiv(away, view.tickUnits * BigInt(PPM))),
    unit: view.unit,
    feePpm: (view.parameters ?? underlying.parameters)?.closeOutFeePpm ?? 0,
    // margined by itself, an option that is held long counts for nothing until it is sold
    isCounted: isHedged || !terms?.right || lots < 0,
  };
}

/**
 * Initial requirement by lots closed. What risk asked for beyond the model of this lane shrinks
 * with the portfolio, so that both agree on where it stands.
 */
function requiredOf(
  state: LiquidationState,
  closeOut: CloseOut,
  portfolio: Portfolio,
): (closed: readonly number[], fractionPpm: number) => bigint {
  const { evaluation, positions } = portfolio;
  const ofModel = modelRequirement(state, closeOut, portfolio);
  const more = evaluation.initial - ofModel(positions.map(() => 0));
  return (closed, fractionPpm) => {
    const modelled = ofModel(closed);
    return more > 0n ? modelled + shareUp(more, PPM - fractionPpm) : modelled;
  };
}

function modelRequirement(
  state: LiquidationState,
  closeOut: CloseOut,
  { evaluation, held, positions, model, whole }: Portfolio,
): (closed: readonly number[]) => bigint {
  const collateral = collateralOf(state, closeOut);
  const { equity } = evaluation;
  const time = state.dated.frameTime;
  const isHedged = bucketKind(closeOut.bucket) === 'portfolio';
  return (closed) => {
    const left = heldAfter(held, positions, closed);
    const underlyings = underlyingsOf(state, left, collateral);
    if (isHedged) {
      const bucket = { time, whole, equity, settlementPpm: PPM, underlyings };
      return portfolioRequirement(bucket, model).initial;
    }
    const ofOptions = optionsRequirement({ underlyings, time }, model).initial;
    return linearRequirement(state, left) + ofOptions;
  };
}

function heldAfter(
  held: readonly Held[],
  positions: readonly PositionToClose[],
  closed: readonly number[],
): Held[] {
  const gone = new Map(positions.map(({ instrument }, i) => [instrument, closed[i] ?? 0]));
  return held
    .map((each) => {
      const closes = gone.get(each.instrument) ?? 0;
      return { ...each, lots: each.lots - Math.sign(each.lots) * closes };
    })
    .filter(({ lots, buys, sells }) => lots !== 0 || buys > 0 || sells > 0);
}

/** Perpetuals and futures by the rates of the frame, each by itself. */
function linearRequirement(state: LiquidationState, held: readonly Held[]): bigint {
  let sum = 0n;
  for (const { instrument, lots, buys, sells } of held) {
    const view = state.reference.instruments.get(instrument);
    if (!view || state.dated.terms.get(instrument)?.right) continue;
    const worst = BigInt(Math.abs(worstExposure(lots, buys, sells)));
    sum += requirement(worst * BigInt(view.price) * view.unit, view.initialPpm);
  }
  return sum;
}

/** Other collateral of the bucket after haircut, by the perpetual that prices it. */
function collateralOf(state: LiquidationState, closeOut: CloseOut): Map<InstrumentId, bigint> {
  const values = new Map<InstrumentId, bigint>();
  const domain = domainOf(state, closeOut.bucket);
  const settlement = domain === undefined ? undefined : state.reference.domains.get(domain);
  const cash = state.accounts.buckets.get(closeOutKey(closeOut));
  if (settlement === undefined || !cash) return values;
  for (const [asset, amount] of cash) {
    const pricedBy = state.reference.assets.get(asset)?.pricedBy ?? '';
    const perpetual = state.reference.symbols.get(pricedBy);
    const rate = asset === settlement ? null : rateOf(state, asset, settlement);
    if (!rate || perpetual === undefined || amount <= 0n) continue;
    const value = collateralValue({ ...rate, amount });
    values.set(perpetual, (values.get(perpetual) ?? 0n) + value);
  }
  return values;
}
