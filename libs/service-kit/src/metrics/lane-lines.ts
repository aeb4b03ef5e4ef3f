import type { Service } from '@ringfence/kernel';
import type { HostedLanes, LaneReport } from '../hosted-lanes.js';
import type { Labels, Page } from './page.js';

/** How every lane of a process stands, or of a house as a gateway hears of it. */
export function lanesOn(page: Page, hosts: readonly HostedLanes[]): void {
  for (const host of hosts) {
    for (const report of host.reports()) {
      const labels = { service: report.service, partition: report.partition };
      reportOn(page, report, labels);
      for (const { topic, taken, read } of report.inputs) {
        const end = Math.max(read, endOf(hosts, topic, report.partition));
        page.gauge('lane_input_lag_records', Math.max(0, end - taken), { ...labels, log: topic });
      }
      for (const gauge of host.gauges(report.partition)) {
        page.gauge(gauge.name, gauge.value, { ...labels, ...gauge.labels });
      }
      const meter = host.meterOf?.(report.partition);
      if (!meter) continue;
      page.histogram('lane_append_seconds', meter.append, labels);
      page.histogram('lane_record_decisions', meter.batch, labels);
    }
  }
}

function reportOn(page: Page, report: LaneReport, labels: Labels): void {
  page.gauge('lane_active', report.status === 'active' ? 1 : 0, labels);
  page.gauge('lane_status', 1, { ...labels, status: report.status });
  page.gauge('lane_failing_ms', report.failingMs, labels);
  page.gauge('lane_seq', report.head.seq, labels);
  page.gauge('lane_epoch', report.head.epoch, labels);
  page.gauge('lane_queue', report.queued, labels);
  page.gauge('lane_outstanding', report.outstanding, labels);
  page.gauge('lane_unacked_messages', report.unacked, labels);
  page.gauge('lane_ignored_records', report.ignored, labels);
  page.gauge('lane_log_time_ms', report.time, labels);
  page.counter('lane_repeats_total', report.repeated, labels);
  page.counter('lane_faulted_total', report.faulted, labels);
  page.counter('lane_quarantined_total', report.quarantined, labels);
}

/** The reference log is one for all partitions. */
function endOf(hosts: readonly HostedLanes[], topic: string, partition: number): number {
  const service = topic.slice('log.'.length) as Service;
  const host = hosts.find((each) => each.service === service);
  return host?.endOf(service === 'reference' ? 0 : partition) ?? 0;
}
