import { Dice } from '../ids.js';
import type { Client } from './client.js';

/** Between walls of one partition, or from one partition to the next. */
export type Kind = 'same' | 'cross';

export interface LoadPlan {
  readonly kind: Kind;
  /** transfers per request */
  readonly size: number;
  readonly requests: number;
  /** another one makes other ids */
  readonly seed: number;
}
/** Requests under way at once. */
export const CALLERS = 4;

/**
 * Bodies of requests with transfers between random walls. Each request has its source walls on one
 * partition, in turn, so that a request is a record.
 *
 * @param walls  by partition; two at least on each
 */
export function* transferBodies(
  walls: readonly (readonly string[])[],
  { kind, size, requests, seed }: LoadPlan,
): Generator<string> {
  const dice = new Dice(seed);
  let no = 0;
  for (let request = 0; request < requests; request++) {
    const from = walls[request % walls.length];
    const to = kind === 'same' ? from : walls[(request + 1) % walls.length];
    const item = (): object => {
      const source = dice.below(from.length);
      const target =
        kind === 'same'
          ? (source + 1 + dice.below(from.length - 1)) % from.length
          : dice.below(to.length);
      return {
        id: `${hex(seed, 8)}${hex(dice.word(), 8)}${hex(++no, 16)}`,
        from: from[source],
        to: to[target],
        asset: 'USDT',
        amount: `0.${String(1 + dice.below(999_998)).padStart(6, '0')}`,
      };
    };
    yield JSON.stringify(size === 1 ? item() : Array.from({ length: size }, item));
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** How orders were answered: `pending` ones are recorded and wait for another lane. */
export interface Answered {
  accepted: number;
  pending: number;
}

/**
 * Sends requests from several callers, each its next when the last is answered.
 *
 * @throws Error when an order was neither accepted nor pending
 */
export async function drive(
  client: Client,
  bodies: Iterable<string>,
  size: number,
  callers = CALLERS,
): Promise<Answered> {
  const total: Answered = { accepted: 0, pending: 0 };
  const queue = bodies[Symbol.iterator]();
  const call = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const said = await client.must('/v1/transfers', next.value);
      const accepted = timesIn(said, '"status":"accepted"');
      const pending = timesIn(said, '"status":"pending"');
      if (accepted + pending !== size) throw new Error(`not taken: ${said.slice(0, 1000)}`);
      total.accepted += accepted;
      total.pending += pending;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return total;
}
/** Plainer than to parse an answer of a thousand results: the callers share the machine. */
const timesIn = (text: string, part: string): number => text.split(part).length - 1;

/**
 * Asks for the last order of each request, which must have ended well.
 *
 * @throws Error naming the first that has not
 */
export async function checkEnded(client: Client, bodies: readonly string[]): Promise<void> {
  for (const body of bodies.slice(-SAMPLE)) {
    const items = [JSON.parse(body) as { readonly id: string } | { readonly id: string }[]].flat();
    const id = items.at(-1)?.id;
    const { status } = await client.get<{ readonly status: string }>(`/v1/commands/${id}`);
    if (status !== 'accepted') throw new Error(`order ${id} is ${status}, not accepted`);
  }
}
const SAMPLE = 20;
