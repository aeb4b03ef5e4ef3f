/** A record of another log that a record names: it read that log so far. */
export interface Named {
  /** such as `log.accounts/1` */
  readonly log: string;
  readonly seq: number;
  readonly hash: string;
}

/** One record near the end of a log, and what it names of the others. */
export interface Trailing {
  readonly seq: number;
  readonly names: readonly Named[];
}

/** The end of one log as it was seen while the house went on. */
export interface LogEnd {
  /** last sequence number before `trailing`; 0 for none. Nothing up to here is taken back */
  readonly base: number;
  /** the records after it, in order and dense */
  readonly trailing: readonly Trailing[];
}

/**
 * The latest consistent cut: no record of it names a record of another log that is not in it. Logs
 * that are looked at one after another do not end together: a record may have read what another log
 * held only after that was looked at. Such records are taken back, and those that read them too.
 *
 * A union of consistent cuts is consistent, so there is one latest cut, and taking back only what
 * must be taken back finds it.
 *
 * @returns per log, the last sequence number of the cut, from `base` to the last of `trailing`
 */
export function consistentCut(logs: ReadonlyMap<string, LogEnd>): ReadonlyMap<string, number> {
  const kept = new Map<string, number>();
  for (const [log, { trailing }] of logs) kept.set(log, trailing.length);
  const endOf = (log: string): number => {
    const end = logs.get(log);
    return end ? end.base + (kept.get(log) ?? 0) : 0;
  };
  const isWhole = ({ names }: Trailing): boolean =>
    names.every(({ log, seq }) => seq <= endOf(log));

  for (let settled = false; !settled;) {
    settled = true;
    for (const [log, { trailing }] of logs) {
      const count = kept.get(log) ?? 0;
      const torn = trailing.findIndex((record, at) => at < count && !isWhole(record));
      if (torn < 0) continue;
      kept.set(log, torn);
      settled = false;
    }
  }
  return new Map([...logs.keys()].map((log) => [log, endOf(log)]));
}
