import type { EventOf } from '@ringfence/contracts';
import { bucketName } from './house.js';
import { cutAsLeft, proRata, sum } from './shares.js';

interface Claim {
  readonly name: string;
  readonly amount: bigint;
  named: bigint;
  /** shares of the pro-rata cut: of equal remainders either the first or the last bears the unit */
  cuts: readonly bigint[];
  paid: readonly bigint[];
  ended: boolean;
}
type Taken = Pick<EventOf<'RoundDecisionTaken'>, 'claimsPaid' | 'claimsCut' | 'cuts' | 'receives'>;
type Settled = Pick<EventOf<'VariationSettled'>, 'account' | 'bucket' | 'claim'>;

/**
 * How the claims of one lane must end, recomputed from what it settled and what was decided: named
 * cuts first, then the rest of the cut over what is left of the claims, then payment over what is
 * left then; each pro rata, floor and largest remainder, ties in bucket order.
 */
export class Claims {
  readonly #claims = new Map<string, Claim>();
  readonly #receives: bigint;
  left: number;

  constructor(settled: readonly Settled[], taken: Taken) {
    const inOrder = settled
      .filter(({ claim }) => claim > 0n)
      .sort((a, b) => a.account - b.account || a.bucket - b.bucket);
    const claims: Claim[] = inOrder.map((each) => ({
      name: bucketName(each),
      amount: each.claim,
      named: 0n,
      cuts: [],
      paid: [],
      ended: false,
    }));
    for (const claim of claims) this.#claims.set(claim.name, claim);
    for (const cut of taken.cuts) {
      const claim = this.#claims.get(bucketName(cut));
      if (claim) claim.named += cut.amount;
    }
    this.left = claims.length;
    this.#receives = taken.receives;
    this.#split(claims, taken);
  }

  #split(claims: readonly Claim[], taken: Taken): void {
    const uncut = claims.map(({ amount, named }) => amount - named);
    const rest = taken.claimsCut - sum(claims.map(({ named }) => named));
    if (rest < 0n || rest > sum(uncut)) return;
    const ways = [rest === 0n ? uncut.map(() => 0n) : proRata(rest, uncut), cutAsLeft(rest, uncut)];
    const payments = ways.map((cuts) => {
      const left = uncut.map((amount, place) => amount - cuts[place]);
      const payable = taken.claimsPaid <= sum(left);
      return payable ? proRata(taken.claimsPaid, left) : left.map(() => -1n);
    });
    claims.forEach((claim, place) => {
      claim.cuts = ways.map((cuts) => cuts[place]);
      claim.paid = payments.map((paid) => paid[place]);
    });
  }

  /** @returns what is wrong with the payment; null when nothing is */
  pay(event: EventOf<'ClaimPaid'>, received: bigint): string | null {
    if (received !== this.#receives) return `received ${received} of ${this.#receives}`;
    const claim = this.#claims.get(bucketName(event));
    if (!claim || claim.ended) return 'no such claim';
    claim.ended = true;
    this.left--;
    const { amount, named } = claim;
    const holds = claim.cuts.some((cut, way) => {
      const paid = claim.paid[way];
      const due = amount - named - cut - paid;
      return (
        event.cutByAdl === named &&
        event.cut === named + cut &&
        event.paid === paid &&
        event.due === due
      );
    });
    if (holds) return null;
    const said = claim.cuts.map(String).join(' or ');
    return `claim ${amount}, cut ${named} + ${said}, paid ${String(claim.paid)}`;
  }
}
