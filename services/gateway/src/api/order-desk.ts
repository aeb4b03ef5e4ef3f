import type { Answer, ClientCommand } from '@ringfence/lane';
import {
  problem,
  rejection,
  type BatchAnswer,
  type CommandBus,
  type ProblemDetails,
} from '@ringfence/service-kit';
import { readOrder, type RequestScope } from './orders.js';
import { outcomeOf, refusedOutcome, type Outcome } from './outcome.js';
import type { Resource } from './resource.js';

/** The items of one request that go to one lane, and where each stood. */
interface Sheaf {
  readonly partition: number;
  readonly commands: ClientCommand[];
  readonly places: number[];
}

/** Hands the items of a request to their lanes and gathers what became of each. */
export class OrderDesk {
  constructor(
    readonly bus: CommandBus,
    readonly partitions: number,
  ) {}

  async take(
    resource: Resource,
    items: readonly unknown[],
    scope: RequestScope,
  ): Promise<Outcome[]> {
    const outcomes = Array.from<Outcome>({ length: items.length });
    const sheaves: Sheaf[] = [];
    for (let i = 0; i < items.length; i++) {
      const read = readOrder(resource, items[i], i, scope);
      if (!read.ok) {
        outcomes[i] = refusedOutcome(read.problem);
        continue;
      }
      const { id, command, partition } = read.order;
      if (partition >= this.partitions) {
        outcomes[i] = refusedOutcome(rejection('account-unknown', {}), id);
        continue;
      }
      const sheaf = sheafOf(sheaves, partition);
      const { by, trace } = scope;
      sheaf.commands.push(trace === undefined ? { id, by, command } : { id, by, command, trace });
      sheaf.places.push(i);
    }
    await Promise.all(sheaves.map((sheaf) => this.#hand(resource, sheaf, outcomes)));
    return outcomes;
  }

  async #hand(resource: Resource, sheaf: Sheaf, outcomes: Outcome[]): Promise<void> {
    const { service } = resource;
    const { partition, commands, places } = sheaf;
    const answer = await this.bus.hand({ service, partition, commands });
    if (answer.kind === 'answers') {
      const place = { service, partition };
      answer.answers.forEach((each: Answer, i) => {
        outcomes[places[i]] = outcomeOf(resource, commands[i].id, place, each);
      });
      return;
    }
    const details = problemOf(answer, { lane: `${service}/${partition}` });
    commands.forEach(({ id }, i) => (outcomes[places[i]] = refusedOutcome(details, id)));
  }
}

function sheafOf(sheaves: Sheaf[], partition: number): Sheaf {
  for (const sheaf of sheaves) if (sheaf.partition === partition) return sheaf;
  const sheaf: Sheaf = { partition, commands: [], places: [] };
  sheaves.push(sheaf);
  return sheaf;
}

type NotTaken = Exclude<BatchAnswer, { readonly kind: 'answers' }>;

function problemOf(answer: NotTaken, facts: { readonly lane: string }): ProblemDetails {
  switch (answer.kind) {
    case 'busy':
      return problem('lane-busy', { facts });
    case 'stalled':
      return problem('lane-stalled', { detail: answer.reason, facts });
    default:
      return problem('lane-stopped', { detail: answer.reason });
  }
}
