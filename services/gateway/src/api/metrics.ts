import type { Edge } from './edge.js';

type Labels = Readonly<Record<string, string | number>>;

/** A page of measurements in the text format of Prometheus. */
class Page {
  readonly #lines = new Map<string, string[]>();

  add(name: string, value: number, labels: Labels = {}): void {
    const full = `ringfence_${name}`;
    const lines = this.#lines.get(full) ?? [`# TYPE ${full} gauge`];
    const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
    lines.push(`${full}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`);
    this.#lines.set(full, lines);
  }
  text(): string {
    return `${[...this.#lines.values()].flat().join('\n')}\n`;
  }
}

/**
 * How the house fares: lanes, what is in transit, the open round and whom it waits for, the read
 * models.
 */
export function metricsText({ lanes, readModels, live }: Edge): string {
  const page = new Page();
  for (const host of lanes) {
    for (const report of host.reports()) {
      const labels = { service: report.service, partition: report.partition };
      page.add('lane_active', report.status === 'active' ? 1 : 0, labels);
      page.add('lane_failing_ms', report.failingMs, labels);
      page.add('lane_seq', report.head.seq, labels);
      page.add('lane_queue', report.queued, labels);
      page.add('lane_unacked_messages', report.unacked, labels);
      page.add('lane_ignored_records', report.ignored, labels);
      page.add('lane_log_time_ms', report.time, labels);
      for (const gauge of host.gauges(report.partition)) {
        page.add(gauge.name, gauge.value, { ...labels, ...gauge.labels });
      }
    }
  }
  const { isOn, fault, parked } = readModels();
  page.add('projections_on', isOn && fault === undefined ? 1 : 0);
  page.add('parked_accounts', parked.size);
  const lag = readModels().lag();
  if (lag !== undefined) page.add('projection_lag_records', lag);
  for (const [name, value] of Object.entries(live.gauges())) page.add(name, value);
  page.add('process_resident_bytes', process.memoryUsage.rss());
  return page.text();
}
