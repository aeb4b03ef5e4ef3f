/**
 * Up to where a stream has told a log. Without an ordinal: the whole record; else its events up to
 * that one, counted from 0 over all decisions of the record.
 */
export interface Place {
  readonly seq: number;
  readonly ordinal?: number;
}

/** Whether an event comes behind a place. */
export const isBehind = ({ seq, ordinal }: Place, of: Required<Place>): boolean =>
  of.seq > seq || (of.seq === seq && ordinal !== undefined && of.ordinal > ordinal);

/** A log as ids name it: `accounts/1`. */
export type LogName = string;

const ONE = /^([a-z]+\/\d{1,4}):(\d{1,16})(?::(\d{1,7}))?$/;
const TEXT_MAX = 8_192;

/** Where a stream stands in each of its logs: `reference/0:120:3,risk/1:33`. */
export const placesText = (places: Iterable<readonly [LogName, Place]>): string =>
  Array.from(places, ([log, { seq, ordinal }]) =>
    ordinal === undefined ? `${log}:${seq}` : `${log}:${seq}:${ordinal}`,
  ).join(',');

/** @returns undefined for a text that is no such list */
export function parsePlaces(text: string): ReadonlyMap<LogName, Place> | undefined {
  const places = new Map<LogName, Place>();
  if (text.length > TEXT_MAX) return undefined;
  for (const one of text.split(',')) {
    const [, log, seq, ordinal] = ONE.exec(one) ?? [];
    if (log === undefined || !Number.isSafeInteger(Number(seq))) return undefined;
    const at = { seq: Number(seq) };
    places.set(log, ordinal === undefined ? at : { ...at, ordinal: Number(ordinal) });
  }
  return places;
}
