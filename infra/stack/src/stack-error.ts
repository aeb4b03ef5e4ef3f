import * as fs from 'node:fs';

/** How much of a server's own log an error repeats. */
const LOG_TAIL_BYTES = 4096;
const LOG_TAIL_LINES = 12;

/** The servers that a stack is made of. */
export type Part = 'kafka' | 'postgres' | 'redis';

/** Something of the stack could not be started, reached or stopped; the message names it. */
export class StackError extends Error {
  override name = 'StackError';
}

/** A part is not installed here; the message is the sentence that says why it cannot be had. */
export class PartMissing extends StackError {
  override name = 'PartMissing';
  readonly part: Part;
  /** The sentence without the part's name. */
  readonly why: string;

  constructor(part: Part, why: string) {
    super(`${part}: ${why}`);
    this.part = part;
    this.why = why;
  }
}

/** The last lines of a log, indented, or a sentence that there is none. */
export function lastWords(logFile: string): string {
  let text: string;
  try {
    const bytes = fs.readFileSync(logFile);
    text = bytes.subarray(Math.max(0, bytes.length - LOG_TAIL_BYTES)).toString('utf8');
  } catch {
    // A server that never started has no log; the sentence below says so.
    text = '';
  }
  const lines = text.trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  if (lines.join('') === '') return `its log ${logFile} is empty`;
  return [`its log ${logFile} says last:`, ...lines.map((line) => `    ${line}`)].join('\n');
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
