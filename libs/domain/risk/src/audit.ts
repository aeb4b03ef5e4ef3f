import type { Event, EventOf, LaneDefinition } from '@ringfence/contracts';
import { slotOf, bucketAt, type RiskState } from './state.js';
import { evaluate } from './evaluation.js';
import { riskLane } from './lane.js';

/** A recorded evaluation that its inputs do not give. */
export interface MarginFinding {
  readonly account: number;
  readonly bucket: number;
  readonly frame: number;
  /** names of fields, each with what is recorded and what the inputs give */
  readonly differences: readonly {
    readonly field: string;
    readonly recorded: string;
    readonly computed: string;
  }[];
}

type Recorded = EventOf<'MarginEvaluated' | 'PortfolioEvaluated'>;

/**
 * Recomputes every recorded evaluation of a risk log from its inputs while the log is folded, and
 * compares bit for bit. The fold itself takes what is recorded, as ever: a difference is reported,
 * and everything behind it is judged on what the house really did.
 */
export class MarginAudit {
  /** evaluations compared */
  compared = 0;
  readonly findings: MarginFinding[] = [];

  /** A lane of risk, looked over its shoulder: fold a log with it from zero to audit it. */
  lane(definition: LaneDefinition<RiskState> = riskLane): LaneDefinition<RiskState> {
    const { MarginEvaluated, PortfolioEvaluated } = definition.evolve;
    return {
      ...definition,
      evolve: {
        ...definition.evolve,
        MarginEvaluated: (state, event, ...rest) => {
          this.#compare(state, event);
          MarginEvaluated?.(state, event, ...rest);
        },
        PortfolioEvaluated: (state, event, ...rest) => {
          this.#compare(state, event);
          PortfolioEvaluated?.(state, event, ...rest);
        },
      },
    };
  }

  #compare(state: RiskState, recorded: Recorded): void {
    const { account, bucket, frame } = recorded;
    this.compared++;
    const slot = slotOf(state.book, account, bucket);
    const computed = slot < 0 ? null : evaluate(state, bucketAt(state.book, slot));
    const differences = differencesOf(recorded, computed);
    if (differences.length > 0) this.findings.push({ account, bucket, frame, differences });
  }
}

function differencesOf(recorded: Event, computed: Event | null): MarginFinding['differences'] {
  const left: Readonly<Record<string, unknown>> = { ...recorded };
  const right: Readonly<Record<string, unknown>> = { ...computed };
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...fields].flatMap((field) => {
    const [was, is] = [plain(left[field]), plain(right[field])];
    return was === is ? [] : [{ field, recorded: was, computed: is }];
  });
}

/** Any value of an event as text; one text for one value. */
function plain(value: unknown): string {
  if (typeof value === 'bigint') return `${value}`;
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, of]) => `${name}: ${plain(of)}`).join(', ')}}`;
}
