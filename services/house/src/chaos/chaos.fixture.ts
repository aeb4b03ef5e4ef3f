import { chanceOf } from '../demo/chance.js';
import { ChaosHouse, type ChaosHouseOptions } from './chaos-house.js';
import type { Fault } from './faults.js';
import type { People } from './people.js';
import { playRound, type RoundEnd } from './round.js';

/** long enough for servers and processes on a busy machine */
export const OPEN_MS = 180_000;
export const ROUND_MS = 180_000;

/** A house for the faults of one spec file, one after another. */
export class Arena {
  readonly #chance: () => number;
  #rounds = 0;

  private constructor(
    readonly house: ChaosHouse,
    public people: People,
    readonly seed: number,
  ) {
    this.#chance = chanceOf(seed);
  }
  static async open(options: Omit<ChaosHouseOptions, 'say'>, seed: number): Promise<Arena> {
    const house = await ChaosHouse.open({ ...options, say: () => undefined });
    try {
      return new Arena(house, await house.people(), seed);
    } catch (fault) {
      await house.close();
      throw fault;
    }
  }

  /** Plays a fault under load. @returns what it left; nothing of it is wrong */
  async play(fault: Fault): Promise<RoundEnd> {
    const { house, people, seed } = this;
    const own = seed * 1000 + ++this.#rounds;
    const end = await playRound({ house, people, seed: own, chance: this.#chance, fault });
    this.people = end.people;
    expect(end.verdict).toMatchObject({ pending: 0, lost: 0, doubled: 0, wrongs: [] });
    return end;
  }
}
