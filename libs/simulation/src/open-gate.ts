import type { LaneDefinition } from '@ringfence/contracts';
import { HOUSE_LANES } from './definitions.js';
import type { AnyDefinition } from './house.js';

/**
 * The house with a gate that passes what it does not judge yet: legs in options. What accounts
 * guarantees must hold whatever risk lets through, and here it lets more through than it ever will.
 */
export const OPEN_GATE_LANES: readonly AnyDefinition[] = HOUSE_LANES.map((definition) =>
  definition.service === 'risk' ? opened(definition) : definition,
);

function opened(risk: AnyDefinition): AnyDefinition {
  const { deciders } = risk as unknown as LaneDefinition<unknown>;
  const judge = deciders.JudgeGate;
  if (!judge) throw new Error('risk judges at the gate');
  const open: typeof judge = (command, state, order) => {
    const decided = judge(command, state, order);
    if (!decided.accepted) return decided;
    const events = decided.events.map((event) =>
      event.type === 'GateJudged' && event.reason === 'option-not-judged'
        ? { ...event, passed: true, reason: 'reduces', equity: 0n, requirement: 0n }
        : event,
    );
    return { accepted: true, events };
  };
  const definition = { ...risk, deciders: { ...deciders, JudgeGate: open } };
  return definition as unknown as AnyDefinition;
}
