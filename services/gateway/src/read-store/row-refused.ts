import { QueryFailedError } from 'typeorm';

/** A value that the database refuses, however often it is asked. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused';
}

/**
 * Classes of SQLSTATE that speak of what was written: data exception, integrity constraint, limit
 * exceeded. All others are about the database, its schema or the way to it.
 *
 * @source PostgreSQL, appendix A
 */
const OF_DATA: ReadonlySet<string> = new Set(['22', '23', '54']);

/** What the database said against the data; undefined when the fault is another. */
export function refusalOf(fault: unknown): string | undefined {
  if (!(fault instanceof QueryFailedError)) return undefined;
  const { code = '', message } = fault.driverError as Error & { readonly code?: string };
  return OF_DATA.has(code.slice(0, 2)) ? message : undefined;
}
