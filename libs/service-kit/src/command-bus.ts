import type { Service } from '@ringfence/kernel';
import type { Answer, Submitted } from '@ringfence/lane';

/** Orders of clients for one lane, in the order in which it shall take them. */
export interface CommandBatch {
  readonly service: Service;
  readonly partition: number;
  readonly commands: readonly Submitted[];
  /** where they stand in the lane's command stream, if they come from there */
  readonly offset?: number;
}

/** What became of a batch. Only `answers` means that it was taken; then each order has its own. */
export type BatchAnswer =
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  /** the lane's queue is full: nothing was taken, send it again later */
  | { readonly kind: 'busy' }
  /** the lane cannot write: nothing was taken, send it again later */
  | { readonly kind: 'stalled'; readonly reason: string }
  /** nothing was taken, and nothing will be before somebody resumes the lane */
  | { readonly kind: 'stopped'; readonly reason: string };

/**
 * Carries orders from an edge to the lane that decides them, wherever it runs. Never throws for an
 * outcome.
 */
export interface CommandBus {
  hand(batch: CommandBatch): Promise<BatchAnswer>;
}

/**
 * Asks something else of a service; the answer is a value. Where several processes own its lanes,
 * each answers for its own, and lists become one.
 */
export interface ServiceCalls {
  call(service: Service, pattern: string, data: unknown): Promise<unknown>;
}

/** Token of the bus in Nest. */
export const COMMAND_BUS = Symbol('CommandBus');

/** What a service listens to. */
export const commandsPattern = (service: Service): string => `commands.${service}`;
