import { approverAsks, strangerMoves } from './asks.fixture.js';
import * as margin from './margin.fixture.js';
import * as money from './money.fixture.js';
import type { Planted } from './plant.fixture.js';
import * as rounds from './rounds.fixture.js';
import { found, HARSH, USUAL, without, type Trial } from './trial.fixture.js';

const TIME_MAX = 240_000;
/** For what does not depend on the seed. */
const SHORT: Trial = { ...USUAL, seeds: [1], steps: 5 };
/** Times in which much is auctioned. */
const AUCTIONED: Trial = { ...USUAL, steps: 300, climate: { ...HARSH, ruled: true } };
const bites = (what: string, planted: Planted, foreseen: RegExp, trial: Trial = USUAL): void =>
  it(
    `finds out that ${what}`,
    async () => {
      const outcome = await found(planted, foreseen, trial);
      expect(outcome).toContainEqual(expect.stringMatching(foreseen));
    },
    TIME_MAX,
  );

describe('the auditor', () => {
  it(
    'finds nothing where nothing is broken (SIM-001)',
    async () => {
      expect(await without()).toEqual([]);
      expect(await without({ ...SHORT, first: strangerMoves })).toEqual([]);
      expect(await without({ ...SHORT, first: approverAsks })).toEqual([]);
    },
    TIME_MAX,
  );

  bites('a deposit credits more than came (SIM-101)', money.creditsMore, /^1: /);
  bites('a faulted credit is skipped (SIM-102)', money.skipsCredit, /^1: no-credit-skipped/);
  bites('a credit faults: the lane stops (SIM-103)', money.faultsAtCredit, /stopped.*a broken dec/);
  bites('a client gets anyone’s money (SIM-104)', money.takesAnyonesMoney, /^2: allowed-route/);
  bites('a stranger moves collateral (SIM-105)', money.obeysAnyone, /^2: ordered-by-its-owner/, {
    ...SHORT,
    first: strangerMoves,
  });
  bites('a sweep is missing (SIM-106)', money.forgetsSweep, /^1: no-sweep-missing/);
  bites(
    'debt has no collateral (SIM-107)',
    money.lendsToAnyone,
    /^3: debt-within-other-collateral/,
  );
  bites('a claim is paid short (SIM-108)', money.paysShort, /^4: claims-pro-rata/);
  bites('rounding loses a unit (SIM-109)', money.losesUnit, /^4: lanes-pro-rata/);
  bites('a cut is never reported (SIM-110)', money.cutsUntold, /^4: layers-sum-to-the-deficit/);
  bites('insurance is overdrawn (SIM-218)', money.overdrawsInsurance, /^4: reports-what-it-settl/);
  bites('insurance bears all (SIM-112)', money.insuranceBearsAll, /^4: decides-what-was-reported/);
  bites('the fee comes first (SIM-113)', money.takesFeeFirst, /^5: fee-from-what-equity-remains/);
  bites('the gate lets all through (SIM-114)', margin.opensGate, /^5: initial-requirement-after/);
  bites('a pending hedge counts (SIM-115)', margin.hedgesWithPending, /^5: figures-of-the-verdict/);
  bites(
    'a slice is sized from a stale asOf (SIM-116)',
    margin.sizesFromStale,
    /^5: sized-after-th/,
    { ...USUAL, seeds: [13, 25, 26], steps: 220 },
  );
  bites('a frame overlooks rules (SIM-136)', margin.overlooksRules, /^5: the-rate-of-the-rules/);
  bites('a bid takes too much (SIM-137)', margin.overfillsBids, /^5: never-more-than/, AUCTIONED);
  bites('a bid ruins (SIM-138)', margin.sellsBelowBankruptcy, /^5: never-beyond-bank/, AUCTIONED);
  bites('a stranger bids (SIM-139)', margin.bidsForAnyone, /^2: bids-for-its-own/, AUCTIONED);
  bites('no bid is awaited (SIM-140)', margin.deleveragesEarly, /^4: nobody-delev/, AUCTIONED);
  bites('a late leg counts twice (SIM-122)', margin.countsLateLegTwice, /^5: figures-of-the-/);
  bites('frames swap on one lane (SIM-117)', margin.swapsFrames, /^5: judged-as-seen/);
  bites('a bucket is passed over (SIM-219)', margin.passesOver, /^5: nobody-passed-over/);
  bites('markers are dropped (SIM-118)', rounds.dropsMarkers, /^4: settles-after-all-markers/);
  bites('a leg has its sender’s tag (SIM-119)', rounds.tagsItself, /^4: one-tag-on-both-sides/);
  bites(
    'a withdrawal is approved by who asked (SIM-121)',
    money.approvesOwn,
    /^2: approved-by-oth/,
    {
      ...SHORT,
      first: approverAsks,
    },
  );
  bites('a round closes early (SIM-120)', rounds.closesEarly, /^4: closed-when-all-applied/);
});
