import type { Log } from '../logs/log.js';
import type { Tracer } from './tracer.js';

export interface TraceConfig {
  /** share of requests that are followed; 0: tracing is off */
  readonly RINGFENCE_TRACE: number;
  /** an OpenTelemetry collector's address for traces; without it spans are lines of the log */
  readonly RINGFENCE_OTLP_URL?: string;
}

/** @returns undefined when tracing is off; then nothing of the library is loaded */
export async function openTracer(
  config: TraceConfig,
  service: string,
  log: Log,
): Promise<Tracer | undefined> {
  const { RINGFENCE_TRACE: ratio, RINGFENCE_OTLP_URL: url } = config;
  if (ratio === 0) return undefined;
  const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { otelTracer } = await import('./otel-tracer.js');
  const processor = new BatchSpanProcessor(
    url === undefined
      ? (await import('./log-exporter.js')).logExporter(log)
      : new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter({ url }),
  );
  const resource = { 'service.name': `ringfence-${service}` };
  return otelTracer({ ratio, processor, resource });
}
