import type { EventOf } from '@ringfence/contracts';
import { bucketKind, EXCESS, partitionOf, type InstrumentId } from '@ringfence/kernel';
import type { Bucket } from './book.js';
import type { Guarantee } from './findings.js';
import { initialFigures, lineFigures, maintenanceFigures, type Sight } from './figures.js';
import { bucketName, type House } from './house.js';
import { placeText, same, text, type Check, type Handlers, type Place } from './record.js';
import { magnitude, most } from './shares.js';

type Judged = EventOf<'GateJudged'>;
type Evaluated = EventOf<'MarginEvaluated'>;
const FIGURES = [
  'collateral',
  'debt',
  'equity',
  'free',
  'maintenance',
  'call',
  'initial',
  'release',
] as const;

/**
 * Proves guarantee 5: every verdict and every evaluation of a risk lane, recomputed at the very
 * place of the accounts log and the very frame that the lane had read. What leaves, and every new
 * leg, leaves the bucket at its initial requirement with pending legs at their worst, or only
 * reduces and leaves no larger shortfall. Calls, breaches and cures follow from the figures.
 */
export class Margin implements Check {
  /** buckets in close-out, as risk recorded it */
  readonly #closing = new Set<string>();
  readonly #newest = new Map<string, Evaluated | EventOf<'PortfolioEvaluated'>>();
  readonly #calls = new Map<string, EventOf<'MarginCalled'>>();

  constructor(readonly house: House) {}

  #expect(holds: boolean, rule: string, what: unknown, at: Place, of: Guarantee = 5): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }
  #sight(at: Place): Sight {
    const book = this.house.seenByRisk[at.partition];
    return { listing: this.house.listing, prices: this.house.prices('risk', at.partition), book };
  }

  readonly on: Handlers = {
    GateJudged: (event, at) => this.#judge(event, at),
    MarginEvaluated: (event, at) => this.#evaluate(event, at),
    PortfolioEvaluated: (event, at) => this.#takePortfolio(event, at),
    MaintenanceBreached: (event, at) => {
      const newest = this.#newest.get(bucketName(event));
      const below = newest !== undefined && newest.equity < newest.maintenance;
      const holds = below && event.equity === newest.equity && event.frame === newest.frame;
      this.#expect(holds, 'breached-below-maintenance', { event, newest }, at);
      this.#closing.add(bucketName(event));
      this.#calls.delete(bucketName(event));
    },
    MarginCalled: (event, at) => {
      const newest = this.#newest.get(bucketName(event));
      const below = newest !== undefined && (newest.equity < newest.call || newest.debt > 0n);
      const amount = newest && most(newest.initial - newest.equity, newest.debt);
      const once = !this.#calls.has(bucketName(event));
      this.#expect(
        below && once && event.amount === amount,
        'called-below-call',
        { event, newest },
        at,
      );
      this.#calls.set(bucketName(event), event);
    },
    CallExtended: (event, at) => {
      const called = [...this.#calls].find(
        ([, { call, account }]) => call === event.call && partitionOf(account) === at.partition,
      );
      const later = called !== undefined && event.deadline >= called[1].deadline;
      this.#expect(later, 'extended-to-later', event, at);
      if (called) this.#calls.set(called[0], { ...called[1], deadline: event.deadline });
    },
    CallLapsed: (event, at) => {
      const called = this.#calls.get(bucketName(event));
      const { now } = this.house.prices('risk', at.partition);
      const holds = called?.call === event.call && now >= called.deadline;
      this.#expect(holds, 'lapsed-after-its-deadline', { event, called, now }, at);
      this.#calls.delete(bucketName(event));
      this.#closing.add(bucketName(event));
    },
    CallMet: (event, at) => {
      this.#checkWhole(event, at);
      this.#calls.delete(bucketName(event));
    },
    BucketCured: (event, at) => {
      this.#checkWhole(event, at);
      this.#closing.delete(bucketName(event));
    },
  };
  /**
   * Nobody was passed over: every bucket, recomputed at what its risk lane has read last, stands
   * where its figures put it.
   */
  checkQuiet(): void {
    for (const book of this.house.seenByRisk) {
      const prices = this.house.prices('risk', book.partition);
      const sight = { listing: this.house.listing, prices, book };
      for (const buckets of book.buckets.values()) {
        for (const bucket of buckets.values()) this.#checkStanding(sight, bucket);
      }
    }
  }
  #checkStanding(sight: Sight, bucket: Bucket): void {
    const { account, id } = bucket;
    if (id === EXCESS || sight.book.owner(account)?.class === 'insurance') return;
    const lines = lineFigures(sight, bucket);
    if (lines.length === 0 && bucket.debt === 0n) return;
    if (this.#isByScenario(bucket, null)) return;
    const { equity, maintenance, call, initial } = maintenanceFigures(sight, bucket);
    const name = bucketName({ account, bucket: id });
    const closing = this.#closing.has(name);
    const called = this.#calls.has(name);
    const short = equity < call || bucket.debt > 0n;
    const whole = equity >= initial && bucket.debt === 0n;
    const holds =
      (equity >= maintenance || closing) && (!short || called || closing) && !(whole && called);
    this.house.findings.expect(holds, 5, 'nobody-passed-over', () =>
      text({ name, equity, maintenance, call, initial, debt: bucket.debt, closing, called }),
    );
  }
  #checkWhole(event: EventOf<'CallMet'> | EventOf<'BucketCured'>, at: Place): void {
    const newest = this.#newest.get(bucketName(event));
    const whole = newest !== undefined && newest.equity >= newest.initial && newest.debt === 0n;
    this.#expect(whole && newest.frame === event.frame, 'cured-at-initial', { event, newest }, at);
  }

  #judge(event: Judged, at: Place): void {
    const sight = this.#sight(at);
    const bucket = sight.book.waiting.get(event.reservation);
    const known = bucket?.account === event.account && bucket.id === event.bucket;
    const now = event.frame === sight.prices.frame;
    this.#expect(known && now, 'judged-as-seen', { event, frame: sight.prices.frame }, at);
    if (!bucket) return;
    const leg = bucket.legs.get(event.reservation)?.leg;
    const switched = bucket.switches.has(event.reservation);
    if (switched) return this.#judgeSwitch(event, bucket, at);
    const trial = leg ? { leg, applied: false } : null;
    const figures = initialFigures(sight, bucket, trial);
    const byScenario = this.#isByScenario(bucket, leg?.instrument ?? null);
    if (figures.priced && !byScenario) {
      const recorded = event.equity === figures.free && event.requirement === figures.initial;
      this.#expect(recorded, 'figures-of-the-verdict', { event, figures }, at);
    }
    if (event.passed && byScenario) this.#checkScenarioVerdict(event, at);
    else if (event.passed) {
      const closing = this.#closing.has(bucketName(event));
      const meets = figures.free >= figures.initial && !figures.stale && !closing;
      const inDebt = trial === null && bucket.debt > 0n;
      const reduces = leg !== undefined && this.#reduces(sight, bucket, leg);
      const holds = figures.priced && ((meets && !inDebt) || reduces);
      this.#expect(holds, 'initial-requirement-after-the-verdict', { event, figures, closing }, at);
    }
    sight.book.judged(event.reservation, event.passed);
  }

  /**
   * Options and portfolios are margined by scenarios that only `ringfence audit margin` computes
   * again; here, what was recorded must be consistent.
   */
  #isByScenario(bucket: Bucket, trial: InstrumentId | null): boolean {
    const { listing } = this.house;
    if (bucketKind(bucket.id) === 'portfolio') return true;
    if (trial !== null && listing.isOption(trial)) return true;
    const held = [...bucket.lines.keys()].some((instrument) => listing.isOption(instrument));
    return held || [...bucket.legs.values()].some(({ leg }) => listing.isOption(leg.instrument));
  }
  #checkScenarioVerdict(event: Judged, at: Place): void {
    const reduces = event.reason === 'reduces';
    const holds = reduces || event.equity >= event.requirement;
    this.#expect(holds, 'initial-requirement-after-the-verdict', event, at);
  }
  #takePortfolio(event: EventOf<'PortfolioEvaluated'>, at: Place): void {
    const { equity, maintenance, call, initial, release, debt, level } = event;
    const ordered = maintenance <= call && call <= initial && initial <= release;
    this.#expect(ordered, 'levels-in-their-order', event, at);
    const due =
      equity < maintenance ? 'breached' : equity < call || debt > 0n ? 'called' : 'healthy';
    this.#expect(level === due, 'level-of-the-figures', event, at);
    const sight = this.#sight(at);
    const bucket = sight.book.bucket(event.account, event.bucket);
    const lots = new Map([...bucket.lines].map(([instrument, line]) => [instrument, line.lots]));
    const own = event.lines.every((line) => line.lots === (lots.get(line.instrument) ?? 0));
    this.#expect(own && debt === bucket.debt, 'lines-of-the-evaluation', { event, bucket }, at);
    this.#newest.set(bucketName(event), event);
  }

  /** A bucket in close-out, called or in debt switches to nothing. */
  #judgeSwitch(event: Judged, target: Bucket, at: Place): void {
    const waiting = target.switches.get(event.reservation);
    if (!waiting || !event.passed) return;
    const { account } = waiting;
    const names = [waiting.source, waiting.target].map((bucket) => bucketName({ account, bucket }));
    const free = names.every((name) => !this.#closing.has(name) && !this.#calls.has(name));
    const meets = event.equity >= event.requirement;
    this.#expect(free && meets, 'initial-requirement-after-the-verdict', { event, waiting }, at);
  }

  /** Only reduces, with all pending legs of its side; as if applied the shortfall is no larger. */
  #reduces(sight: Sight, bucket: Bucket, leg: EventOf<'LegReserved'>): boolean {
    const held = bucket.lots(leg.instrument);
    let closing = magnitude(leg.lots);
    for (const { leg: other, counts } of bucket.legs.values()) {
      const sameSide = other.instrument === leg.instrument && other.lots > 0 === leg.lots > 0;
      if (counts && sameSide) closing += magnitude(other.lots);
    }
    if (Math.sign(held) !== -Math.sign(leg.lots) || closing > magnitude(held)) return false;
    const after = initialFigures(sight, bucket, { leg, applied: true });
    const before = initialFigures(sight, bucket, null);
    const shortfall = most(before.initial - before.free - leg.fee, 0n);
    return after.initial - after.free <= shortfall;
  }

  #evaluate(event: Evaluated, at: Place): void {
    const sight = this.#sight(at);
    const bucket = sight.book.bucket(event.account, event.bucket);
    const figures = maintenanceFigures(sight, bucket);
    if (this.#isByScenario(bucket, null)) return void this.#newest.set(bucketName(event), event);
    const holds = FIGURES.every((name) => figures[name] === event[name]);
    this.#expect(holds, 'figures-of-the-evaluation', { event, figures }, at);
    const now = event.frame === sight.prices.frame;
    this.#expect(now, 'judged-as-seen', { event, frame: sight.prices.frame }, at);
    const lines = new Map(lineFigures(sight, bucket).map((line) => [line.instrument, line]));
    for (const line of event.lines) {
      const own = lines.get(line.instrument);
      const agrees = same({ ...line, worst: Math.abs(line.worst) }, own);
      this.#expect(agrees, 'lines-of-the-evaluation', { line, own }, at);
    }
    const { equity, maintenance, call, debt } = event;
    const level =
      equity < maintenance ? 'breached' : equity < call || debt > 0n ? 'called' : 'healthy';
    this.#expect(event.level === level, 'level-of-the-figures', event, at);
    this.#newest.set(bucketName(event), event);
  }
}
