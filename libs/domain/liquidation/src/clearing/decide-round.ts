import type { EventOf } from '@ringfence/contracts';
import {
  invariant,
  partitionOf,
  present,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { haircutClaims, paidClaims } from '@ringfence/margin';
import { bucketKey } from './bucket-order.js';
import { deleverage, type Close } from './deleverage.js';
import {
  bearByAll,
  bearByCandidates,
  bearByInsurance,
  deficitsOf,
  lossesOf,
  type LossAllocated,
  type NamedCut,
} from './layers.js';
import type { LaneReport } from './state.js';

type RoundDecided = EventOf<'RoundDecided'>;
/** What one accounts lane has to do. */
export type LaneDecision = RoundDecided['lanes'][number];

export interface RoundInput {
  readonly domain: DomainId;
  readonly round: number;
  /** of every accounts lane, by partition */
  readonly reports: readonly LaneReport[];
  /** settlement units that one lot is worth at the round's mark */
  readonly lotValues: ReadonlyMap<InstrumentId, bigint>;
}
export interface RoundOutcome {
  /** per bucket in id order, per layer in their order */
  readonly losses: readonly LossAllocated[];
  readonly decided: RoundDecided;
}

/**
 * Decides a settlement round once and for all: who bears which loss, what is paid, which lane sends
 * how much to which.
 *
 * Losses go to insurance, then to holders closed against the failing bucket, then to all claims.
 * What was collected and what insurance pays is paid to what is left of the claims, pro rata over
 * lanes (each lane goes on over its buckets); the rest stays due. In all of it: floor, then largest
 * remainder, ties by id.
 *
 * @returns `cut` and `claimsCut` count every cut, the named ones of deleveraging too: per lane
 *          claims = paid + cut + due, and collected + insurance + received = paid + sent
 * @throws InvariantViolation when the reports cannot be of one round: claims are not collected +
 *         debts + deficits, a lane's deficits are not those of its buckets
 * @source DESIGN 6.3, 6.6
 */
export function decideRound(input: RoundInput): RoundOutcome {
  const { domain, round, reports } = input;
  const totals = checkedTotals(reports);
  const deficits = deficitsOf(reports);
  const insuranceUsed = bearByInsurance(deficits, totals.insurance);

  const failing = reports.flatMap((report) => report.failing);
  const candidates = reports.flatMap((report) => report.candidates);
  const closes = deleverage(failing, candidates);
  const claims = new Map(candidates.map((line) => [bucketKey(line), line.claim]));
  const named = bearByCandidates(deficits, closes, claims, input.lotValues);
  const cutByAdl = sumOf(named.map(({ amount }) => amount));

  const haircut = bearByAll(deficits);
  const lanes = lanesOf(reports, { closes, named, haircut, insuranceUsed });
  const paid = sumOf(lanes.map(({ claimsPaid }) => claimsPaid));
  const cut = haircut + cutByAdl;
  const due = totals.claims - cut - paid;
  invariant(due === totals.debts, 'what stays due is what is owed as debt');
  const { collected, claims: claimed, debts, deficits: lost } = totals;
  return {
    losses: lossesOf(deficits, { domain, round }),
    decided: {
      type: 'RoundDecided',
      domain,
      round,
      collected,
      claims: claimed,
      debts,
      deficits: lost,
      insuranceUsed,
      cutByAdl,
      cut,
      paid,
      due,
      lanes,
    },
  };
}

type Totals = Pick<LaneReport, 'collected' | 'claims' | 'debts' | 'deficits' | 'insurance'>;

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);

/** Sums of all lanes, with what our own settlement promises about them. */
function checkedTotals(reports: readonly LaneReport[]): Totals {
  const total = (name: keyof Totals): bigint => sumOf(reports.map((report) => report[name]));
  reports.forEach((report, partition) => checkReport(report, partition));
  const totals = {
    collected: total('collected'),
    claims: total('claims'),
    debts: total('debts'),
    deficits: total('deficits'),
    insurance: total('insurance'),
  };
  const { collected, claims, debts, deficits } = totals;
  invariant(claims === collected + debts + deficits, 'a round sums to zero over all buckets');
  return totals;
}

function checkReport(report: LaneReport, partition: number): void {
  for (const name of ['collected', 'claims', 'debts', 'deficits', 'insurance'] as const) {
    invariant(report[name] >= 0n, `a lane reports no negative ${name}`);
  }
  const { failed, failing, candidates } = report;
  const lost = sumOf(failed.map(({ deficit }) => deficit));
  invariant(lost === report.deficits, "a lane's deficits are those of its buckets");
  const claimed = new Map(candidates.map((line) => [bucketKey(line), line.claim]));
  invariant(
    sumOf([...claimed.values()]) <= report.claims,
    'no candidate claims what its lane does not',
  );
  for (const { account } of [...failed, ...failing, ...candidates]) {
    invariant(partitionOf(account) === partition, 'a lane reports its own buckets');
  }
}

/** What was decided, before it is split over lanes. */
interface Decided {
  readonly closes: readonly Close[];
  readonly named: readonly NamedCut[];
  /** of all claims, beyond the named cuts */
  readonly haircut: bigint;
  readonly insuranceUsed: bigint;
}

function lanesOf(reports: readonly LaneReport[], decided: Decided): LaneDecision[] {
  const cuts = byLane(decided.named, reports.length);
  const closes = byLane(decided.closes, reports.length);
  const named = cuts.map((lane) => sumOf(lane.map(({ amount }) => amount)));
  const used = drawn(
    decided.insuranceUsed,
    reports.map(({ insurance }) => insurance),
  );
  const uncut = reports.map(({ claims }, p) => claims - (named[p] ?? 0n));
  const haircut = haircutClaims(decided.haircut, uncut);
  const left = uncut.map((claim, p) => claim - (haircut[p] ?? 0n));
  const collected = sumOf(reports.map((report) => report.collected));
  const paid = paidClaims(collected + decided.insuranceUsed, left);
  const surplus = reports.map((lane, p) => lane.collected + (used[p] ?? 0n) - (paid[p] ?? 0n));
  const sends = sendsBetween(surplus);
  return reports.map((_, p) => ({
    insuranceUsed: used[p] ?? 0n,
    claimsPaid: paid[p] ?? 0n,
    claimsCut: (named[p] ?? 0n) + (haircut[p] ?? 0n),
    cuts: cuts[p] ?? [],
    closes: closes[p] ?? [],
    sends: sends[p] ?? [],
    receives: (surplus[p] ?? 0n) < 0n ? -(surplus[p] ?? 0n) : 0n,
  }));
}

function byLane<T extends { readonly account: Close['account'] }>(
  lines: readonly T[],
  lanes: number,
): T[][] {
  const split: T[][] = Array.from({ length: lanes }, () => []);
  for (const line of lines) present(split[partitionOf(line.account)], 'lane').push(line);
  return split;
}

/** Takes a sum from the lanes in partition order, each as far as it reaches. */
function drawn(total: bigint, available: readonly bigint[]): bigint[] {
  let left = total;
  const used = available.map((each) => {
    const part = left < each ? left : each;
    left -= part;
    return part;
  });
  invariant(left === 0n, 'insurance pays no more than there is');
  return used;
}

/** From lanes that hold more than they pay to those that hold less, both in partition order. */
function sendsBetween(surplus: readonly bigint[]): { partition: number; amount: bigint }[][] {
  const open = [...surplus];
  let partition = 0;
  const sends = open.map((over) => {
    const lane: { partition: number; amount: bigint }[] = [];
    for (let left = over; left > 0n;) {
      while ((open[partition] ?? 0n) >= 0n) {
        invariant(partition < open.length, 'someone lacks what another has too much');
        partition++;
      }
      const lacks = -(open[partition] ?? 0n);
      const amount = left < lacks ? left : lacks;
      lane.push({ partition, amount });
      open[partition] = amount - lacks;
      left -= amount;
    }
    return lane;
  });
  invariant(sumOf(surplus) === 0n, 'lanes pay together what they hold together');
  return sends;
}
