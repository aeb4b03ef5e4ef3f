import * as dated from './dated.fixture.js';
import type { Planted } from './plant.fixture.js';
import { found, USUAL, without, type Trial } from './trial.fixture.js';

const TIME_MAX = 240_000;
const DATED: Trial = { ...USUAL, steps: 260, dated: true };
const bites = (what: string, planted: Planted, foreseen: RegExp): void =>
  it(
    `finds out that ${what}`,
    async () => {
      const outcome = await found(planted, foreseen, DATED);
      expect(outcome).toContainEqual(expect.stringMatching(foreseen));
    },
    TIME_MAX,
  );

describe('the auditor of what ends', () => {
  it(
    'finds nothing where nothing is broken (SIM-002)',
    async () => expect(await without(DATED)).toEqual([]),
    TIME_MAX,
  );
  bites('an expiry has two marks (SIM-130)', dated.endsAtTwoMarks, /^4: ends-at-one-mark/);
  bites('an expired position stays (SIM-131)', dated.keepsWhatExpired, /^4: closes-what-expired/);
  bites(
    'a premium is paid twice (SIM-132)',
    dated.paysPremiumTwice,
    /^4: variation-of-its-own-positions/,
  );
  bites('a switch leaves money behind (SIM-133)', dated.switchesHalf, /^2: switches-everything/);
  bites('a lane overlooks an expiry (SIM-134)', dated.overlooksExpiry, /^4: closes-what-expired/);
});
