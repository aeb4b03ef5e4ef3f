import type { Command, CommandOf } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';

type Rules = CommandOf<'SetRiskRules'>['rules'];

/** One house in so many sets rules beyond the parameters; the others show that they are off. */
const RULED_EVERY = 3;
export const isRuled = (seed: number): boolean => seed % RULED_EVERY === 0;

const GUARD: Rules['antiProcyclicality'] = {
  bufferPpm: 250_000,
  releasePpm: 80_000,
  stressWeightPpm: 250_000,
  stressedPpm: 100_000,
  longRunPpm: 40_000,
};
const FUNDING: Rules['funding'] = {
  clampFactorPpm: 4_000,
  interestPpb: 100_000,
  lowerPpb: -500_000,
  upperPpb: 500_000,
};

/** A little of everything, not everywhere; whole units are of USDT. */
const RULES: readonly Rules[] = [
  {
    antiProcyclicality: GUARD,
    openInterest: null,
    funding: FUNDING,
    slices: { minNotional: 50, maxPortionPpm: 600_000, tickNotional: 20_000 },
    ramp: { initialPpm: 300_000, durationTicks: 8, smallShortage: 20 },
  },
  {
    antiProcyclicality: null,
    openInterest: { lowerCap: 2_000, upperCap: 60_000 },
    funding: FUNDING,
    slices: null,
    ramp: { initialPpm: 500_000, durationTicks: 4, smallShortage: 0 },
  },
];

/** Auctions that are over soon enough to be seen whole. */
const AUCTION: CommandOf<'SetAuctionRules'>['auction'] = {
  startPpm: 980_000,
  cutoffPpm: 500_000,
  fastTicks: 3,
  slowTicks: 5,
  minLots: 2,
};
export const auctionsFor = (instruments: readonly InstrumentId[]): Command[] =>
  instruments.map((instrument) => ({
    type: 'SetAuctionRules' as const,
    instrument,
    auction: AUCTION,
  }));

/** Orders that set the rules of all instruments, rules taking turns. */
export const rulesFor = (instruments: readonly InstrumentId[]): Command[] =>
  instruments.map((instrument, i) => ({
    type: 'SetRiskRules' as const,
    instrument,
    rules: RULES[i % RULES.length],
  }));
