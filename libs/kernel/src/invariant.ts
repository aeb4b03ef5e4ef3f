/**
 * A rule that our own code must keep was broken: a bug, never a user's mistake. It stops the lane.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/**
 * Asserts a property that only a bug can break.
 *
 * @throws InvariantViolation when `holds` is false
 */
export function invariant(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new InvariantViolation(rule);
}

/** The compiler's proof that a union was handled to the end. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unhandled: ${String(value)}`);
}

/** The value of an array slot or map entry that our own rules say must be there. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantViolation(`missing: ${what}`);
  return value;
}
