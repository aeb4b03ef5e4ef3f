import type { Command, Event, EventOf } from '@ringfence/contracts';
import { SYSTEM, type CommandId, type Service } from '@ringfence/kernel';
import { Auditor } from './index.js';
import type { AuditedRange, AuditedRecord, HouseDecision } from './record.js';

/** A record as a spec writes or changes it. */
export interface Draft {
  service: Service;
  partition: number;
  hash: string;
  head: { seq: number; ts: number; prev: string; in: AuditedRange[] };
  decided: { -readonly [K in keyof HouseDecision]: HouseDecision[K] }[];
}
/** What became durable in a house, in the order in which it was observed. */
export interface Story {
  readonly partitions: number;
  readonly records: readonly AuditedRecord[];
}

const GENESIS = '0'.repeat(64);

/** Writes the logs of a small house by hand: chains, ranges and origins follow by themselves. */
export class Scribe implements Story {
  readonly records: AuditedRecord[] = [];
  readonly #reads = new Map<string, number>();
  #ids = 0;

  constructor(readonly partitions: number) {}

  #log(service: Service, partition: number): AuditedRecord[] {
    return this.records.filter((each) => each.service === service && each.partition === partition);
  }
  #record(
    service: Service,
    partition: number,
    ranges: AuditedRange[],
    decided: HouseDecision[],
  ): AuditedRecord {
    const log = this.#log(service, partition);
    const seq = log.length + 1;
    const head = { seq, ts: 0, prev: log.at(-1)?.hash ?? GENESIS, in: ranges };
    const record = { service, partition, head, hash: `${service}/${partition}#${seq}`, decided };
    this.records.push(record);
    return record;
  }
  /** What that lane has not read of a log yet. */
  #unread(service: Service, partition: number, of: Service): AuditedRange[] {
    const p = of === 'reference' ? 0 : partition;
    const key = `${service}/${partition}/${of}`;
    const from = (this.#reads.get(key) ?? 0) + 1;
    const last = this.#log(of, p).at(-1);
    if (!last || last.head.seq < from) return [];
    this.#reads.set(key, last.head.seq);
    return [{ topic: `log.${of}`, p, from, to: last.head.seq, hash: last.hash }];
  }

  newId(): CommandId {
    return String.fromCharCode(...Array.from({ length: 16 }, () => ++this.#ids % 256)) as CommandId;
  }
  /** A client's order and its facts. */
  order(service: Service, partition: number, command: Command, ...events: Event[]): AuditedRecord {
    const origin = { kind: 'client' as const, id: this.newId(), by: SYSTEM };
    const ranges = this.#unread(service, partition, 'reference');
    return this.#record(service, partition, ranges, [
      { origin, command, outcome: { kind: 'accepted' }, events },
    ]);
  }
  /** Facts of a lane that reads everything of another log and goes on by itself. */
  goOn(service: Service, partition: number, of: Service, ...events: Event[]): AuditedRecord {
    const ranges = this.#unread(service, partition, of);
    return this.#record(service, partition, ranges, [
      { origin: { kind: 'continuation' }, command: null, outcome: { kind: 'accepted' }, events },
    ]);
  }
  /** Messages `from` to `to` of a peer, each with its facts. */
  hear(
    to: { readonly service: Service; readonly partition: number },
    from: { readonly service: Service; readonly partition: number },
    messages: readonly (readonly [no: number, command: Command, ...events: Event[]])[],
  ): AuditedRecord {
    const numbers = messages.map(([no]) => no);
    const range = {
      topic: `chan.${from.service}`,
      p: from.partition,
      from: Math.min(...numbers),
      to: Math.max(...numbers),
    };
    const decided = messages.map(([no, command, ...events]) => ({
      origin: { kind: 'channel' as const, from, no },
      command,
      outcome: ACCEPTED,
      events,
    }));
    return this.#record(to.service, to.partition, [range], decided);
  }
}
const ACCEPTED = { kind: 'accepted' } as const;

/** Records between two looks at what was found. */
const LOOK = 100;

/**
 * Guarantee and rule of everything that an auditor finds wrong.
 *
 * @param until  stops early when this was found
 */
export function findings({ partitions, records }: Story, quiet = false, until = ''): string[] {
  const auditor = new Auditor({ partitions });
  for (const [i, record] of records.entries()) {
    auditor.observe(record);
    if (until === '' || i % LOOK > 0) continue;
    const found = auditor.found.map(({ guarantee, rule }) => `${guarantee} ${rule}`);
    if (found.includes(until)) return found;
  }
  const violations = quiet ? auditor.checkQuiet() : auditor.check();
  return violations.map(({ guarantee, rule }) => `${guarantee} ${rule}`);
}

/** The same story with a fault planted in it. */
export function plant(story: Story, fault: (records: Draft[]) => void): Story {
  const records = structuredClone(story.records) as unknown as Draft[];
  fault(records);
  return { partitions: story.partitions, records: records as unknown as AuditedRecord[] };
}

/** An event of a story that a fault may change, with the decision and the record it stands in. */
export interface Found<Name extends Event['type']> {
  event: { -readonly [K in keyof EventOf<Name>]: EventOf<Name>[K] };
  readonly decision: Draft['decided'][number];
  readonly record: Draft;
  /** puts another event in its place */
  readonly replace: (event: Event) => void;
}
/** Moves nothing, decides nothing: stands where an event was left out. */
export const NOTHING: Event = {
  type: 'CoverageObserved',
  frame: 0,
  observations: 0,
  exceedances: 0,
};

/** All events of that name, in the order of the story. */
export function* eventsOf<Name extends Event['type']>(
  records: readonly Draft[],
  name: Name,
): Generator<Found<Name>> {
  for (const record of records) {
    for (const decision of record.decided) {
      const events = decision.events as Event[];
      for (let i = 0; i < events.length; i++) {
        if (events[i].type !== name) continue;
        const event = events[i] as unknown as Found<Name>['event'];
        yield { event, decision, record, replace: (other) => void (events[i] = other) };
      }
    }
  }
}
/** The first event of that name of which the rest holds. */
export function find<Name extends Event['type']>(
  records: readonly Draft[],
  name: Name,
  holds: (found: Found<Name>) => boolean = () => true,
): Found<Name> {
  for (const found of eventsOf(records, name)) if (holds(found)) return found;
  throw new Error(`the story has no such ${name}`);
}
