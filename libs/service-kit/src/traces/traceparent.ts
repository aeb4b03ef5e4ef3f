/** What a `traceparent` header of W3C says. */
export interface TraceContext {
  /** 32 hexadecimal digits */
  readonly traceId: string;
  /** 16 hexadecimal digits */
  readonly spanId: string;
}

const HEADER = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;
const NOTHING = /^0+$/;
const SAMPLED = '01';

/** @returns undefined for anything that the standard does not allow */
export function readTraceparent(text: unknown): TraceContext | undefined {
  if (typeof text !== 'string') return undefined;
  const [, traceId, spanId] = HEADER.exec(text) ?? [];
  if (!traceId || !spanId || NOTHING.test(traceId) || NOTHING.test(spanId)) return undefined;
  return { traceId, spanId };
}

export const writeTraceparent = ({ traceId, spanId }: TraceContext): string =>
  `00-${traceId}-${spanId}-${SAMPLED}`;

/** Digits of a trace id that are random by the standard, and how many numbers they make. */
const RANDOM_DIGITS = 12;
const RANDOM_NUMBERS = 16 ** RANDOM_DIGITS;

/** Whether a trace belongs to that share of all; every process that asks says the same. */
export const isSampled = ({ traceId }: Pick<TraceContext, 'traceId'>, ratio: number): boolean =>
  Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) < ratio * RANDOM_NUMBERS;
