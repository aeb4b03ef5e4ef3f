import {
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
} from '@opentelemetry/api';
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { isSampled, readTraceparent, writeTraceparent, type TraceContext } from './traceparent.js';
import type { Span, Tracer } from './tracer.js';

/** A collector has so long to take what is left when the process ends, ms. */
const CLOSE_MS = 3_000;

export interface OtelTracerOptions {
  /** share of requests that are followed, above 0 and at most 1 */
  readonly ratio: number;
  readonly processor: SpanProcessor;
  /** said of every span, such as `service.name` */
  readonly resource: Readonly<Record<string, string>>;
}

/** Traces through OpenTelemetry. Loaded only where tracing is on. */
export function otelTracer({ ratio, processor, resource }: OtelTracerOptions): Tracer {
  const provider = new BasicTracerProvider({
    spanProcessors: [processor],
    resource: resourceOf(resource),
  });
  const tracer = provider.getTracer('ringfence');
  const start = (name: string, parent: TraceContext | undefined, at?: number): Span =>
    spanOf(tracer.startSpan(name, { startTime: at }, parent ? under(parent) : ROOT_CONTEXT));
  return {
    begin(name, traceparent) {
      const parent = readTraceparent(traceparent);
      // a caller's flag costs the house nothing: the house alone decides how much it measures
      const isWanted = parent ? isSampled(parent, ratio) : Math.random() < ratio;
      return isWanted ? start(name, parent) : undefined;
    },
    follow: (name, traceparent, at) => start(name, readTraceparent(traceparent), at),
    close: () => within(CLOSE_MS, provider.shutdown()),
  };
}

/** What is shut down, or that time: a collector that is away keeps no process alive. */
async function within(ms: number, shutdown: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<void>((end) => (timer = setTimeout(end, ms)));
  await Promise.race([shutdown.catch(() => undefined), isOver]);
  clearTimeout(timer);
}

const under = (parent: TraceContext): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    ...parent,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });

const spanOf = (span: OtelSpan): Span => ({
  traceparent: writeTraceparent(span.spanContext()),
  set: (facts) => void span.setAttributes(facts),
  end: (at) => span.end(at),
});

type Resource = NonNullable<ConstructorParameters<typeof BasicTracerProvider>[0]>['resource'];
/** The library's own maker of these is another package; this is all that exporters ask. */
function resourceOf(attributes: Readonly<Record<string, string>>): Resource {
  return {
    attributes,
    asyncAttributesPending: false,
    merge: (other) => (other ? resourceOf({ ...attributes, ...texts(other.attributes) }) : self()),
    getRawAttributes: () => Object.entries(attributes),
  } as Resource;
  function self(): NonNullable<Resource> {
    return resourceOf(attributes) as NonNullable<Resource>;
  }
}
const texts = (attributes: object): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
