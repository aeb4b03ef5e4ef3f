import type { Rebuilt } from './rebuild.js';

/** A lane as `/v1/lanes` shows it. */
export interface LaneLine {
  readonly lane: string;
  readonly seq: number;
  readonly hash: string;
  readonly digest: string;
}

/** Where lanes differ from what their logs give, from zero and from snapshots. */
export function* lanesApart(live: readonly LaneLine[], { lanes }: Rebuilt): Generator<string> {
  for (const { lane, hash, fromZero, fromSnapshot } of lanes) {
    const own = live.find((each) => each.lane === lane);
    if (own?.hash !== hash) yield `${lane} head: live ${own?.hash}, log ${hash}`;
    if (own?.digest !== fromZero) yield `${lane} state: live ${own?.digest}, from zero ${fromZero}`;
    if (fromSnapshot !== fromZero)
      yield `${lane} state: from snapshot ${fromSnapshot}, from zero ${fromZero}`;
  }
}

/** Lines that only one of two lists has. */
export function* linesApart(
  what: string,
  some: readonly string[],
  others: readonly string[],
): Generator<string> {
  const [left, right] = [new Set(some), new Set(others)];
  for (const line of left) if (!right.has(line)) yield `${what} alone: ${line}`;
  for (const line of right) if (!left.has(line)) yield `${what} lack: ${line}`;
}

/** Value that came from nowhere, or from another's collateral. */
export function* sumsApart({
  conservation,
  collateralPaidForOthers,
}: Pick<Rebuilt, 'conservation' | 'collateralPaidForOthers'>): Generator<string> {
  for (const [asset, { difference }] of Object.entries(conservation)) {
    if (difference !== '0') yield `conservation of ${asset}: ${difference}`;
  }
  if (collateralPaidForOthers !== '0')
    yield `collateral paid for others: ${collateralPaidForOthers}`;
}
