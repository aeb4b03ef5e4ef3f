import type { Receipt } from '@ringfence/journal';
import { decodeHead, type ChainHead, type Journal } from '@ringfence/journal';
import { logStream, LogTail, type DecodeCache } from '@ringfence/lane';
import { present } from '@ringfence/kernel';
import { withProgress, type Outcome } from './outcome.js';
import { advance, type Saga } from './saga.js';

/** A log that cannot be read now cannot say how it ended: the order stays pending. */
const ATTEMPTS_MAX = 3;
const WAIT_MS = 20;

/**
 * Finds out how orders ended whose lane reserved something: the answer stands in the same lane's
 * log, behind the order, usually a few records on.
 */
export class Conclusions {
  constructor(
    readonly journal: Journal,
    readonly cache: DecodeCache,
  ) {}

  /**
   * Reads on behind the orders until all of them ended or time is up.
   *
   * @param ms  0: only what the log holds now
   */
  async follow(saga: Saga, outcomes: readonly Outcome[], ms: number): Promise<Outcome[]> {
    const followed = [...outcomes];
    const open = new Map<number, number[]>();
    followed.forEach(({ progress, place, receipt }, i) => {
      if (progress.kind !== 'open' || !place || !receipt) return;
      const group = open.get(place.partition) ?? [];
      group.push(i);
      open.set(place.partition, group);
    });
    const end = performance.now() + ms;
    await Promise.all(
      [...open.values()].map((group) => this.#followLane(saga, followed, group, end)),
    );
    return followed;
  }

  async #followLane(saga: Saga, outcomes: Outcome[], group: number[], end: number): Promise<void> {
    const receipts = group.map((i) => present(outcomes[i].receipt, 'a receipt'));
    const first = receipts.reduce((a, b) => (b.seq < a.seq ? b : a));
    const { service, partition } = present(outcomes[group[0]].place, 'a place');
    const stream = logStream(service, partition);
    const from = await this.#headAt(stream, first);
    const tail = new LogTail(this.journal, service, stream, { from, cache: this.cache });
    const waiting = new Map<number, number>();
    for (const i of group) {
      const { progress } = outcomes[i];
      if (progress.kind === 'open') waiting.set(progress.reservation, i);
    }
    await this.#read(saga, outcomes, { tail, waiting, end });
  }

  async #read(saga: Saga, outcomes: Outcome[], { tail, waiting, end }: Following): Promise<void> {
    let changed = new Change();
    const unwatch = this.journal.watch(tail.stream, () => changed.note());
    try {
      while (waiting.size > 0) {
        const records = await tail.poll(waitBriefly);
        for (const { decided } of records) {
          for (const { events } of decided) settle(saga, outcomes, waiting, events);
        }
        if (records.length > 0) continue;
        const left = end - performance.now();
        if (left <= 0 || !(await changed.within(left))) return;
        changed = new Change();
      }
    } finally {
      unwatch();
    }
  }

  /** A receipt is a position of the chain but for its epoch, which its record says. */
  async #headAt(stream: Following['tail']['stream'], receipt: Receipt): Promise<ChainHead> {
    const [entry] = await this.journal.read(stream, receipt.offset, 1);
    const { epoch } = decodeHead(present(entry, 'the record of a receipt').bytes).head;
    return { ...receipt, epoch };
  }
}

interface Following {
  readonly tail: LogTail;
  /** reservation → place of its outcome */
  readonly waiting: Map<number, number>;
  readonly end: number;
}

function settle(
  saga: Saga,
  outcomes: Outcome[],
  waiting: Map<number, number>,
  events: readonly Outcome['events'][number][],
): void {
  for (const event of events) {
    if (event.type !== saga.settles && event.type !== saga.returns) continue;
    const { reservation } = event as { readonly reservation: number };
    const place = waiting.get(reservation);
    if (place === undefined) continue;
    const { progress } = outcomes[place];
    if (progress.kind !== 'open') continue;
    outcomes[place] = withProgress(outcomes[place], advance(saga, progress, event));
    waiting.delete(reservation);
  }
}

async function waitBriefly(attempt: number): Promise<void> {
  if (attempt > ATTEMPTS_MAX) throw new Error('the log cannot be read now');
  await new Promise((resume) => setTimeout(resume, WAIT_MS));
}

/** Tells one waiter that a log grew. */
class Change {
  #noted = false;
  #wake: (() => void) | undefined;

  note(): void {
    this.#noted = true;
    this.#wake?.();
  }
  /** @returns false when nothing was noted in time */
  within(ms: number): Promise<boolean> {
    if (this.#noted) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
