import type { EventOf } from '@ringfence/contracts';
import { EXCESS, type DomainId, type InstrumentId } from '@ringfence/kernel';
import { settlementOf } from './entries.js';
import { Claims } from './claims.js';
import type { Guarantee } from './findings.js';
import { bucketName, type House } from './house.js';
import type { Legs } from './legs.js';
import { checkDecision } from './losses.js';
import { checkReport } from './reports.js';
import { otherWorth, settlementFigures, type Figures } from './settlements.js';
import { placeText, same, text, type Check, type Handlers, type Place } from './record.js';
import { least, sum } from './shares.js';

type Reported = EventOf<'RoundReported'>;
type Settled = EventOf<'VariationSettled'>;

/** Where one accounts lane stands in a domain's rounds. */
interface LaneRounds {
  /** the round that it began to settle last */
  settling: number;
  reported: number;
  decided: number;
  applied: number;
  /** per round, the lanes whose marker was counted */
  readonly markers: Map<number, Set<number>>;
  /** of the round it settles */
  settled: Settled[];
  readonly settledBuckets: Set<string>;
  /** of those, the ones that were failing then */
  readonly failing: Set<string>;
  insurance: EventOf<'InsuranceReserved'>[];
  charged: bigint;
  received: bigint;
  claims: Claims | null;
  /** at its last `RoundApplied` */
  due: bigint;
  debt: bigint;
  /** buckets reported as failing, until the decision */
  readonly locked: Set<string>;
}
interface DomainRounds {
  opened: EventOf<'RoundOpened'> | null;
  readonly lanes: LaneRounds[];
  readonly reports: (Reported | undefined)[];
  decided: EventOf<'RoundDecided'> | null;
  losses: EventOf<'LossAllocated'>[];
  closed: number;
  variation: bigint;
  funding: bigint;
}

/**
 * Proves guarantees 3 and 4 of settlement rounds. Every lane joins the same round at the same
 * marks; settles it only after the decision before it was applied and the markers of all others
 * came; settles every bucket that holds or owes something, once, to the amounts that its own
 * positions, marks and funding give; debt stays within the haircut value of the bucket's other
 * collateral. Over all lanes variation, funding and open interest sum to zero, what is due is what
 * is owed, and every claim ends as the decision says.
 */
export class Rounds implements Check {
  readonly #domains = new Map<DomainId, DomainRounds>();

  constructor(
    readonly house: House,
    readonly legs: Legs,
  ) {}

  #domain(domain: DomainId): DomainRounds {
    const found = this.#domains.get(domain);
    if (found) return found;
    const lanes = this.house.books.map(newLane);
    const rounds: DomainRounds = {
      opened: null,
      lanes,
      reports: [],
      decided: null,
      losses: [],
      closed: 0,
      variation: 0n,
      funding: 0n,
    };
    this.#domains.set(domain, rounds);
    return rounds;
  }
  #lane(domain: DomainId, at: Place): LaneRounds {
    return this.#domain(domain).lanes[at.partition];
  }
  #expect(holds: boolean, rule: string, what: unknown, at: Place, of: Guarantee = 4): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }

  readonly on: Handlers = {
    RoundOpened: (event, at) => this.#open(event, at),
    RoundJoined: (event, at) => this.#join(event, at),
    RoundMarkerCounted: (event, at) => {
      const lane = this.#lane(event.domain, at);
      const markers = lane.markers.get(event.round) ?? new Set<number>();
      lane.markers.set(event.round, markers);
      const sender = this.house.books[event.partition]?.round(event.domain).joined ?? 0;
      const { origin } = at.decision;
      const from = origin.kind === 'channel' && origin.from.partition === event.partition;
      const holds = from && sender >= event.round && !markers.has(event.partition);
      this.#expect(holds, 'marker-of-who-opened', event, at);
      markers.add(event.partition);
    },
    LegApplied: (event, at) => {
      const { domain } = this.house.listing.instrument(event.instrument);
      const { settling, applied } = this.#lane(domain, at);
      const inTime = event.tag >= settling && event.tag <= applied + 1;
      this.#expect(inTime, 'settles-in-the-round-after-its-tag', { event, settling, applied }, at);
    },
    LegReserved: (event, at) => {
      if (!event.offers) this.#checkUnlocked(event, at);
    },
    LegOffered: (event, at) => {
      const offered = this.legs.at(at.partition, event.reservation);
      if (offered) this.#checkUnlocked(offered.leg, at);
    },
    VariationSettled: (event, at) => this.#settle(event, at),
    InsuranceReserved: (event, at) => this.#reserveInsurance(event, at),
    RoundReported: (event, at) => this.#report(event, at),
    LossAllocated: (event) => void this.#domain(event.domain).losses.push(event),
    RoundDecided: (event, at) => this.#decide(event, at),
    RoundDecisionTaken: (event, at) => this.#take(event, at),
    InsuranceCharged: (event, at) => this.#chargeInsurance(event, at),
    TransferAccepted: (event, at) => {
      if (event.domain !== null) this.#lane(event.domain, at).received += event.amount;
    },
    ClaimPaid: (event, at) => {
      const lane = this.#lane(event.domain, at);
      const why = lane.claims ? lane.claims.pay(event, lane.received) : 'no decision';
      this.#expect(why === null, 'claims-pro-rata', { why, event }, at);
    },
    RoundApplied: (event, at) => this.#apply(event, at),
    RoundClosed: (event, at) => this.#close(event, at),
  };

  #open(event: EventOf<'RoundOpened'>, at: Place): void {
    const rounds = this.#domain(event.domain);
    const before = rounds.opened?.round ?? 0;
    const next = event.round === before + 1 && rounds.closed === before;
    this.#expect(next, 'one-round-at-a-time', { event, closed: rounds.closed }, at);
    const prices = this.house.prices('reference', 0);
    const newest = event.marks.every(
      ({ instrument, price }) => this.#markNow(instrument, event.round) === price,
    );
    this.#expect(newest && event.frame === prices.frame, 'round-at-the-newest-frame', event, at);
    Object.assign(rounds, { opened: event, reports: [], decided: null, losses: [] });
    Object.assign(rounds, { variation: 0n, funding: 0n });
  }
  /** A live option settles its premium and nothing else; what expired is marked once more. */
  #markNow(instrument: InstrumentId, round: number): number | undefined {
    const prices = this.house.prices('reference', 0);
    const end = prices.expired.get(instrument);
    if (end) return end.round + 1 === round ? end.settlementPrice : undefined;
    return this.house.listing.isOption(instrument) ? 0 : prices.quotes.get(instrument)?.price;
  }
  /** What the options of a domain are worth to a lane that joins a round now. */
  #noteValues(domain: DomainId, at: Place): void {
    const prices = this.house.prices('accounts', at.partition);
    const round = this.house.books[at.partition].round(domain);
    const values = new Map<InstrumentId, bigint>();
    for (const [instrument, { price }] of prices.quotes) {
      if (!this.house.listing.isOption(instrument) || prices.expired.has(instrument)) continue;
      values.set(instrument, BigInt(price) * this.house.listing.instrument(instrument).unit);
    }
    round.optionValues = values;
    round.discounts = prices.discounts(domain);
  }
  #join(event: EventOf<'RoundJoined'>, at: Place): void {
    this.#noteValues(event.domain, at);
    const rounds = this.#domain(event.domain);
    const { opened } = rounds;
    const holds =
      opened?.round === event.round &&
      same(opened.marks, event.marks) &&
      same(opened.collateral, event.collateral);
    this.#expect(holds, 'one-round-for-all-lanes', { opened, event }, at);
    const { joined } = this.house.books[at.partition].round(event.domain);
    this.#expect(event.round === joined + 1, 'joined-once', event, at);
    const lane = rounds.lanes[at.partition];
    const { settling, reported, decided, applied, markers, due, debt } = lane;
    const kept = { settling, reported, decided, applied, markers, due, debt };
    Object.assign(lane, newLane(), kept);
  }

  /** The first piece of settling: whatever is tagged below the round must be here. */
  #begin(domain: DomainId, round: number, at: Place): LaneRounds {
    const lane = this.#lane(domain, at);
    if (lane.settling === round) return lane;
    const { joined } = this.house.books[at.partition].round(domain);
    const missing = this.house.partitions - 1 - (lane.markers.get(round)?.size ?? 0);
    this.#expect(joined === round, 'settles-what-it-joined', { domain, round, joined }, at);
    this.#expect(missing === 0, 'settles-after-all-markers', { domain, round, missing }, at);
    const before = lane.applied === round - 1;
    this.#expect(before, 'settles-after-the-decision-before', { domain, round, lane }, at);
    lane.settling = round;
    lane.markers.delete(round);
    return lane;
  }

  #settle(event: Settled, at: Place): void {
    const lane = this.#begin(event.domain, event.round, at);
    const rounds = this.#domain(event.domain);
    const bucket = this.house.books[at.partition].bucket(event.account, event.bucket);
    const name = bucketName(event);
    const own = this.house.listing.domainOf(event.bucket) === event.domain;
    this.#expect(own && !lane.settledBuckets.has(name), 'settled-once', event, at);
    lane.settledBuckets.add(name);
    if (bucket.failing) lane.failing.add(name);
    lane.settled.push(event);
    rounds.variation += event.variation;
    rounds.funding += event.funding;
    const expected = settlementFigures(event, bucket, this.house.books[at.partition]);
    const holds = Object.keys(expected).every((key) =>
      same(expected[key as keyof Figures], event[key as keyof Figures]),
    );
    this.#expect(holds, 'variation-of-its-own-positions', { event, expected }, at);
    const short = event.debt + event.deficit > 0n;
    const held = [...bucket.legs.values()].some(({ leg }) => !this.#isOffered(leg.reservation, at));
    const cancelled = !short || (bucket.moves.size === 0 && !held);
    this.#expect(cancelled, 'reservations-cancelled-first', event, at);
    const within = event.debt <= otherWorth(event.domain, bucket, this.house.books[at.partition]);
    this.#expect(within, 'debt-within-other-collateral', event, at, 3);
  }
  /** An offered leg is resolved by its answer alone: nothing can cancel it. */
  #isOffered(reservation: number, at: Place): boolean {
    return this.legs.at(at.partition, reservation)?.status === 'offered';
  }
  /** From its report to the decision a failing bucket takes nothing new. */
  #checkUnlocked(leg: EventOf<'LegReserved'>, at: Place): void {
    const { domain } = this.house.listing.instrument(leg.instrument);
    const locked = this.#lane(domain, at).locked.has(bucketName(leg));
    this.#expect(!locked || leg.purpose === 'adl', 'failing-bucket-takes-no-leg', leg, at);
  }

  #reserveInsurance(event: EventOf<'InsuranceReserved'>, at: Place): void {
    const owner = this.house.owner(event.account);
    const asset = this.house.listing.settlement(event.domain);
    const bucket = this.house.books[at.partition].bucket(event.account, EXCESS);
    const holds =
      owner?.class === 'insurance' &&
      owner.domain === event.domain &&
      event.asset === asset &&
      event.amount === bucket.available(asset);
    this.#expect(holds, 'insurance-of-its-domain', event, at, 2);
    this.#lane(event.domain, at).insurance.push(event);
  }

  #report(event: Reported, at: Place): void {
    const { domain, round } = event;
    const lane = this.#begin(domain, round, at);
    this.#expect(lane.reported === round - 1, 'reported-once', event, at);
    const book = this.house.books[at.partition];
    const { settled, insurance, failing } = lane;
    for (const [rule, detail] of checkReport(event, { settled, insurance, failing, book })) {
      this.#expect(false, rule, detail, at);
    }
    lane.reported = round;
    for (const each of event.failing) lane.locked.add(bucketName(each));
    this.#domain(domain).reports[at.partition] = event;
    this.#checkSums(domain, at);
  }
  /** With all reports in, gains are losses to the last unit. */
  #checkSums(domain: DomainId, at: Place): void {
    const { reports, variation, funding } = this.#domain(domain);
    if (reports.filter((report) => report !== undefined).length < this.house.partitions) return;
    const zero = variation === 0n && funding === 0n;
    this.#expect(zero, 'a-round-sums-to-zero', { domain, variation, funding }, at);
    const total = (name: 'claims' | 'collected' | 'debts' | 'deficits'): bigint =>
      sum(reports.map((report) => report?.[name] ?? 0n));
    const holds = total('claims') === total('collected') + total('debts') + total('deficits');
    this.#expect(holds, 'claims-are-losses', { domain, reports }, at);
  }

  #decide(event: EventOf<'RoundDecided'>, at: Place): void {
    const rounds = this.#domain(event.domain);
    const reports = rounds.reports.filter((report) => report !== undefined);
    const all = reports.length === this.house.partitions;
    const once = rounds.decided === null && rounds.opened?.round === event.round;
    this.#expect(all && once, 'decided-once-with-all-reports', event, at);
    rounds.decided = event;
    if (!all) return;
    const { losses } = rounds;
    for (const [rule, detail] of checkDecision({ reports, losses, decided: event })) {
      this.#expect(false, rule, detail, at);
    }
  }

  #take(event: EventOf<'RoundDecisionTaken'>, at: Place): void {
    const { domain, round } = event;
    const lane = this.#lane(domain, at);
    const part = this.#domain(domain).decided?.lanes[at.partition];
    const { insuranceUsed, claimsPaid, claimsCut, cuts, closes, receives } = event;
    const taken = { insuranceUsed, claimsPaid, claimsCut, cuts, closes };
    const sends = at.decision.events.flatMap((sent) =>
      sent.type === 'TransferReserved' && sent.round === round && sent.domain === domain
        ? [{ to: sent.to, amount: sent.amount }]
        : [],
    );
    const wanted = part?.sends.map(({ partition, amount }) => ({
      to: settlementOf(partition),
      amount,
    }));
    const holds =
      part !== undefined &&
      lane.reported === round &&
      lane.decided === round - 1 &&
      same({ ...taken, sends, receives }, { ...part, sends: wanted });
    this.#expect(holds, 'takes-what-was-decided', { part, event, sends }, at);
    lane.decided = round;
    lane.locked.clear();
    lane.claims = new Claims(lane.settled, event);
  }
  #chargeInsurance(event: EventOf<'InsuranceCharged'>, at: Place): void {
    const lane = this.#lane(event.domain, at);
    const reserved = lane.insurance.shift();
    const total = this.#domain(event.domain).decided?.lanes[at.partition]?.insuranceUsed ?? 0n;
    const used = least(reserved?.amount ?? 0n, total - lane.charged);
    const holds =
      reserved?.account === event.account &&
      event.asset === reserved.asset &&
      event.used === used &&
      event.returned === reserved.amount - used;
    this.#expect(holds, 'insurance-in-its-order', { reserved, event, used }, at);
    lane.charged += event.used;
  }

  #apply(event: EventOf<'RoundApplied'>, at: Place): void {
    const lane = this.#lane(event.domain, at);
    const decided = lane.decided === event.round && lane.applied === event.round - 1;
    const ended = lane.claims?.left === 0 && lane.insurance.length === 0;
    this.#expect(decided && ended, 'applied-when-all-is-paid', { event, lane }, at);
    lane.applied = event.round;
    const buckets = [...this.house.books[at.partition].ofDomain(event.domain)];
    lane.due = sum(buckets.map(({ due }) => due));
    lane.debt = sum(buckets.map(({ debt }) => debt));
  }
  #close(event: EventOf<'RoundClosed'>, at: Place): void {
    const rounds = this.#domain(event.domain);
    const all = rounds.lanes.every(({ applied }) => applied === event.round);
    const next = rounds.closed === event.round - 1;
    this.#expect(all && next, 'closed-when-all-applied', event, at);
    rounds.closed = event.round;
    const due = sum(rounds.lanes.map((lane) => lane.due));
    const debt = sum(rounds.lanes.map((lane) => lane.debt));
    this.#expect(due === debt, 'due-is-debt', { event, due, debt }, at, 3);
  }

  checkQuiet(): void {
    for (const [domain, { opened, closed }] of this.#domains) {
      const ended = (opened?.round ?? 0) === closed;
      this.house.findings.expect(ended, 4, 'rounds-ended', () => `domain ${domain}: ${closed}`);
    }
  }
}

const newLane = (): LaneRounds => ({
  settling: 0,
  reported: 0,
  decided: 0,
  applied: 0,
  markers: new Map(),
  settled: [],
  settledBuckets: new Set(),
  failing: new Set(),
  insurance: [],
  charged: 0n,
  received: 0n,
  claims: null,
  due: 0n,
  debt: 0n,
  locked: new Set(),
});
