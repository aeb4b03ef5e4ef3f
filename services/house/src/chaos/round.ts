import { audit } from './oracle.js';
import type { ChaosHouse } from './chaos-house.js';
import type { Fault, Struck } from './faults.js';
import type { Verdict } from './judge.js';
import { Load } from './load.js';
import type { People } from './people.js';

/** Orders acknowledged before a fault, at least, and how many more at most: the random moment. */
const BEFORE = 20;
const BEFORE_SPREAD = 100;
const AFTER = 40;
const FLOW_MS = 60_000;
const SETTLE_MS = 90_000;

export interface RoundOptions {
  readonly house: ChaosHouse;
  readonly people: People;
  readonly seed: number;
  /** 0 ≤ chance < 1; the same for the same seed */
  readonly chance: () => number;
  readonly fault: Fault;
}
/** One fault under load, and what it left. */
export interface RoundEnd extends Struck {
  /** orders acknowledged when it struck */
  readonly moment: number;
  readonly verdict: Verdict;
  /** the same people, later: the next load's clock begins where this one's ended */
  readonly people: People;
}

/** Plays one fault under load, and looks at what it left once the house is at rest. */
export async function playRound(options: RoundOptions): Promise<RoundEnd> {
  const { house, people, seed, chance, fault } = options;
  const load = new Load({ people, seed, url: () => house.url });
  const { book } = load;
  load.start();
  let struck: Struck;
  let moment: number;
  try {
    await book.more(BEFORE + Math.floor(chance() * BEFORE_SPREAD), FLOW_MS);
    moment = book.acknowledged;
    struck = await fault({ house, book, chance });
    await book.more(AFTER, FLOW_MS);
  } finally {
    await load.stop(SETTLE_MS);
  }
  const verdict = await audit(house, book);
  return { ...struck, moment, verdict, people: load.peopleNow };
}
