/** What is said of a part of a trace; positions are `lane` and `seq`. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** One part of a trace, from its begin to its end. */
export interface Span {
  /** names it to the parts that follow it, in any process */
  readonly traceparent: string;
  set(facts: SpanFacts): void;
  /** @param at  by the steady clock, ms; now by default */
  end(at?: number): void;
}

/**
 * Follows orders through the house. Traces travel beside orders and by positions of logs; nothing
 * of them is in a record. Without a tracer nothing is measured.
 */
export interface Tracer {
  /**
   * Something asks from outside.
   *
   * @param traceparent  of whoever asks, as it came
   * @returns undefined when this one is not sampled, whatever the caller wishes
   */
  begin(name: string, traceparent?: unknown): Span | undefined;
  /**
   * A part of a trace that was sampled where it began.
   *
   * @param at  when it began, by the steady clock, ms; now by default
   */
  follow(name: string, traceparent: string, at?: number): Span;
  /** Hands over what is measured. */
  close(): Promise<void>;
}
