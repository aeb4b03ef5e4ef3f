import type { Definition, Of } from './table/index.js';

/** The union of the messages that a list of tables declares, as they stand in memory. */
export type Each<Tables extends readonly Definition[]> = {
  [I in keyof Tables]: Of<Tables[I]>;
}[number];
