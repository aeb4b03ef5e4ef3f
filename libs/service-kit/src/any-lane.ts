import type { LaneDefinition } from '@ringfence/contracts';

/** A lane whose state only its own definition can read. */
export type AnyLane = LaneDefinition<unknown>;

/** Puts lanes of different states into one list. */
export const anyLane = <State>(definition: LaneDefinition<State>): AnyLane =>
  // its functions are only ever given the state that its own `initial` made
  definition as unknown as AnyLane;
