import { chanceOf } from '../chance.js';
import type { OptionData } from './option-data.js';
import { COINS, perpetualOf, type Coin, type FutureTerms, type OptionTerms } from './terms.js';

/** One position of a portfolio, as one side of it wants it. */
export interface Holding {
  /** perpetual, dated future or option */
  readonly symbol: string;
  /** lots, long > 0, never 0 */
  readonly lots: number;
}
export const STRATEGIES = [
  'outright',
  'covered-call',
  'protective-put',
  'vertical',
  'strangle',
  'iron-condor',
  'calendar',
  'basis',
  'conversion',
] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What one trader holds and how richly it is margined; the trader beside it holds the opposite. */
export interface Portfolio {
  readonly index: number;
  readonly coin: Coin;
  readonly strategies: readonly Strategy[];
  /** by symbol; nothing twice, nothing of 0 lots */
  readonly holdings: readonly Holding[];
  /** what is brought, as a multiple of the requirement of the practice */
  readonly cushion: number;
  /** answers a margin call while it has money */
  readonly answers: boolean;
}

/** Contracts of one coin that live through the whole scenario, or expire within it. */
interface Board {
  readonly coin: Coin;
  readonly forward: number;
  readonly futures: readonly FutureTerms[];
  /** by underlying: calls and puts in the order of their strikes */
  readonly calls: ReadonlyMap<string, readonly OptionTerms[]>;
  readonly puts: ReadonlyMap<string, readonly OptionTerms[]>;
}

const MOST_STRATEGIES = 3;
/** lots are a hundredth of a BTC and a tenth of an ETH: about the same money */
const LOTS_MAX = 400;
const LOTS_MIN = 20;
/** how skewed sizes are: most are small */
const SIZE_POWER = 3;
const CUSHION_MIN = 1.05;
const CUSHION_SPAN = 1.45;
const CUSHION_POWER = 2;
const ANSWERS = 0.35;

/**
 * Portfolios of options, perpetuals and dated futures of one coin each: one to three of the usual
 * strategies together.
 *
 * @param data   what is listed; the first snapshot says where the money is
 * @param count  portfolios, ≥ 1
 * @param seed   the same portfolios for the same seed
 */
export function portfoliosOf(data: OptionData, count: number, seed: number): Portfolio[] {
  const chance = chanceOf(seed);
  const boards = COINS.map((coin) => boardOf(data, coin));
  return Array.from({ length: count }, (_, index) => portfolioOf(boards, index, chance));
}

/** The other side of every trade: the same portfolio, turned round. */
export const mirrored = ({ holdings, ...rest }: Portfolio): Portfolio => ({
  ...rest,
  holdings: holdings.map(({ symbol, lots }) => ({ symbol, lots: -lots })),
});

function boardOf({ futures, options, snapshots }: OptionData, coin: Coin): Board {
  const [first] = snapshots;
  const ofRight = (right: 'call' | 'put'): Map<string, OptionTerms[]> => {
    const own = options.filter((each) => each.coin === coin && each.right === right);
    return Map.groupBy(own, ({ underlying }) => underlying);
  };
  return {
    coin,
    forward: first?.perpetuals.get(coin) ?? 0,
    futures: futures.filter((each) => each.coin === coin),
    calls: ofRight('call'),
    puts: ofRight('put'),
  };
}

function portfolioOf(boards: readonly Board[], index: number, chance: () => number): Portfolio {
  const board = pick(boards, chance);
  const strategies: Strategy[] = [];
  const lots = new Map<string, number>();
  // a conversion turned round may cancel what is there: then one more is drawn
  while (strategies.length < 1 + Math.floor(MOST_STRATEGIES * chance()) || lots.size === 0) {
    const strategy = pick(STRATEGIES, chance);
    const size = Math.round(LOTS_MIN + (LOTS_MAX - LOTS_MIN) * chance() ** SIZE_POWER);
    const turned = chance() < 0.5 ? -1 : 1;
    strategies.push(strategy);
    for (const leg of LEGS[strategy](board, chance)) {
      const held = (lots.get(leg.symbol) ?? 0) + turned * size * leg.lots;
      if (held === 0) lots.delete(leg.symbol);
      else lots.set(leg.symbol, held);
    }
  }
  return {
    index,
    coin: board.coin,
    strategies,
    holdings: [...lots]
      .map(([symbol, held]) => ({ symbol, lots: held }))
      .sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    cushion: CUSHION_MIN + CUSHION_SPAN * chance() ** CUSHION_POWER,
    answers: chance() < ANSWERS,
  };
}

const pick = <T>(list: readonly T[], chance: () => number): T =>
  list[Math.floor(list.length * chance())];

/** The option whose strike is nearest to a multiple of the forward. */
function near(options: readonly OptionTerms[], forward: number, moneyness: number): string {
  const distance = ({ strike }: OptionTerms): number => Math.abs(strike - forward * moneyness);
  return options.reduce((best, each) => (distance(each) < distance(best) ? each : best)).symbol;
}

type Legs = (board: Board, chance: () => number) => readonly Holding[];
const leg = (symbol: string, lots: number): Holding => ({ symbol, lots });

/** Legs of one unit of each strategy, as its buyer holds them. */
const LEGS: Readonly<Record<Strategy, Legs>> = {
  outright: ({ coin, futures }, chance) => [
    leg(chance() < 0.5 ? perpetualOf(coin) : pick(futures, chance).symbol, 1),
  ],
  'covered-call': (board, chance) => {
    const { call } = chainOf(board, pick(board.futures, chance));
    return [leg(perpetualOf(board.coin), 1), leg(call(1.05 + 0.15 * chance()), -1)];
  },
  'protective-put': (board, chance) => {
    const { put } = chainOf(board, pick(board.futures, chance));
    return [leg(perpetualOf(board.coin), 1), leg(put(0.8 + 0.15 * chance()), 1)];
  },
  vertical: (board, chance) => {
    const { call, put } = chainOf(board, pick(board.futures, chance));
    return chance() < 0.5
      ? [leg(call(1), 1), leg(call(1.15), -1)]
      : [leg(put(1), 1), leg(put(0.82), -1)];
  },
  strangle: (board, chance) => {
    const { call, put } = chainOf(board, pick(board.futures, chance));
    const width = 0.12 * chance();
    return [leg(call(1 + width), 1), leg(put(1 - width), 1)];
  },
  'iron-condor': (board, chance) => {
    const { call, put } = chainOf(board, pick(board.futures, chance));
    return [leg(put(0.8), 1), leg(put(0.9), -1), leg(call(1.05), -1), leg(call(1.15), 1)];
  },
  calendar: (board, chance) => {
    const at = Math.floor((board.futures.length - 1) * chance());
    const near = chainOf(board, board.futures[at]);
    const far = chainOf(board, board.futures[at + 1]);
    return chance() < 0.5
      ? [leg(near.call(1), -1), leg(far.call(1), 1)]
      : [leg(near.put(0.95), -1), leg(far.put(0.95), 1)];
  },
  basis: ({ coin, futures }, chance) => [
    leg(pick(futures, chance).symbol, 1),
    leg(perpetualOf(coin), -1),
  ],
  conversion: (board, chance) => {
    const future = pick(board.futures, chance);
    const { call, put } = chainOf(board, future);
    // put-call parity: whatever the price does, the three together are worth the same
    return [leg(future.symbol, 1), leg(call(1), -1), leg(put(1), 1)];
  },
};

/** Options of one expiry by how far their strike is from the forward. */
function chainOf(
  { forward, calls, puts }: Board,
  { symbol }: FutureTerms,
): { call: (moneyness: number) => string; put: (moneyness: number) => string } {
  const of = (options: readonly OptionTerms[] | undefined, moneyness: number): string =>
    near(options ?? [], forward, moneyness);
  return {
    call: (moneyness) => of(calls.get(symbol), moneyness),
    put: (moneyness) => of(puts.get(symbol), moneyness),
  };
}
