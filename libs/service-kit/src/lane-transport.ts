import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Service } from '@ringfence/kernel';
import { isObservable, lastValueFrom } from 'rxjs';
import {
  commandsPattern,
  type BatchAnswer,
  type CommandBatch,
  type CommandBus,
  type ServiceCalls,
} from './command-bus.js';

/**
 * Carries orders to the lanes of the same process through Nest's message patterns: a batch goes in,
 * answers come out as values. A handler that throws is a bug; its batch is then of unknown outcome
 * and said to be so.
 */
export class LaneTransport
  extends Server
  implements CustomTransportStrategy, CommandBus, ServiceCalls
{
  listen(callback: () => void): void {
    callback();
  }
  /** Ends the intake of orders. */
  close(): void | Promise<void> {}
  on(): void {}
  unwrap<T>(): T {
    throw new Error('there is no server below: orders travel by function call');
  }

  async hand(batch: CommandBatch): Promise<BatchAnswer> {
    const pattern = commandsPattern(batch.service);
    if (!this.messageHandlers.has(pattern)) {
      return { kind: 'stopped', reason: `no ${batch.service} service runs here` };
    }
    const answer = await this.ask(pattern, batch);
    return isAnswer(answer) ? answer : unknown(batch);
  }

  call(_: Service, pattern: string, data: unknown): Promise<unknown> {
    return this.ask(pattern, data);
  }
  /** Patterns here are plain names: Nest's own lookup would try each as JSON first. */
  async ask(pattern: string, data: unknown): Promise<unknown> {
    const handed: unknown = await this.messageHandlers.get(pattern)?.(data);
    return isObservable(handed) ? lastValueFrom(handed, { defaultValue: undefined }) : handed;
  }
}

const isAnswer = (value: unknown): value is BatchAnswer =>
  typeof value === 'object' && value !== null && 'kind' in value && KINDS.has(value.kind);
const KINDS: ReadonlySet<unknown> = new Set<BatchAnswer['kind']>([
  'answers',
  'busy',
  'stalled',
  'stopped',
]);

/** Nobody can tell whether the lane took it: never "failed". */
function unknown({ commands }: CommandBatch): BatchAnswer {
  const reason = 'the service that took it did not answer';
  return { kind: 'answers', answers: commands.map(() => ({ kind: 'pending', reason })) };
}
