import { HealthController } from './health.module.js';
import { HealthSigns } from './health-signs.js';
import type { HostedLanes, HostedStatus, LaneReport } from './hosted-lanes.js';

const hosted = (service: 'accounts' | 'risk', statuses: readonly HostedStatus[]): HostedLanes =>
  ({
    service,
    partitions: statuses.length,
    reports: () =>
      statuses.map((status, partition) => ({
        service,
        partition,
        status,
        fault: status === 'stopped' ? 'a fault' : '',
      })) as unknown as readonly LaneReport[],
  }) as HostedLanes;

function checked(hosts: readonly HostedLanes[], isUp = true): { code: number; body: object } {
  const signs = new HealthSigns();
  signs.join({ name: 'read-models', look: () => ({ isUp, shown: { lag: 3 } }) });
  let code = 0;
  const body = new HealthController(hosts, signs).check({ code: (status) => (code = status) });
  return { code, body };
}

describe('the health of a process', () => {
  it('is ok while its lanes decide or stand by (KIT-170)', () => {
    const info = {
      accounts: { status: 'up', lanes: 2 },
      'read-models': { status: 'up', lag: 3 },
    };
    expect(checked([hosted('accounts', ['active', 'standby'])])).toEqual({
      code: 200,
      body: { status: 'ok', info, error: {}, details: info },
    });
  });

  it('names the lane that does not and why, beside what is up (KIT-171)', () => {
    const { code, body } = checked([hosted('accounts', ['active', 'stopped']), hosted('risk', [])]);
    const stopped = [{ partition: 1, status: 'stopped', fault: 'a fault' }];
    expect(code).toBe(503);
    expect(body).toMatchObject({
      status: 'error',
      info: { risk: { status: 'up' }, 'read-models': { status: 'up' } },
      error: { accounts: { status: 'down', stopped } },
      details: { accounts: { status: 'down', stopped }, risk: { status: 'up' } },
    });
  });

  it('is no better than a part beside the lanes (KIT-172)', () => {
    const { code, body } = checked([hosted('accounts', ['active'])], false);
    expect(code).toBe(503);
    expect(body).toMatchObject({ error: { 'read-models': { status: 'down', lag: 3 } } });
  });
});
