import type { EventOf, Reaction } from '@ringfence/contracts';
import { initialView, type InitialView } from './figures.js';
import { bucketOf, emptyLine, type Bucket, type PendingSwitch, type RiskState } from './state.js';

export const judgeSwitches: Reaction<RiskState, EventOf<'SwitchReserved'>> = (event) => [
  { type: 'JudgeGate', reservation: event.reservation },
];

export type SwitchReason =
  | ''
  | 'no-price'
  | 'stale-frame'
  | 'call-open'
  | 'in-close-out'
  | 'bucket-in-debt'
  | 'no-portfolio-parameters'
  | 'insufficient-margin';

/**
 * Judges a switch on its target as if everything had moved already: it must meet its initial
 * requirement, and neither end may be called, in close-out or in debt.
 */
export function judgeSwitch(
  state: RiskState,
  { account, source: from, target: to }: PendingSwitch,
): { readonly passed: boolean; readonly reason: SwitchReason; readonly view: InitialView } {
  const source = bucketOf(state.book, account, from);
  const target = bucketOf(state.book, account, to);
  const whole = merged(source, target);
  const view = initialView(state, whole, null);
  const reason = problemOf(state, [source, target], whole, view);
  return { passed: reason === '', reason, view };
}

function problemOf(
  { market }: RiskState,
  ends: readonly Bucket[],
  whole: Bucket,
  view: InitialView,
): SwitchReason {
  if (ends.some(({ debt }) => debt > 0n)) return 'bucket-in-debt';
  if (ends.some(({ standing }) => standing.closing)) return 'in-close-out';
  if (ends.some(({ standing }) => standing.call > 0)) return 'call-open';
  if (!view.priced) return 'no-price';
  if (!view.ruled) return 'no-portfolio-parameters';
  if (market.now > view.validUntil) return 'stale-frame';
  return view.free >= view.initial ? '' : 'insufficient-margin';
}

/** The target with everything of the source in it. */
function merged(source: Bucket, target: Bucket): Bucket {
  const balances = target.balances.map((balance) => ({ ...balance }));
  for (const { asset, amount } of source.balances) {
    const held = balances.find((other) => other.asset === asset);
    if (held) held.amount += amount;
    else balances.push({ asset, amount });
  }
  const lines = target.lines.map((line) => ({ ...line }));
  for (const added of source.lines) {
    let line = lines.find((other) => other.instrument === added.instrument);
    if (!line) lines.push((line = emptyLine(added.instrument)));
    line.lots += added.lots;
    line.cost += added.cost;
    line.settlingLots += added.settlingLots;
    line.settlingCost += added.settlingCost;
    line.buys += added.buys;
    line.sells += added.sells;
  }
  const legs = [...target.legs, ...source.legs];
  return { ...target, balances, lines, legs, debt: target.debt + source.debt };
}
