import type { Command, CommandOf } from '@ringfence/contracts';
import { invariant, partitionOf, type DomainId } from '@ringfence/kernel';
import { allot } from '@ringfence/money';
import type { Report, Runner } from './runner.fixture.js';

type Part = {
  -readonly [Key in keyof CommandOf<'RoundDecision'>]: CommandOf<'RoundDecision'>[Key];
};
type Close = Part['closes'][number];
type Cut = Part['cuts'][number];

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * A small clearing decider that keeps the rules and none of the finesse: insurance in partition
 * order, failing buckets against
 * each other and then against candidates in their order, cuts of named claims, haircut and payment
 * pro rata.
 */
export class Clearing {
  readonly decisions: CommandOf<'RoundDecision'>[][] = [];
  reports: (Report | undefined)[] = [];
  done = 0;
  closed = 0;
  /** decide as soon as all reports are in */
  isPrompt = true;

  constructor(
    readonly runner: Runner,
    readonly domain: DomainId,
  ) {
    runner.clearing = (from, message) => this.#take(from, message);
  }

  #take(from: number, message: Command): void {
    if (message.type === 'RoundDone') {
      this.done++;
      if (this.done === this.runner.partitions) this.closed = message.round;
      return;
    }
    invariant(message.type === 'RoundReport', 'a report or its end');
    this.reports[from] = message;
    if (this.isPrompt && this.isComplete()) this.decide();
  }
  isComplete(): boolean {
    return this.reports.filter(Boolean).length === this.runner.partitions;
  }

  /** Decides, and posts each lane its part. */
  decide(): void {
    const reports = this.reports.flatMap((each) => (each ? [each] : []));
    this.reports = [];
    this.done = 0;
    const parts = decideRound(reports, this.domain);
    this.decisions.push(parts);
    const from = {
      service: 'liquidation' as const,
      partition: this.domain % this.runner.partitions,
    };
    parts.forEach((part, partition) => this.runner.post(from, partition, part));
  }
}

/** The decision of a round from the reports of all lanes. */
export function decideRound(reports: readonly Report[], domain: DomainId): Part[] {
  const parts = reports.map((report): Part => ({
    type: 'RoundDecision',
    domain,
    round: report.round,
    insuranceUsed: 0n,
    claimsPaid: 0n,
    claimsCut: 0n,
    cuts: [],
    closes: [],
    sends: [],
    receives: 0n,
  }));
  const deficits = new Map<string, bigint>();
  for (const { failed } of reports) {
    for (const each of failed) deficits.set(`${each.account}.${each.bucket}`, each.deficit);
  }
  useInsurance(reports, parts, deficits);
  const cuts = closePositions(reports, parts, deficits);
  const rest = sumOf([...deficits.values()]);
  const afterAdl = reports.map((report, p) => report.claims - (cuts[p] ?? 0n));
  allot(rest, afterAdl).forEach((cut, p) => set(parts, p, { claimsCut: (cuts[p] ?? 0n) + cut }));
  pay(reports, parts);
  return parts;
}
function set(parts: Part[], p: number, fields: Partial<Part>): void {
  Object.assign(parts[p] ?? {}, fields);
}

function useInsurance(
  reports: readonly Report[],
  parts: Part[],
  deficits: Map<string, bigint>,
): void {
  const funds = reports.map(({ insurance }) => insurance);
  for (const [key, deficit] of deficits) {
    let left = deficit;
    funds.forEach((fund, p) => {
      const used = least(left, fund);
      funds[p] = fund - used;
      left -= used;
      set(parts, p, { insuranceUsed: (parts[p]?.insuranceUsed ?? 0n) + used });
    });
    deficits.set(key, left);
  }
}

/** Matches failing positions and orders their closes; returns the named cuts per lane. */
function closePositions(
  reports: readonly Report[],
  parts: Part[],
  deficits: Map<string, bigint>,
): bigint[] {
  const cuts = reports.map(() => 0n);
  const failing = reports.flatMap((report) => report.failing).map((each) => ({ ...each }));
  const offering = new Set<string>();
  const unnamed = { equity: 0n, claim: 0n };
  const rivals = failing.map((each) => Object.assign(each, unnamed));
  const holders = reports.flatMap((report) => report.candidates).map((each) => ({ ...each }));
  for (const line of failing) {
    const key = `${line.account}.${line.bucket}`;
    for (const other of [...rivals, ...holders]) {
      const otherKey = `${other.account}.${other.bucket}`;
      const isOpposite = other.instrument === line.instrument && line.lots * other.lots < 0;
      if (!isOpposite || offering.has(otherKey) || otherKey === key) continue;
      const lots = Math.min(Math.abs(line.lots), Math.abs(other.lots));
      offering.add(key);
      line.lots -= Math.sign(line.lots) * lots;
      other.lots -= Math.sign(other.lots) * lots;
      const against = { against: other.account, againstBucket: other.bucket };
      const { account, bucket, instrument } = line;
      const close: Close = { account, bucket, instrument, lots, ...against };
      const p = partitionOf(account);
      set(parts, p, { closes: [...(parts[p]?.closes ?? []), close] });
      if (other.claim > 0n) cutClaim(parts, cuts, deficits, { key, line, other });
    }
  }
  return cuts;
}
function cutClaim(
  parts: Part[],
  cuts: bigint[],
  deficits: Map<string, bigint>,
  match: {
    readonly key: string;
    readonly line: Report['failing'][number];
    readonly other: Report['candidates'][number];
  },
): void {
  const { key, line, other } = match;
  const p = partitionOf(other.account);
  const taken = (parts[p]?.cuts ?? [])
    .filter((cut) => cut.account === other.account && cut.bucket === other.bucket)
    .map((cut) => cut.amount);
  const amount = least(deficits.get(key) ?? 0n, other.claim - sumOf(taken));
  if (amount <= 0n) return;
  deficits.set(key, (deficits.get(key) ?? 0n) - amount);
  const origin = { origin: line.account, originBucket: line.bucket };
  const cut: Cut = { account: other.account, bucket: other.bucket, amount, ...origin };
  set(parts, p, { cuts: [...(parts[p]?.cuts ?? []), cut] });
  cuts[p] = (cuts[p] ?? 0n) + amount;
}

function pay(reports: readonly Report[], parts: Part[]): void {
  const held = reports.map((report, p) => report.collected + (parts[p]?.insuranceUsed ?? 0n));
  const left = reports.map(({ claims }, p) => claims - (parts[p]?.claimsCut ?? 0n));
  const debts = sumOf(reports.map((report) => report.debts));
  invariant(sumOf(held) + debts === sumOf(left), 'a round sums to zero');
  const paid = allot(sumOf(held), left);
  const surplus = held.map((amount, p) => amount - (paid[p] ?? 0n));
  paid.forEach((claimsPaid, p) => set(parts, p, { claimsPaid }));
  surplus.forEach((more, from) => {
    let rest = more;
    surplus.forEach((less, to) => {
      const amount = less < 0n ? least(rest, -less) : 0n;
      if (amount <= 0n) return;
      rest -= amount;
      surplus[to] = less + amount;
      set(parts, from, { sends: [...(parts[from]?.sends ?? []), { partition: to, amount }] });
      set(parts, to, { receives: (parts[to]?.receives ?? 0n) + amount });
    });
  });
}
