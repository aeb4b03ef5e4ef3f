import fc from 'fast-check';
import type { BucketId, InstrumentId } from '@ringfence/kernel';
import {
  ALICE,
  BOB,
  BTC,
  COIN,
  CROSS,
  DOMAIN,
  Desk,
  ETH,
  ISOLATED,
  USD,
  fold,
  frame,
  legApplied,
  legReleased,
  legReserved,
  moveReleased,
  moveReserved,
  movedOut,
  opened,
  paidIn,
  roundJoined,
  settled,
  tick,
  view,
  type LegShape,
} from './desk.fixture.js';
import { consequenceOf, evaluate } from './evaluation.js';
import { riskLane } from './lane.js';
import { bucketAt, instrumentAt, slotOf, type Bucket, type RiskState } from './state.js';

/**
 * Random walks of a small house: some buckets isolated, some with several instruments and other
 * collateral.
 */
const PLACES = [
  { account: ALICE, bucket: ISOLATED },
  { account: ALICE, bucket: CROSS },
  { account: BOB, bucket: ISOLATED },
  { account: BOB, bucket: CROSS },
] as const;

class Walk {
  readonly desk: Desk = opened();
  now = 0;
  round = 0;
  prices: [number, number] = [1_000, 100];
  rates: [number, number] = [60_000, 60_000];
  pending: { leg: LegShape; counts: boolean }[] = [];
  reservation = 0;

  step(kind: number, a: number, b: number): void {
    const place = PLACES[a % PLACES.length] ?? PLACES[0];
    const instrument = place.bucket === ISOLATED || b % 2 === 0 ? BTC : ETH;
    if (kind < 8) this.move(a, b);
    else if (kind < 10) this.pay(place, a, b);
    else if (kind < 13) this.reserve(place, instrument, a, b);
    else if (kind < 16) this.resolve(a, b);
    else if (kind === 16) this.take(place, b);
    else if (kind === 17) this.pass(b);
    else if (kind === 18) this.rates = [40_000 + (a % 19) * 10_000, 40_000 + (b % 17) * 10_000];
    else this.settle();
  }
  move(a: number, b: number): void {
    const jump = [2, 5, 20, 60][a % 4] ?? 2;
    this.prices = [
      Math.max(1, this.prices[0] + (b % (2 * jump + 1)) - jump),
      Math.max(1, this.prices[1] + ((a + b) % 3) - 1),
    ];
    if (b % 23 === 0) this.rates = [60_000 + (a % 5) * 2_500, 60_000 + (b % 5) * 2_500];
    const [btc, eth] = [
      { instrument: BTC, price: this.prices[0], initialPpm: this.rates[0] },
      { instrument: ETH, price: this.prices[1], initialPpm: this.rates[1] },
    ];
    this.desk.read('reference', frame(a % 5 === 0 ? [btc] : [btc, eth], this.now));
  }
  pay(place: (typeof PLACES)[number], a: number, b: number): void {
    const inCoin = a % 3 === 0;
    const amount = BigInt(inCoin ? 1 + (b % 5) : 1 + b * 3);
    this.desk.read('accounts', paidIn({ ...place, asset: inCoin ? COIN : USD, amount }));
  }
  reserve(place: (typeof PLACES)[number], instrument: InstrumentId, a: number, b: number): void {
    const at = instrument === BTC ? this.prices[0] : this.prices[1];
    const price = Math.max(1, at + (a % 21) - 10);
    const reservation = ++this.reservation;
    const lots = (b % 2 === 0 ? 1 : -1) * (1 + (b % 29));
    const purpose = a % 11 === 0 ? 'adl' : 'trade';
    const leg = {
      ...place,
      reservation,
      instrument,
      lots,
      price,
      fee: BigInt(b % 3),
      purpose,
    } as const;
    if (this.cash(place.account, place.bucket) < leg.fee) return;
    this.desk.read('accounts', legReserved(leg));
    const passed = purpose === 'adl' || this.desk.last('GateJudged').passed;
    this.pending.push({ leg, counts: passed });
  }
  resolve(a: number, b: number): void {
    const [entry] = this.pending.splice(a % Math.max(1, this.pending.length), 1);
    if (!entry) return;
    const { leg, counts } = entry;
    const late = b % 4 === 0 ? 1 : 0;
    const applied = legApplied({ ...leg, tag: this.round + late });
    this.desk.read('accounts', counts && b % 3 > 0 ? applied : legReleased(leg));
  }
  take(place: (typeof PLACES)[number], b: number): void {
    const cash = this.cash(place.account, place.bucket);
    const amount = BigInt(b);
    if (amount === 0n || cash < amount) return;
    const reservation = ++this.reservation;
    const move = { ...place, amount };
    this.desk.read('accounts', moveReserved(reservation, move));
    const { passed } = this.desk.last('GateJudged');
    const end = passed && b % 2 === 0 ? movedOut : moveReleased;
    this.desk.read('accounts', end(reservation, move));
  }
  pass(b: number): void {
    const outage = b % 7 === 0 ? 50_000 : 0;
    this.now += 20_000 + b * 2_000 + outage;
    this.desk.read('reference', tick(this.now, outage));
    expect(this.desk.state.work.provisional.size).toBe(0);
  }
  /**
   * Joins and settles a round: exact variation of every bucket, debts within nothing but the
   * deficit's absence.
   */
  settle(): void {
    this.round += 1;
    const marks = [
      { instrument: BTC, price: this.prices[0] },
      { instrument: ETH, price: this.prices[1] },
    ];
    this.desk.read('accounts', roundJoined(this.round, marks));
    for (const bucket of this.desk.state.book.buckets) this.settleBucket(bucket);
    const totals = { collected: 0n, claims: 0n, debts: 0n, deficits: 0n, insurance: 0n };
    const lists = { failed: [], failing: [], candidates: [] };
    const report = { domain: DOMAIN, round: this.round, ...totals, ...lists };
    this.desk.read('accounts', { type: 'RoundReported', ...report });
  }
  settleBucket(bucket: Bucket): void {
    const { state } = this.desk;
    const funding = bucket.lines.length === 0 ? 0n : BigInt(((this.round * 31) % 197) - 120);
    let net = bucket.due - bucket.debt + funding;
    for (const line of bucket.lines) {
      const { lotValue } = instrumentAt(state.market, line.instrument) ?? { lotValue: 0n };
      net += BigInt(line.settlingLots) * lotValue - line.settlingCost;
    }
    const { account, id } = bucket;
    const cash = this.cash(account, id);
    const collected = net >= 0n ? 0n : -net < cash ? -net : cash;
    const debt = net >= 0n ? 0n : -net - collected;
    const claim = net > 0n ? net : 0n;
    const outcome = { account, bucket: id, funding, claim, collected, debt };
    this.desk.read('accounts', settled(this.round, outcome));
    if (claim === 0n) return;
    const cut = claim / 10n;
    const paid = claim / 2n;
    const due = claim - cut - paid;
    const paying = { account, bucket: id, asset: USD, paid, cutByAdl: 0n, cut, due };
    this.desk.read('accounts', { type: 'ClaimPaid', domain: DOMAIN, round: this.round, ...paying });
  }
  cash(account: typeof ALICE, bucket: BucketId): bigint {
    const { book } = this.desk.state;
    const slot = slotOf(book, account, bucket);
    if (slot < 0) return 0n;
    return bucketAt(book, slot).balances.find(({ asset }) => asset === USD)?.amount ?? 0n;
  }
}

const noise = fc.noBias(fc.nat(1_000));
const steps = fc.array(fc.tuple(fc.noBias(fc.nat(21)), noise, noise), {
  minLength: 20,
  maxLength: 150,
  size: 'max',
});

/**
 * Evaluates everything: nothing may have been missed. What a round or a pending leg is at work on
 * has its level, and the consequence comes with an even tick.
 */
function nothingMissed(state: RiskState): void {
  for (const [slot, bucket] of state.book.buckets.entries()) {
    const evaluated = evaluate(state, bucket);
    expect({ place: [bucket.account, bucket.id], level: evaluated.level }).toEqual({
      place: [bucket.account, bucket.id],
      level: bucket.standing.level,
    });
    if (state.work.provisional.has(slot)) continue;
    expect(consequenceOf(state, bucket, evaluated, 0)).toBeNull();
  }
}

describe('evaluating only what can have changed', () => {
  it('finds the same levels as evaluating every bucket at every step (RISK-040)', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(steps, (walked) => {
        const walk = new Walk();
        for (const [kind, a, b] of walked) {
          walk.step(kind, a, b);
          nothingMissed(walk.desk.state);
        }
        for (const { type } of walk.desk.written) seen.set(type, (seen.get(type) ?? 0) + 1);
      }),
      { numRuns: 60, seed: 7 },
    );
    const rare = ['CallMet', 'CallLapsed', 'MaintenanceBreached', 'BucketCured'];
    for (const type of rare) expect(seen.get(type)).toBeGreaterThan(0);
  });

  it('evaluates far less than everything at every frame (RISK-041)', () => {
    let frames = 0;
    let evaluations = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 50 }), (moves) => {
        const walk = new Walk();
        for (const place of PLACES) {
          const bucket = { ...place, amount: 3_000n };
          walk.desk.read('accounts', paidIn(bucket));
          const lots = place.account === ALICE ? 20 : -20;
          walk.desk.read('accounts', legApplied({ ...place, reservation: 99, lots }));
        }
        const before = walk.desk.of('MarginEvaluated').length;
        for (const [a, b] of moves) walk.move(a * 4, b);
        frames += moves.length * PLACES.length;
        evaluations += walk.desk.of('MarginEvaluated').length - before;
      }),
      { numRuns: 20, seed: 3 },
    );
    expect(evaluations).toBeLessThan(frames / 4);
  });
});

describe('the intervals of a bucket', () => {
  const large = {
    cash: fc.integer({ min: 1_000, max: 20_000 }),
    btc: fc.integer({ min: -60, max: 60 }),
    eth: fc.integer({ min: -60, max: 60 }),
    pending: fc.integer({ min: -20, max: 20 }),
  };
  // one unit of rounding weighs as much as a tick
  const small = {
    cash: fc.nat(250),
    btc: fc.integer({ min: -2, max: 2 }),
    eth: fc.constant(0),
    pending: fc.integer({ min: -1, max: 1 }),
  };
  const rest = {
    coins: fc.nat(1),
    price: fc.integer({ min: 950, max: 1_050 }),
    rate: fc.integer({ min: 40_001, max: 90_001 }),
  };
  const bucketOf = fc.oneof(fc.record({ ...large, ...rest }), fc.record({ ...small, ...rest }));
  it('hold its level at every corner, to the last unit (RISK-044)', () => {
    fc.assert(
      fc.property(bucketOf, ({ cash, coins, btc, eth, pending, price, rate }) => {
        const desk = opened();
        const quotes = [
          { instrument: BTC, price: 997, initialPpm: rate },
          { instrument: ETH, price: 101, initialPpm: rate + 7 },
        ];
        const place = { account: ALICE, bucket: CROSS };
        desk.take('reference', frame(quotes));
        desk.take('accounts', paidIn({ ...place, amount: BigInt(cash) }));
        desk.take('accounts', paidIn({ ...place, asset: COIN, amount: BigInt(coins) }));
        const held = { ...place, reservation: 1, price: 997 };
        const other = { ...place, reservation: 2, instrument: ETH, price: 101 };
        if (btc !== 0) desk.take('accounts', legApplied({ ...held, lots: btc }));
        if (eth !== 0) desk.take('accounts', legApplied({ ...other, lots: eth }));
        const leg = { ...place, reservation: 3, lots: pending, price, purpose: 'adl' } as const;
        if (pending !== 0) desk.take('accounts', legReserved(leg));
        desk.drain();
        for (const corner of cornersOf(desk.state)) {
          const state = structuredClone(desk.state);
          corner.forEach((mark, i) => {
            const instrument = instrumentAt(state.market, i === 0 ? BTC : ETH);
            if (!instrument) return;
            instrument.mark = mark;
            instrument.lotValue = BigInt(mark) * instrument.unit;
          });
          const bucket = bucketAt(state.book, 0);
          expect(evaluate(state, bucket).level).toBe(bucket.standing.level);
        }
      }),
      { numRuns: 700, seed: 13 },
    );
  });
});

/**
 * All pairs of ends of the two intervals; a mark far off where there is none; nothing for the
 * restless.
 */
function cornersOf({ work, market }: RiskState): number[][] {
  if (work.restless.size > 0) return [];
  const ends = [BTC, ETH].map((id) => {
    const { below, above } = work.triggers[id] ?? {};
    const mark = instrumentAt(market, id)?.mark ?? 0;
    return [-(below?.keys[0] ?? -mark / 2), above?.keys[0] ?? mark * 2].map(Math.round);
  });
  const [btc = [], eth = []] = ends;
  return btc.flatMap((a) => eth.map((b) => [a, b]));
}

describe('the log of risk', () => {
  it('folds to the live state, also from a copy in the middle (RISK-042)', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (walked, middle) => {
        const { desk } = walkThrough(walked);
        const cut = middle % (desk.entries.length + 1);
        const replayed = riskLane.initial(0, 1);
        replay(replayed, desk, 0, cut);
        const copy = structuredClone(replayed);
        replay(replayed, desk, cut, desk.entries.length);
        expect(replayed).toEqual(desk.state);
        replay(copy, desk, cut, desk.entries.length);
        expect(copy).toEqual(desk.state);
        expect(riskLane.digest(copy)).toBe(riskLane.digest(desk.state));
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it('writes nothing a second time and wants nothing more once it is done (RISK-043)', () => {
    fc.assert(
      fc.property(steps, (walked) => {
        const { desk } = walkThrough(walked);
        expect(riskLane.next(desk.state)).toBeNull();
        const before = structuredClone(desk.state);
        expect(desk.do({ type: 'ReviewBuckets' })).toEqual([]);
        expect(desk.do({ type: 'ReviewDeadlines' })).toEqual([]);
        expect(desk.state).toEqual(before);
      }),
      { numRuns: 15, seed: 5 },
    );
  });
});

function walkThrough(walked: readonly (readonly [number, number, number])[]): Walk {
  const walk = new Walk();
  for (const [kind, a, b] of walked) walk.step(kind, a, b);
  return walk;
}
function replay(state: RiskState, desk: Desk, from: number, to: number): void {
  for (const entry of desk.entries.slice(from, to)) {
    if (entry.own) fold(state, entry.own, entry.at);
    else view(state, entry.event, entry.at);
  }
}
