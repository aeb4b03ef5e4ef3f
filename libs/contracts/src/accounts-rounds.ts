import {
  account,
  amount,
  asset,
  bucket,
  domain,
  event,
  group,
  instrument,
  int,
  list,
  positiveAmount,
  signedAmount,
  signedLots,
  uint,
} from './table/index.js';

// ---- events: settlement rounds
export const RoundJoined = event(55, 'RoundJoined', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  marks: list(group({ instrument: instrument(), price: uint(), fundingPerLot: int() })).like(
    'marks',
  ),
  collateral: list(
    group({ asset: asset(), value: amount(), scale: uint(), haircutPpm: uint() }),
  ).like('collateral'),
});
export const RoundMarkerCounted = event(56, 'RoundMarkerCounted', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  partition: uint(),
});
/**
 * One bucket settled: due − debt + variation + funding. A positive rest is `claim`; a negative
 * one was `collected` from cash, the rest
 * is `debt` within the bucket's other collateral, then `deficit`. Positions tagged below the round
 * now stand at the marks.
 * `dueBefore` and `debtBefore` were netted in and are gone.
 */
export const VariationSettled = event(57, 'VariationSettled', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  bucket: bucket(),
  asset: asset(),
  variation: signedAmount(),
  funding: signedAmount(),
  dueBefore: amount(),
  debtBefore: amount(),
  claim: amount(),
  collected: amount(),
  debt: amount(),
  deficit: amount(),
});
/** Money of the insurance wall kept ready for the decision. */
export const InsuranceReserved = event(58, 'InsuranceReserved', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  asset: asset(),
  amount: positiveAmount(),
});
/** All buckets of this lane settled and reported to the clearing decider: its totals. */
export const RoundReported = event(59, 'RoundReported', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  collected: amount(),
  claims: amount(),
  debts: amount(),
  deficits: amount(),
  insurance: amount(),
  failed: list(group({ account: account(), bucket: bucket(), deficit: amount() })),
  /** positions of failing buckets, signed lots */
  failing: list(
    group({ account: account(), bucket: bucket(), instrument: instrument(), lots: signedLots() }),
  ),
  /**
   * the most leveraged holders of each side: signed lots, equity at the marks, claim of this round
   */
  candidates: list(
    group({
      account: account(),
      bucket: bucket(),
      instrument: instrument(),
      lots: signedLots(),
      equity: signedAmount(),
      claim: amount(),
    }),
  ),
});
/** The decision is here; payments follow when all money of other partitions is here too. */
export const RoundDecisionTaken = event(60, 'RoundDecisionTaken', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  insuranceUsed: amount().like('insuranceUsed'),
  claimsPaid: amount().like('claimsPaid'),
  claimsCut: amount().like('claimsCut'),
  cuts: list(
    group({
      account: account(),
      bucket: bucket(),
      amount: positiveAmount(),
      origin: account(),
      originBucket: bucket(),
    }),
  ).like('cuts'),
  closes: list(
    group({
      account: account(),
      bucket: bucket(),
      instrument: instrument(),
      lots: uint(),
      against: account(),
      againstBucket: bucket(),
    }),
  ).like('closes'),
  receives: amount().like('receives'),
});
/** `used` pays deficits (layer insurance), `returned` is available again. */
export const InsuranceCharged = event(61, 'InsuranceCharged', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  asset: asset(),
  used: amount(),
  returned: amount(),
});
/**
 * A claim of the round: `paid` in cash, `cut` for a loss (`cutByAdl` of it named, the rest pro
 * rata), the rest stays `due`.
 */
export const ClaimPaid = event(62, 'ClaimPaid', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  bucket: bucket(),
  asset: asset(),
  paid: amount(),
  cutByAdl: amount(),
  cut: amount(),
  due: amount(),
});
export const RoundApplied = event(63, 'RoundApplied', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
});
/**
 * Net ledger change of each wall against other walls since the last such event: the only authority
 * for custody to sweep. `between`:
 * what this partition's senders settled towards other partitions.
 */
export const SweepsDue = event(64, 'SweepsDue', 1, {
  lines: list(group({ account: account(), asset: asset(), amount: signedAmount() })),
  between: list(group({ partition: uint(), asset: asset(), amount: positiveAmount() })),
});
