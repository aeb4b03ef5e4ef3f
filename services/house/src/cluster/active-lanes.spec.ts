import { activeLanes, lanesIn } from './active-lanes.js';

describe('the lanes that a process decides for', () => {
  it('are read from its own metrics (HOUSE-061)', () => {
    const page = [
      '# TYPE ringfence_lane_active gauge',
      'ringfence_lane_active{service="risk",partition="0"} 1',
      'ringfence_lane_active{service="risk",partition="1"} 0',
      'ringfence_lane_active{service="reference",partition="0"} 1',
      'ringfence_lane_status{service="risk",partition="1",status="active"} 1',
    ].join('\n');
    expect(lanesIn(page)).toEqual(['risk/0', 'reference/0']);
  });

  it('are none while it does not answer (HOUSE-062)', async () => {
    expect(await activeLanes('http://127.0.0.1:1')).toEqual([]);
  });
});
