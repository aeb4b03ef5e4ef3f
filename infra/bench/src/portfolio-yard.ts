import {
  black76Kernel,
  logRatio,
  type HousePrice,
  type OptionHolding,
  type PortfolioBucket,
} from '@ringfence/margin';

const NOW = 1_770_249_600_000;
const DAY = 86_400_000;
const WHOLE = 1_000_000n;
const SIZES = { unit: 100n, tickUnits: 100_000n };
const EXPIRY_DAYS = [1, 2, 7, 30, 90, 180] as const;
/** 64,000 dollars in ticks of 0.1, settled in millionths. */
const SPOT: HousePrice = { mark: 640_000, tickUnits: SIZES.tickUnits, confidencePpm: 1_000_000 };

/** Numbers that look like chance and are the same in every run. */
export class Sequence {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0;
  }
  /** 0 to before `below` */
  next(below: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * below);
  }
}

function optionOf(draw: Sequence): OptionHolding {
  const call = draw.next(2) === 0;
  const days = EXPIRY_DAYS[draw.next(EXPIRY_DAYS.length)] ?? 1;
  const strike = Math.round(SPOT.mark * (0.5 + draw.next(100) / 100));
  const volatilityPpm = 400_000 + draw.next(60) * 10_000;
  const deviation = (volatilityPpm / 1e6) * Math.sqrt(days / 365);
  const log = logRatio(SPOT.mark, strike);
  const mark = Math.floor(black76Kernel(call, SPOT.mark, strike, log, deviation, 1) + 0.5);
  const lots = draw.next(4_001) - 2_000;
  const held = { lots, buys: 0, sells: 0, call, strike, volatilityPpm, mark };
  return { ...held, expiry: NOW + days * DAY, forward: SPOT, ...SIZES };
}

/** A bucket of so many options and the perpetual beside them, with more or less behind it. */
export function bucketOf(legs: number, seed: number): PortfolioBucket {
  const draw = new Sequence(seed);
  const options = Array.from({ length: legs }, () => optionOf(draw));
  const perpetual = { lots: draw.next(2_001) - 1_000, buys: 0, sells: 0, unit: 100n, ...SPOT };
  const equity = BigInt(legs * (5_000 + draw.next(40_000))) * WHOLE;
  const underlyings = [{ spot: SPOT, perpetual, futures: [], options, collateral: 0n }];
  return { time: NOW, whole: WHOLE, equity, settlementPpm: 1_000_000, underlyings };
}

/** What no margin can do without: every option priced once. @returns the sum of the values */
export function pricedOnce({ time, underlyings }: PortfolioBucket): number {
  let sum = 0;
  for (const { options } of underlyings) {
    for (const { call, strike, volatilityPpm, expiry, forward } of options) {
      const deviation = (volatilityPpm / 1e6) * Math.sqrt((expiry - time) / (365 * DAY));
      const log = logRatio(forward.mark, strike);
      sum += black76Kernel(call, forward.mark, strike, log, deviation, 1);
    }
  }
  return sum;
}
