import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { otelTracer } from './otel-tracer.js';
import type { Tracer } from './tracer.js';

/** A span that ended, with what names it and its parent. */
export interface SeenSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

const MS_PER_SECOND = 1e3;
const MS_PER_NANOSECOND = 1e-6;

/** A tracer that keeps what it measures. */
export function spanMemory(ratio = 1): {
  readonly tracer: Tracer;
  readonly spans: () => readonly SeenSpan[];
} {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(exporter);
  const tracer = otelTracer({ ratio, processor, resource: { 'service.name': 'spec' } });
  const spans = (): readonly SeenSpan[] =>
    exporter.getFinishedSpans().map((span) => {
      const { traceId, spanId } = span.spanContext();
      const [seconds, nanos] = span.duration;
      const { name, attributes: facts, parentSpanContext } = span;
      const ms = seconds * MS_PER_SECOND + nanos * MS_PER_NANOSECOND;
      return { name, traceId, spanId, parent: parentSpanContext?.spanId, facts, ms };
    });
  return { tracer, spans };
}
