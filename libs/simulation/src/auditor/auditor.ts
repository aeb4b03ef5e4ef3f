import type { Event } from '@ringfence/contracts';
import { EXCESS, type CommandId, type Service } from '@ringfence/kernel';
import { Auctions } from './auctions.js';
import { Chains, type Chain } from './chains.js';
import { Channels } from './channels.js';
import { CloseOuts } from './close-outs.js';
import { Custody } from './custody.js';
import { Dated } from './dated.js';
import type { Violation } from './findings.js';
import { House } from './house.js';
import { InputWalk, type Seen } from './inputs.js';
import { Ledger } from './ledger.js';
import { Legs } from './legs.js';
import { Margin } from './margin.js';
import {
  placeText,
  text,
  type AuditedRecord,
  type Check,
  type HouseDecision,
  type Place,
} from './record.js';
import { Rounds } from './rounds.js';
import { RuleChecks } from './rules.js';
import { Transfers } from './transfers.js';
import { Walls } from './walls.js';

export interface AuditorOptions {
  /** of accounts, custody, risk and liquidation */
  readonly partitions: number;
}

/**
 * The independent witness of a house: it reads what its lanes recorded, computes everything again
 * by its own arithmetic, and says which guarantee of DESIGN section 10 does not hold. It never
 * calls what it checks.
 *
 * Records come in log order per lane, lanes in any order; each is taken as soon as everything that
 * it names has been taken, so the books always stand at one consistent cut.
 */
export class Auditor {
  readonly #house: House;
  readonly #chains: Chains;
  readonly #ledger: Ledger;
  readonly #walls: Walls;
  readonly #legs: Legs;
  readonly #rounds: Rounds;
  readonly #transfers: Transfers;
  readonly #custody: Custody;
  readonly #closeOuts: CloseOuts;
  readonly #margin: Margin;
  readonly #channels: Channels;
  readonly #checks: readonly Check[];

  constructor(readonly options: AuditorOptions) {
    this.#house = new House(options.partitions, {
      posted: (entry, pot) => {
        this.#ledger.posted(entry, pot);
        this.#walls.posted(entry);
      },
      bucketChanged: ({ account, id, due, claim, debt }) => {
        const holds = due >= 0n && claim >= 0n && debt >= 0n;
        const figures = { account, id, due, claim, debt };
        this.#house.findings.expect(holds, 3, 'no-claim-below-zero', () => text(figures));
      },
    });
    const house = this.#house;
    this.#chains = new Chains(house.findings);
    this.#ledger = new Ledger(house.findings);
    this.#legs = new Legs(house);
    this.#walls = new Walls(house, this.#legs);
    this.#rounds = new Rounds(house, this.#legs);
    this.#transfers = new Transfers(house);
    this.#custody = new Custody(house, this.#ledger);
    const auctions = new Auctions(house);
    this.#closeOuts = new CloseOuts(house, auctions);
    this.#channels = new Channels(house, this.#legs);
    this.#margin = new Margin(house);
    this.#checks = [
      this.#legs,
      new Dated(house),
      this.#walls,
      this.#transfers,
      this.#custody,
      this.#ledger,
      this.#rounds,
      this.#margin,
      auctions,
      this.#closeOuts,
      new RuleChecks(house),
    ];
  }

  /** A record that is durable. */
  observe(record: AuditedRecord): void {
    if (this.#chains.append(record)) this.#takeAll();
  }
  #takeAll(): void {
    for (let took = true; took;) {
      took = false;
      for (const chain of this.#chains.all) if (this.#takeFrom(chain)) took = true;
    }
  }
  /** What was found so far, at no particular cut. */
  get found(): readonly Violation[] {
    return this.#house.findings.all;
  }
  /** A client was answered: the command is in that record. */
  acknowledged(
    id: CommandId,
    service: Service,
    partition: number,
    seq: number,
    hash: string,
  ): void {
    this.#chains.acknowledge(id, service, partition, seq, hash);
  }

  /** @returns all that is wrong so far; valid at any cut, and cheap */
  check(): readonly Violation[] {
    for (;;) {
      const chain = this.#chains.stuck((record) => this.#chains.mayTake(record));
      if (!chain) break;
      this.#take(chain, chain.records[chain.taken]);
      this.#takeAll();
    }
    this.#chains.check();
    this.#ledger.check();
    return this.#house.findings.all;
  }
  /** What must also hold when nothing waits, nothing is under way and no lane is behind. */
  checkQuiet(): readonly Violation[] {
    this.check();
    this.#ledger.checkQuiet();
    this.#transfers.checkQuiet();
    this.#legs.checkQuiet();
    this.#rounds.checkQuiet();
    this.#channels.checkQuiet();
    this.#margin.checkQuiet();
    return this.#house.findings.all;
  }

  #takeFrom(chain: Chain): boolean {
    let took = false;
    for (;;) {
      const record = chain.records[chain.taken];
      if (!record || !this.#chains.mayTake(record) || !this.#channels.mayTake(record)) return took;
      this.#take(chain, record);
      took = true;
    }
  }

  #take(chain: Chain, record: AuditedRecord): void {
    this.#chains.checkReads(chain, record);
    this.#channels.take(record);
    const answers: Seen[] = [];
    const walk = new InputWalk(
      record,
      (service, partition, seq) => this.#chains.chain(service, partition).events[seq - 1],
      (seen) => this.#see(chain, seen, answers),
    );
    const events: Seen[] = [];
    chain.events.push(events);
    for (const decision of record.decided) {
      this.#chains.noteDecision(chain, record.head.seq, decision);
      const at = { ...chain, seq: record.head.seq, ordinal: events.length, decision };
      const place: Place = placeOf(at);
      const reached = walk.until(decision.origin);
      const { findings } = this.#house;
      findings.expect(
        reached,
        6,
        'answers-what-it-read',
        () => `${placeText(place)} ${text(decision)}`,
      );
      for (const event of decision.events) {
        const here = { ...place, ordinal: events.length };
        events.push({ event, at: here });
        this.#apply(event, here);
      }
      this.#walls.decided(place);
    }
    walk.rest();
    for (const { event, at } of answers) this.#checkAnswered(event, at);
    chain.taken++;
  }

  #apply(event: Event, at: Place): void {
    const { findings } = this.#house;
    try {
      if (at.service === 'reference') {
        this.#house.listing.see(event);
        this.#house.prices('reference', 0).see(event);
      }
      for (const check of this.#checks) {
        const handler = check.on[event.type] as ((event: Event, at: Place) => void) | undefined;
        handler?.(event, at);
      }
      this.#channels.note(event, at);
      if (at.service === 'accounts') this.#house.books[at.partition].apply(event);
    } catch (cause) {
      findings.report(
        7,
        'an-event-makes-sense',
        `${placeText(at)} ${text(event)}: ${String(cause)}`,
      );
    }
  }

  /** A lane reads an event of another log. */
  #see(reader: Chain, seen: Seen, answers: Seen[]): void {
    const { event, at } = seen;
    const { service, partition } = reader;
    if (at.service === 'reference') this.#house.prices(service, partition).see(event);
    if (service === 'risk' && at.service === 'accounts') {
      this.#house.seenByRisk[partition].apply(event);
    }
    if (service === 'liquidation') this.#closeOuts.seen(seen);
    if (service === 'accounts' && at.service === 'custody') answers.push(seen);
  }
  #checkAnswered(event: Event, at: Place): void {
    if (event.type !== 'DepositConfirmed' && event.type !== 'WithdrawalInstructed') return;
    this.#custody.checkAnswered(event, at);
  }

  /**
   * What everyone has, as sorted lines of plain text, to compare with live states and replays
   * (guarantee 7). Nothing is left out but what is nothing:
   *
   * `cash <account> <bucket> <asset> <available> <reserved>`,
   * `position <account> <bucket> <instrument> <lots> <cost>`,
   * `owed <account> <bucket> <due> <claim> <debt>`; numbers as the log has them.
   */
  positionsAndBalances(): string[] {
    const lines: string[] = [];
    for (const { buckets } of this.#house.books) {
      for (const [account, all] of buckets) {
        for (const [id, bucket] of all) {
          const name = `${account} ${id}`;
          for (const [asset, { available, reserved }] of bucket.pots) {
            if (available === 0n && reserved === 0n) continue;
            lines.push(`cash ${name} ${asset} ${available} ${reserved}`);
          }
          for (const [instrument, { lots, cost, empty }] of bucket.lines) {
            if (!empty && (lots !== 0 || cost !== 0n))
              lines.push(`position ${name} ${instrument} ${lots} ${cost}`);
          }
          const { due, claim, debt } = bucket;
          const owed = id !== EXCESS && due + claim + debt > 0n;
          if (owed) lines.push(`owed ${name} ${due} ${claim} ${debt}`);
        }
      }
    }
    return lines.sort();
  }
}

type Where = Pick<Place, 'service' | 'partition' | 'seq' | 'ordinal'> & {
  readonly decision: HouseDecision;
};
const placeOf = ({ service, partition, seq, ordinal, decision }: Where): Place => ({
  service,
  partition,
  seq,
  ordinal,
  decision,
});
