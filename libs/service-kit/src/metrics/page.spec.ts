import { Histogram } from './histogram.js';
import { Page } from './page.js';

describe('a page of metrics', () => {
  it('gathers a family under one type, whatever comes between (KIT-120)', () => {
    const page = new Page();
    page.gauge('lane_seq', 7, { service: 'risk', partition: 0 });
    page.counter('lane_repeats_total', 2);
    page.gauge('lane_seq', 8, { service: 'risk', partition: 1 });
    expect(page.text()).toBe(
      [
        '# TYPE ringfence_lane_seq gauge',
        'ringfence_lane_seq{service="risk",partition="0"} 7',
        'ringfence_lane_seq{service="risk",partition="1"} 8',
        '# TYPE ringfence_lane_repeats_total counter',
        'ringfence_lane_repeats_total 2\n',
      ].join('\n'),
    );
  });

  it('writes what a label may not hold so that it reads back (KIT-121)', () => {
    const page = new Page();
    page.gauge('x', 1, { lane: 'a"b\\c\nd' });
    expect(page.text()).toContain('ringfence_x{lane="a\\"b\\\\c\\nd"} 1');
  });

  it('shows a histogram as running counts, on both sides of each bound (KIT-122)', () => {
    const histogram = new Histogram([1, 5]);
    for (const value of [0.5, 1, 1.5, 5, 6]) histogram.note(value);
    const page = new Page();
    page.histogram('t', histogram, { p: 0 });
    expect(page.text().split('\n')).toEqual([
      '# TYPE ringfence_t histogram',
      'ringfence_t_bucket{p="0",le="1"} 2',
      'ringfence_t_bucket{p="0",le="5"} 4',
      'ringfence_t_bucket{p="0",le="+Inf"} 5',
      'ringfence_t_sum{p="0"} 14',
      'ringfence_t_count{p="0"} 5',
      '',
    ]);
  });
});
