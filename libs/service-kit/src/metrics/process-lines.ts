import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Page } from './page.js';

const MICROSECONDS = 1e6;
const NANOSECONDS = 1e9;
const MILLISECONDS = 1e3;
/** Between two looks at how late the event loop is, ms. */
const LOOK_MS = 20;
const PERCENTILES = [50, 99] as const;

/** What the process itself uses. The event loop is watched from the first page on. */
export class ProcessMeter {
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  write(page: Page): void {
    const { user, system } = process.cpuUsage();
    page.counter('process_cpu_seconds_total', user / MICROSECONDS, { mode: 'user' });
    page.counter('process_cpu_seconds_total', system / MICROSECONDS, { mode: 'system' });
    const { rss, heapUsed, external } = process.memoryUsage();
    page.gauge('process_resident_bytes', rss);
    page.gauge('process_heap_bytes', heapUsed);
    page.gauge('process_external_bytes', external);
    const { active, idle } = performance.eventLoopUtilization();
    page.counter('event_loop_seconds_total', active / MILLISECONDS, { mode: 'active' });
    page.counter('event_loop_seconds_total', idle / MILLISECONDS, { mode: 'idle' });
    page.gauge('process_uptime_seconds', process.uptime());
    this.#writeDelay(page);
  }

  /** Since the page before; nothing on the first one. */
  #writeDelay(page: Page): void {
    const delay = this.#delay;
    if (delay && delay.count > 0) {
      for (const percentile of PERCENTILES) {
        const seconds = delay.percentile(percentile) / NANOSECONDS;
        page.gauge('event_loop_delay_seconds', seconds, { quantile: percentile / 100 });
      }
      page.gauge('event_loop_delay_seconds', delay.max / NANOSECONDS, { quantile: 1 });
      delay.reset();
    }
    if (this.#delay) return;
    this.#delay = monitorEventLoopDelay({ resolution: LOOK_MS });
    this.#delay.enable();
  }

  close(): void {
    this.#delay?.disable();
  }
}
