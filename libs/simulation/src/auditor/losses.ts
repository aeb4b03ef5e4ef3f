import type { EventOf } from '@ringfence/contracts';
import { checkDeleveraging } from './deleveraging.js';
import { text } from './record.js';
import { cutAsLeft, least, proRata, sum } from './shares.js';

type Report = EventOf<'RoundReported'>;
type Decided = EventOf<'RoundDecided'>;
type Loss = EventOf<'LossAllocated'>;
export interface DecisionParts {
  /** of all lanes, by partition */
  readonly reports: readonly Report[];
  readonly losses: readonly Loss[];
  readonly decided: Decided;
}
type Wrong = readonly [rule: string, detail: unknown];

/**
 * Recomputes a decision from the reports alone (guarantee 4): insurance pays deficits in bucket
 * order, named cuts belong to who was closed against, the rest is cut pro rata, what was collected
 * and insured is paid pro rata, lanes with too much send to lanes with too little; every layer to
 * the last unit.
 *
 * @returns the rules that are broken, with the figures
 */
export function checkDecision(parts: DecisionParts): Wrong[] {
  return [
    ...checkLayers(parts),
    ...checkTotals(parts),
    ...checkLanes(parts),
    ...checkDeleveraging(parts),
  ];
}

/** Per failed bucket what each layer must bear; layers run to the end of the deficit. */
function checkLayers({ reports, losses, decided }: DecisionParts): Wrong[] {
  const wrong: Wrong[] = [];
  const failed = reports
    .flatMap((report) => report.failed)
    .sort((a, b) => a.account - b.account || a.bucket - b.bucket);
  const cuts = decided.lanes.flatMap((lane) => lane.cuts);
  let insurance = sum(reports.map((report) => report.insurance));
  const expected: Omit<Loss, 'type' | 'domain' | 'round'>[] = [];
  for (const { account, bucket, deficit } of failed) {
    const origin = { origin: account, originBucket: bucket };
    const insured = least(insurance, deficit);
    insurance -= insured;
    const named = cuts.filter((cut) => cut.origin === account && cut.originBucket === bucket);
    const byAdl = sum(named.map(({ amount }) => amount));
    const layers = { insurance: insured, adl: byAdl, haircut: deficit - insured - byAdl };
    let remaining = deficit;
    for (const layer of ['insurance', 'adl', 'haircut'] as const) {
      const amount = layers[layer];
      if (amount === 0n) continue;
      remaining -= amount;
      expected.push({ ...origin, layer, amount, remaining });
    }
  }
  const found = losses.map(({ origin, originBucket, layer, amount, remaining }) => ({
    origin,
    originBucket,
    layer,
    amount,
    remaining,
  }));
  const inOrder = text(found.toSorted(byOrigin)) === text(expected.toSorted(byOrigin));
  if (!inOrder) wrong.push(['layers-sum-to-the-deficit', { found, expected }]);
  return wrong;
}
type Layer = Pick<Loss, 'origin' | 'originBucket'>;
const byOrigin = (a: Layer, b: Layer): number =>
  a.origin - b.origin || a.originBucket - b.originBucket;

function checkTotals({ reports, decided }: DecisionParts): Wrong[] {
  const total = (name: 'collected' | 'claims' | 'debts' | 'deficits' | 'insurance'): bigint =>
    sum(reports.map((report) => report[name]));
  const insuranceUsed = least(total('insurance'), total('deficits'));
  const byAdl = sum(decided.lanes.flatMap((lane) => lane.cuts.map(({ amount }) => amount)));
  const cut = total('deficits') - insuranceUsed;
  const paid = total('collected') + insuranceUsed;
  const expected = {
    collected: total('collected'),
    claims: total('claims'),
    debts: total('debts'),
    deficits: total('deficits'),
    insuranceUsed,
    cutByAdl: byAdl,
    cut,
    paid,
    due: total('claims') - cut - paid,
  };
  const holds = Object.entries(expected).every(
    ([name, amount]) => decided[name as keyof typeof expected] === amount,
  );
  return holds ? [] : [['decides-what-was-reported', { decided, expected }]];
}

/** What every lane must pay, cut and use. Of equal remainders either end may bear the odd unit. */
function checkLanes({ reports, decided }: DecisionParts): Wrong[] {
  const { lanes } = decided;
  const named = lanes.map((lane) => sum(lane.cuts.map(({ amount }) => amount)));
  const uncut = reports.map(({ claims }, p) => claims - named[p]);
  const haircut = decided.deficits - decided.insuranceUsed - sum(named);
  const paid = decided.collected + decided.insuranceUsed;
  const possible = haircut >= 0n && haircut <= sum(uncut) && uncut.every((claim) => claim >= 0n);
  if (!possible) return [['cuts-are-at-most-the-claims', { named, haircut, uncut }]];
  let insurance = decided.insuranceUsed;
  const used = reports.map((report) => {
    const amount = least(insurance, report.insurance);
    insurance -= amount;
    return amount;
  });
  const ways = [
    haircut === 0n ? uncut.map(() => 0n) : proRata(haircut, uncut),
    cutAsLeft(haircut, uncut),
  ];
  const holds = ways.some((cuts) => {
    const left = uncut.map((claim, p) => claim - cuts[p]);
    const payments = paid <= sum(left) ? proRata(paid, left) : left;
    return lanes.every(
      (lane, p) =>
        lane.insuranceUsed === used[p] &&
        lane.claimsCut === named[p] + cuts[p] &&
        lane.claimsPaid === payments[p],
    );
  });
  const wrong: Wrong[] = holds ? [] : [['lanes-pro-rata', { lanes, used, ways }]];
  return [...wrong, ...checkMoney({ reports, decided })];
}

/** Lanes that hold more than they pay send it to those that hold less, in partition order. */
function checkMoney({ reports, decided }: Pick<DecisionParts, 'reports' | 'decided'>): Wrong[] {
  const surplus = decided.lanes.map(
    (lane, p) => reports[p].collected + lane.insuranceUsed - lane.claimsPaid,
  );
  const wants = surplus.map((amount) => (amount < 0n ? -amount : 0n));
  const left = [...wants];
  const holds = decided.lanes.every((lane, p) => {
    const sends: { partition: number; amount: bigint }[] = [];
    let over = surplus[p] > 0n ? surplus[p] : 0n;
    for (let to = 0; to < left.length && over > 0n; to++) {
      const amount = least(over, left[to]);
      if (amount === 0n) continue;
      sends.push({ partition: to, amount });
      left[to] -= amount;
      over -= amount;
    }
    return lane.receives === wants[p] && text(lane.sends) === text(sends);
  });
  return holds ? [] : [['surplus-goes-where-it-lacks', { surplus, lanes: decided.lanes }]];
}
