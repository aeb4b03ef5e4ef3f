import type { Actors, MembersItem } from './actors.js';
import type { PracticeShown } from './option-scenario/practice-report.js';

/** Those who live through a scenario, and orders of theirs that a kill interrupts. */
export interface Cast extends Actors {
  /** @returns so many orders, each with an id of its own */
  someMoves(count: number): MembersItem[];
  send(orders: readonly MembersItem[]): Promise<void>;
}

/** What happens in the house before it is killed. */
export interface Scenario {
  readonly cast: Cast;
  /** Founds the house and plays to the end; the house is quiet then. */
  play(): Promise<void>;
  /** what each practice of segregation asked for, where the scenario compares them */
  requirements?(): PracticeShown['requirements'];
}
