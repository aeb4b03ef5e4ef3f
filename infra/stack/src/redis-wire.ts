import { exchange } from './exchange.js';

const DEADLINE_MS = 5_000;

/**
 * Runs one Redis command over a connection of its own.
 *
 * @param url      `redis://127.0.0.1:port`
 * @param command  name and arguments; none may hold a space or a quote
 * @returns the answer as one text; for none the empty text
 * @throws Error with Redis' own message, also while it still loads its data
 */
export function command(url: string, words: string[], deadlineMs = DEADLINE_MS): Promise<string> {
  const request = Buffer.from(`${words.join(' ')}\r\n`);
  return exchange(Number(new URL(url).port), request, replyIn, deadlineMs);
}

/** Reads a simple, integer or bulk reply; undefined while it is not whole. */
export function replyIn(received: Buffer): string | undefined {
  const lineEnd = received.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const type = String.fromCharCode(received[0]);
  const line = received.toString('utf8', 1, lineEnd);
  if (type === '-') throw new Error(line);
  if (type !== '$') return line;
  const length = Number(line);
  if (length < 0) return '';
  const start = lineEnd + 2;
  return received.length < start + length + 2
    ? undefined
    : received.toString('utf8', start, start + length);
}
