import { InvariantViolation, partitionOf } from '@ringfence/kernel';
import fc from 'fast-check';
import { bucketKey, byBucket } from './bucket-order.js';
import { decideRound, type RoundInput, type RoundOutcome } from './decide-round.js';
import {
  bucketAt,
  BTC,
  emptyReport,
  LOT_VALUES,
  reportsOf,
  roundOf,
  sceneOf,
  sum,
  type Roll,
} from './round-scene.fixture.js';

fc.configureGlobal({ seed: 4410, numRuns: 600 });

const LANES = 3;
const amount = fc.oneof(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: 0n, max: 10n ** 20n }));
const part = fc.bigInt({ min: 0n, max: 5n });
const lots = fc.integer({ min: -30, max: 30 });
const roll: fc.Arbitrary<Roll> = fc.record({
  partition: fc.nat({ max: LANES - 1 }),
  gains: fc.boolean(),
  weight: amount,
  split: fc.tuple(part, part, part),
  marked: fc.nat({ max: 5 }).map((n) => n === 0),
  equity: fc.bigInt({ min: -50n, max: 5_000n }),
  btc: lots,
  eth: lots,
  isolated: fc.boolean(),
});
const round: fc.Arbitrary<RoundInput> = fc
  .tuple(fc.array(roll, { maxLength: 24 }), fc.tuple(amount, amount, amount))
  .map(([rolls, insurance]) => {
    const buckets = sceneOf(rolls);
    const distinct = new Map(buckets.map((bucket) => [bucketKey(bucket), bucket]));
    // two rolls may name one bucket: keep the scene whole and give the later one another account
    let spare = 100;
    const seen = new Set<string>();
    const own = buckets.map((bucket) => {
      const key = bucketKey(bucket);
      if (!seen.has(key)) {
        seen.add(key);
        return bucket;
      }
      return { ...bucket, account: bucketAt(partitionOf(bucket.account), spare++).account };
    });
    expect(distinct.size).toBe(seen.size);
    return roundOf(own, insurance);
  });

/** Checks one promise of the decision on many rounds. */
const always = (title: string, promise: (input: RoundInput, outcome: RoundOutcome) => void): void =>
  it(title, () => fc.assert(fc.property(round, (input) => promise(input, decideRound(input)))));

describe('what every decision of a round keeps', () => {
  always(
    'layers sum to each deficit to the last unit, insurance first (LOSS-001)',
    (input, out) => {
      const order = { insurance: 0, adl: 1, haircut: 2 };
      for (const { account, bucket, deficit } of input.reports.flatMap(({ failed }) => failed)) {
        const own = out.losses.filter((l) => l.origin === account && l.originBucket === bucket);
        expect(sum(own.map((loss) => loss.amount))).toBe(deficit);
        let left = deficit;
        own.forEach((loss) => expect(loss.remaining).toBe((left -= loss.amount)));
        const layers = own.map(({ layer }) => order[layer]);
        expect(layers).toEqual([...new Set(layers)].sort((a, b) => a - b));
      }
    },
  );

  always('losses come in bucket-id order', (_, { losses }) => {
    const origins = losses.map((l) => ({ account: l.origin, bucket: l.originBucket }));
    expect([...origins].sort(byBucket)).toEqual(origins);
  });

  always('insurance pays deficits, as far as it is there, from the first lanes', (input, out) => {
    const available = sum(input.reports.map(({ insurance }) => insurance));
    const { deficits, insuranceUsed, lanes } = out.decided;
    expect(insuranceUsed).toBe(available < deficits ? available : deficits);
    expect(sum(lanes.map((lane) => lane.insuranceUsed))).toBe(insuranceUsed);
    lanes.forEach((lane, p) => {
      const reserved = input.reports[p]?.insurance ?? 0n;
      expect(lane.insuranceUsed <= reserved).toBe(true);
      const later = lanes.slice(p + 1).some((other) => other.insuranceUsed > 0n);
      if (later) expect(lane.insuranceUsed).toBe(reserved);
    });
  });

  always('no cut exceeds the claim it is cut from', (input, { decided }) => {
    decided.lanes.forEach((lane, p) => {
      const report = input.reports[p] ?? emptyReport;
      const named = new Map<string, bigint>();
      for (const cut of lane.cuts) {
        expect(partitionOf(cut.account)).toBe(p);
        named.set(bucketKey(cut), (named.get(bucketKey(cut)) ?? 0n) + cut.amount);
      }
      for (const { claim, ...line } of report.candidates) {
        expect((named.get(bucketKey(line)) ?? 0n) <= claim).toBe(true);
      }
      expect(sum([...named.values()]) <= lane.claimsCut).toBe(true);
      expect(lane.claimsPaid + lane.claimsCut <= report.claims).toBe(true);
    });
  });

  always('what is collected and what insurance pays is paid out', (_, { decided }) => {
    const { collected, insuranceUsed, paid, cut, due, claims, debts, deficits } = decided;
    expect(paid).toBe(collected + insuranceUsed);
    expect(paid + cut + due).toBe(claims);
    expect(due).toBe(debts);
    expect(cut + insuranceUsed).toBe(deficits);
  });

  always('every lane sends and receives exactly what balances it', (input, { decided }) => {
    const sent = decided.lanes.flatMap((lane) => lane.sends);
    decided.lanes.forEach((lane, p) => {
      const out = sum(lane.sends.map((send) => send.amount));
      const into = sum(sent.filter((send) => send.partition === p).map((send) => send.amount));
      const { collected } = input.reports[p] ?? emptyReport;
      expect(into).toBe(lane.receives);
      expect(collected + lane.insuranceUsed + into - out).toBe(lane.claimsPaid);
      expect(lane.sends.every((send) => send.partition !== p && send.amount > 0n)).toBe(true);
    });
  });

  always('closes match opposite sides, each bucket in one role, no lot twice', (input, out) => {
    const offered = new Map<string, number>();
    const taken = new Map<string, number>();
    const held = new Map<string, number>();
    const name = (line: Parameters<typeof bucketKey>[0], instrument: number): string =>
      `${bucketKey(line)}/${instrument}`;
    for (const { failing, candidates } of input.reports) {
      for (const line of [...failing, ...candidates])
        held.set(name(line, line.instrument), line.lots);
    }
    const offers = new Set<string>();
    const takes = new Set<string>();
    out.decided.lanes.forEach((lane, p) => {
      for (const close of lane.closes) {
        const taker = { account: close.against, bucket: close.againstBucket };
        const a = name(close, close.instrument);
        const b = name(taker, close.instrument);
        expect(partitionOf(close.account)).toBe(p);
        expect(close.lots > 0).toBe(true);
        expect(Math.sign(held.get(a) ?? 0) * Math.sign(held.get(b) ?? 0)).toBe(-1);
        offered.set(a, (offered.get(a) ?? 0) + close.lots);
        taken.set(b, (taken.get(b) ?? 0) + close.lots);
        offers.add(bucketKey(close));
        takes.add(bucketKey(taker));
      }
    });
    for (const [line, sized] of [...offered, ...taken]) {
      expect(sized <= Math.abs(held.get(line) ?? 0)).toBe(true);
    }
    expect([...offers].filter((key) => takes.has(key))).toEqual([]);
    const failing = new Set(input.reports.flatMap((report) => report.failing).map(bucketKey));
    expect([...offers].every((key) => failing.has(key))).toBe(true);
  });

  always('named cuts fall only on holders closed against that very bucket', (_, { decided }) => {
    const pairs = decided.lanes.flatMap(({ closes }) =>
      closes.map((c) => `${c.account}:${c.bucket}>${c.against}:${c.againstBucket}`),
    );
    const known = new Set(pairs);
    for (const cut of decided.lanes.flatMap((lane) => lane.cuts)) {
      const pair = `${cut.origin}:${cut.originBucket}>${cut.account}:${cut.bucket}`;
      expect(known.has(pair)).toBe(true);
    }
  });

  always('the order in which a lane lists its buckets changes nothing', (input, out) => {
    const turned = input.reports.map((report) => ({
      ...report,
      failed: [...report.failed].reverse(),
      failing: [...report.failing].reverse(),
      candidates: [...report.candidates].reverse(),
    }));
    expect(decideRound({ ...input, reports: turned })).toEqual(out);
  });
});

describe('reports that no round of ours can have', () => {
  const claimant = bucketAt(0, 3, { claim: 10n });
  const loser = bucketAt(0, 4, { collected: 4n, deficit: 6n });

  it('claims that are not collected + debts + deficits stop the lane', () => {
    const decide = (): RoundOutcome => decideRound(roundOf([claimant], [0n]));
    expect(decide).toThrow(InvariantViolation);
    expect(() => decideRound(roundOf([claimant, loser], [0n]))).not.toThrow();
  });

  it('so do deficits that are not those of the buckets', () => {
    const [report = emptyReport] = reportsOf([claimant, loser], [0n]);
    const decide = (changed: Partial<typeof report>) => (): RoundOutcome =>
      decideRound({ ...roundOf([], []), reports: [{ ...report, ...changed }] });
    expect(decide({ failed: [] })).toThrow(InvariantViolation);
    expect(decide({ deficits: 5n, debts: 1n })).toThrow(InvariantViolation);
    expect(decide({ collected: -4n, debts: 8n })).toThrow(InvariantViolation);
  });

  it('so does a bucket of another lane', () => {
    const [report = emptyReport] = reportsOf([claimant, loser], [0n]);
    const reports = [emptyReport, report];
    expect(() => decideRound({ ...roundOf([], []), reports })).toThrow(InvariantViolation);
  });
});

describe('speed of a decision', () => {
  /** only finds work that grows with the square of a round; figures are the bench's matter */
  const LIMIT_MS = 5000;
  const timed = (input: RoundInput): number => {
    decideRound(input);
    const start = performance.now();
    decideRound(input);
    return performance.now() - start;
  };

  it('decides ten thousand deficits at once', () => {
    const losers = Array.from({ length: 10_000 }, (_, i) =>
      bucketAt(i % 4, 3 + i, { deficit: 10n, positions: [{ instrument: BTC, lots: 2 }] }),
    );
    const gainers = Array.from({ length: 256 }, (_, i) =>
      bucketAt(i % 4, 20_000 + i, {
        claim: 500n,
        equity: BigInt(1_000 + i),
        positions: [{ instrument: BTC, lots: -70 }],
      }),
    );
    const claimed = 256n * 500n;
    const payer = bucketAt(0, 30_000, { collected: claimed - 100_000n });
    const input = roundOf([...losers, ...gainers, payer], [10n, 20n, 0n, 0n]);
    expect(timed(input)).toBeLessThan(LIMIT_MS);
    expect(LOT_VALUES.size).toBe(2);
  });

  it('decides 64 candidates of every lane of 64 against one failing bucket', () => {
    const gainers = Array.from({ length: 64 * 64 }, (_, i) =>
      bucketAt(i % 64, 3 + i, {
        claim: BigInt(1 + (i % 7)),
        equity: BigInt(900 + ((i * 37) % 500)),
        positions: [{ instrument: BTC, lots: -10 }],
      }),
    );
    const claimed = sum(gainers.map(({ claim }) => claim));
    const failing = bucketAt(0, 9_000, {
      deficit: claimed,
      positions: [{ instrument: BTC, lots: 30_000 }],
    });
    const insurance = Array.from({ length: 64 }, () => 0n);
    expect(timed(roundOf([...gainers, failing], insurance))).toBeLessThan(LIMIT_MS);
  });
});
