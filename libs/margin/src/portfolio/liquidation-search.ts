/** Moves of the underlying that are tried, from small to large; below and above its price. */
const FALLS = [0.85, 0.6, 0.3, 0.05] as const;
const RISES = [1.15, 1.6, 3, 10] as const;
/** The move is found to this part of the price … */
const PRECISION = 1e-5;
/** … or after so many steps, a third of which halve what is left. */
const STEPS_MAX = 60;

/**
 * The nearest move of the underlying at which something that holds now no longer does.
 *
 * Ladders of moves are climbed down and up until they fail; between the last two rungs false
 * position (Illinois) closes in. A failure that ends before the next rung is passed over.
 *
 * @param above  what is left at a move, > 0 while it holds; the move is a factor on the price
 * @returns factor on the price, 1 when it fails already; the side that still holds, within 1e-5 of
 *          the other; `null` when it holds from a twentieth to ten times the price
 */
export function nearestFailure(above: (move: number) => number): number | null {
  const now = above(1);
  if (now <= 0) return 1;
  const low = climb(above, FALLS, now);
  const high = climb(above, RISES, now);
  if (low === null || high === null) return low ?? high;
  return 1 / low <= high ? low : high;
}

function climb(
  above: (move: number) => number,
  rungs: readonly number[],
  now: number,
): number | null {
  let held = 1;
  let left = now;
  for (const rung of rungs) {
    const there = above(rung);
    if (there <= 0) return closeIn(above, [held, left], [rung, there]);
    held = rung;
    left = there;
  }
  return null;
}

type Point = readonly [move: number, left: number];

/** @returns a move within the precision of the failure, at which it still holds */
function closeIn(above: (move: number) => number, from: Point, to: Point): number {
  let [held, left] = from;
  let [failed, missing] = to;
  for (let step = 0; step < STEPS_MAX; step++) {
    const gap = failed - held;
    const least = PRECISION * held * Math.sign(gap);
    if (Math.abs(gap) <= Math.abs(least)) break;
    // every third step halves what is left, whatever the straight line says
    const share = step % 3 === 2 ? 0.5 : left / (left - missing);
    const move = between(held + least / 2, held + gap * share, failed - least / 2);
    const there = above(move);
    if (there > 0) {
      [held, left] = [move, there];
      missing /= 2;
    } else {
      [failed, missing] = [move, there];
      left /= 2;
    }
  }
  return held;
}

/** The middle one is kept between the ends, in whichever order these stand. */
const between = (end: number, value: number, other: number): number =>
  end < other ? Math.min(Math.max(value, end), other) : Math.max(Math.min(value, end), other);
