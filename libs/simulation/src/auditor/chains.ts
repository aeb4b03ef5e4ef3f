import { addressNumber, type CommandId, type Service } from '@ringfence/kernel';
import { commandIdText } from '@ringfence/kernel';
import type { Findings } from './findings.js';
import { topicOf, type Seen } from './inputs.js';
import { text, type AuditedRange, type AuditedRecord, type HouseDecision } from './record.js';

const GENESIS = '0'.repeat(64);

/** One lane's log as observed. */
export interface Chain {
  readonly service: Service;
  readonly partition: number;
  /** record `seq` is at `seq − 1` */
  readonly records: AuditedRecord[];
  /** log time of the last record that decided something */
  time: number;
  /** so many of them were taken into the books */
  taken: number;
  /** events of taken records, by `seq − 1` */
  readonly events: (readonly Seen[])[];
  /** how far this lane read each log */
  readonly reads: Map<string, number>;
  /** per client id, the record that decided it */
  readonly ids: Map<CommandId, number>;
  /** per client id, the record that its answer named */
  readonly receipts: Map<CommandId, string>;
}
interface Acknowledged {
  readonly id: CommandId;
  readonly chain: Chain;
  readonly seq: number;
  readonly hash: string;
}

/**
 * Proves that every log is one unbroken chain, that what a lane read of another is what stands
 * there, each record once and in order (guarantee 8: corrections are new events; a log shorter than
 * a peer has seen), that no id was decided twice in a lane, and that everything acknowledged is in
 * the log exactly where the receipt says (guarantee 6).
 */
export class Chains {
  readonly #chains = new Map<number, Chain>();
  #acknowledged: Acknowledged[] = [];

  constructor(readonly findings: Findings) {}

  chain(service: Service, partition: number): Chain {
    const number = addressNumber({ service, partition });
    const found = this.#chains.get(number);
    if (found) return found;
    const chain: Chain = {
      service,
      partition,
      records: [],
      time: 0,
      taken: 0,
      events: [],
      reads: new Map(),
      ids: new Map(),
      receipts: new Map(),
    };
    this.#chains.set(number, chain);
    return chain;
  }
  get all(): Iterable<Chain> {
    return this.#chains.values();
  }

  /** @returns whether the record takes its place; what does not is as if it were not there */
  append(record: AuditedRecord): boolean {
    const { service, partition, head, hash } = record;
    const chain = this.chain(service, partition);
    const last = chain.records.at(-1);
    const name = `${service}/${partition}#${head.seq}`;
    const follows = head.seq === chain.records.length + 1 && head.prev === (last?.hash ?? GENESIS);
    if (!this.findings.expect(follows, 8, 'one-chain', () => `${name} ${hash} does not follow`)) {
      return false;
    }
    chain.records.push(record);
    if (record.decided.length === 0) return true;
    this.findings.expect(head.ts >= chain.time, 8, 'log-time-runs-forward', () => name);
    chain.time = head.ts;
    return true;
  }

  /** Whether everything that the record names of other logs was taken already. */
  mayTake(record: AuditedRecord): boolean {
    return record.head.in.every((range) => {
      const [kind, service] = topicOf(range);
      return kind !== 'log' || this.chain(service, range.p).taken >= range.to;
    });
  }

  /** Checks what a record says that it read, before it is taken. */
  checkReads(chain: Chain, record: AuditedRecord): void {
    for (const range of record.head.in) {
      const [kind, service] = topicOf(range);
      if (kind === 'log') this.#checkRead(chain, record, range, service);
    }
  }
  #checkRead(chain: Chain, { head }: AuditedRecord, range: AuditedRange, service: Service): void {
    const { topic, p, from, to } = range;
    const own = `${chain.service}/${chain.partition}#${head.seq}`;
    const name = `${own} reads ${topic}/${p} ${from}-${to}`;
    const before = chain.reads.get(topic) ?? 0;
    const column = p === (service === 'reference' ? 0 : chain.partition);
    this.findings.expect(column, 6, 'reads-own-column', () => name);
    const joins = from === before + 1 && to >= from;
    this.findings.expect(joins, 6, 'reads-each-record-once', () => `${name} after ${before}`);
    chain.reads.set(topic, to);
    const read = this.chain(service, p).records[to - 1];
    this.findings.expect(read?.hash === range.hash, 6, 'log-holds-what-peers-saw', () => name);
  }

  /** No id is decided twice by a lane. */
  noteDecision(chain: Chain, seq: number, { origin }: HouseDecision): void {
    if (origin.kind !== 'client') return;
    const before = chain.ids.get(origin.id);
    this.findings.expect(before === undefined, 6, 'an-id-acts-once', () => {
      const id = commandIdText(origin.id);
      return `${chain.service}/${chain.partition} decided ${id} in ${before} and in ${seq}`;
    });
    chain.ids.set(origin.id, seq);
  }

  /** Told again of the same answer, nothing is left to prove. */
  acknowledge(id: CommandId, service: Service, partition: number, seq: number, hash: string): void {
    const chain = this.chain(service, partition);
    if (chain.receipts.get(id) === hash) return;
    chain.receipts.set(id, hash);
    this.#acknowledged.push({ id, chain, seq, hash });
  }

  /**
   * At a cut every cause is known: a record that still waits names one that no log holds. It is
   * reported and taken all the same, so that what comes after it is not hidden.
   *
   * @returns a lane whose next record waits; undefined when none does
   */
  stuck(mayTake: (record: AuditedRecord) => boolean): Chain | undefined {
    const waiting = [...this.#chains.values()].filter(({ records, taken }) => records[taken]);
    const chain = waiting.find(({ records, taken }) => mayTake(records[taken])) ?? waiting[0];
    if (!chain) return undefined;
    const { service, partition, records, taken } = chain;
    const { head } = records[taken];
    const detail = `${service}/${partition}#${head.seq} read ${text(head.in)}`;
    this.findings.report(6, 'log-holds-what-peers-saw', detail);
    return chain;
  }

  /** At a cut: receipts that prove nothing. */
  check(): void {
    const acknowledged = this.#acknowledged;
    this.#acknowledged = [];
    for (const { id, chain, seq, hash } of acknowledged) {
      const record = chain.records[seq - 1];
      const holds =
        record?.hash === hash &&
        record.decided.some(({ origin }) => origin.kind === 'client' && origin.id === id);
      this.findings.expect(holds, 6, 'acknowledged-is-in-the-log', () => {
        return `${commandIdText(id)} at ${chain.service}/${chain.partition}#${seq} ${hash}`;
      });
    }
  }
}
