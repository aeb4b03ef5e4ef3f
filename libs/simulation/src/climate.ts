import type { Chance } from './chance.js';

/**
 * What sort of times a seed lives in: how deep the walls are that bear losses, and how prices move.
 * Each is extreme in some seeds, so that the last layers of a loss are reached too.
 */
export interface Climate {
  /** what each liquidity wall margins with, in units of the settlement asset; 0: there is none */
  readonly liquidity: bigint;
  /** what each insurance account begins with */
  readonly insurance: bigint;
  /** drift of all prices per frame */
  readonly trend: number;
  /** largest usual move of a frame, and of a jump */
  readonly move: number;
  readonly jump: number;
  readonly jumps: number;
  /** instruments have rules beyond their parameters; see `rulesFor` */
  readonly ruled: boolean;
}

const USDT = 1_000_000n;

export function climateOf(chance: Chance): Climate {
  return {
    liquidity: chance.pick([0n, 300n, 3_000n, 20_000n, 100_000n]) * USDT,
    insurance: chance.pick([0n, 50n, 1_000n, 60_000n]) * USDT,
    trend: chance.pick([-0.01, 0, 0, 0.01]),
    move: chance.pick([0.01, 0.03, 0.05]),
    jump: chance.pick([0.1, 0.25, 0.4]),
    jumps: chance.pick([0.05, 0.15]),
    ruled: false,
  };
}
