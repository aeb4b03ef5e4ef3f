import type { Event } from '@ringfence/contracts';
import type { CommandId, Service } from '@ringfence/kernel';
import type { Receipt } from '@ringfence/journal';
import type { Answer, Answered } from '@ringfence/lane';
import { problem, rejection, type ProblemDetails } from '@ringfence/service-kit';
import { writeCommandId } from './command-ids.js';
import { factsOf } from './facts.js';
import type { Resource } from './resource.js';
import { progressOf, type Progress } from './saga.js';

/**
 * `accepted`: recorded, and nothing of it is left open. `pending`: recorded and waiting for another
 * lane, or not yet known to be recorded. `returned`: what it reserved went back. `refused`: it
 * never reached a lane.
 */
export type Status =
  | 'accepted'
  | 'pending'
  | 'returned'
  | 'rejected'
  | 'faulted'
  | 'conflict'
  | 'refused';

/** What became of one item, as the API says it. */
export interface Outcome {
  readonly status: Status;
  /** why nobody can tell yet whether it is recorded; empty when it is known */
  readonly unknown: string;
  /** undefined when the item had no readable id */
  readonly id: CommandId | undefined;
  readonly place: { readonly service: Service; readonly partition: number } | undefined;
  readonly receipt: Receipt | undefined;
  readonly repeated: boolean;
  readonly events: readonly Event[];
  readonly progress: Progress;
  readonly problem: ProblemDetails | undefined;
}

const DONE: Progress = { kind: 'done' };
const NO_EVENTS: readonly Event[] = [];

const blank = {
  unknown: '',
  id: undefined,
  place: undefined,
  receipt: undefined,
  repeated: false,
  events: NO_EVENTS,
  progress: DONE,
  problem: undefined,
} as const;

export const refusedOutcome = (details: ProblemDetails, id?: CommandId): Outcome => ({
  ...blank,
  status: 'refused',
  id,
  problem: details,
});

type Place = NonNullable<Outcome['place']>;

/** What a lane's answer to an order means for its sender. */
export function outcomeOf(
  resource: Resource,
  id: CommandId,
  place: Place,
  answer: Answer,
): Outcome {
  switch (answer.kind) {
    case 'answered':
      return answeredOutcome(
        resource.saga ? progressOf(resource.saga, answer.decided.events) : DONE,
        {
          id,
          place,
          answer,
        },
      );
    case 'conflict':
      return { ...blank, status: 'conflict', id, place, problem: problem('id-conflict') };
    default:
      return { ...blank, status: 'pending', id, place, unknown: answer.reason };
  }
}

interface AnsweredAt {
  readonly id: CommandId;
  readonly place: Place;
  readonly answer: Pick<Answered, 'decided' | 'receipt' | 'repeated'>;
}

export function answeredOutcome(progress: Progress, { id, place, answer }: AnsweredAt): Outcome {
  const { decided, receipt, repeated } = answer;
  const { outcome, events } = decided;
  const known = { unknown: '', id, place, receipt, repeated, events, progress };
  switch (outcome.kind) {
    case 'accepted':
      return { ...known, status: statusOf(progress), problem: undefined };
    case 'rejected': {
      const { code, detail } = outcome.rejection;
      return { ...known, status: 'rejected', problem: rejection(code, detail) };
    }
    case 'faulted': {
      const { reason } = outcome;
      return {
        ...known,
        status: 'faulted',
        problem: problem('command-faulted', { detail: reason }),
      };
    }
    default: {
      const { hash } = outcome;
      return {
        ...known,
        status: 'faulted',
        problem: problem('command-faulted', { facts: { hash } }),
      };
    }
  }
}

const statusOf = ({ kind }: Progress): Status =>
  kind === 'done' ? 'accepted' : kind === 'open' ? 'pending' : 'returned';

/** The same outcome once its saga went on. */
export const withProgress = (outcome: Outcome, progress: Progress): Outcome => ({
  ...outcome,
  progress,
  status: statusOf(progress),
});

/** The HTTP status of a request of one item. */
export const httpStatusOf = ({ problem: details }: Outcome): number => details?.status ?? 202;

/**
 * The members that every outcome has, as JSON without its braces: built by hand, since batches
 * hold a thousand.
 */
function membersOf(outcome: Outcome): string {
  const { status, id, place, receipt, repeated, events, progress, unknown } = outcome;
  let text = `"status":"${status}"`;
  if (id !== undefined) text += `,"id":"${writeCommandId(id)}"`;
  if (receipt && place) {
    const { service, partition } = place;
    text += `,"receipt":{"service":"${service}","partition":${partition},"seq":${receipt.seq}`;
    text += `,"hash":"${receipt.hash}"}`;
  }
  if (repeated) text += ',"repeated":true';
  if (progress.kind === 'returned') text += `,"reason":${JSON.stringify(progress.reason)}`;
  if (unknown !== '') text += `,"reason":${JSON.stringify(unknown)}`;
  const facts = factsOf(events);
  if (facts !== '') text += `,"facts":{${facts}}`;
  return text;
}

/** One item of a batch's answer; its problem stands beside its id. */
export function itemJson(outcome: Outcome): string {
  const { problem: details } = outcome;
  if (!details) return `{${membersOf(outcome)}}`;
  return `{${membersOf(outcome)},"problem":${JSON.stringify(details)}}`;
}
/**
 * The whole answer of a request of one item: a problem carries id and receipt as its own members.
 */
export function singleJson(outcome: Outcome): string {
  const { problem: details } = outcome;
  if (!details) return `{${membersOf(outcome)}}`;
  const { status, ...rest } = details;
  const members = membersOf(outcome).replace(/^"status":/, '"outcome":');
  return `{${JSON.stringify({ ...rest, status }).slice(1, -1)},${members}}`;
}
