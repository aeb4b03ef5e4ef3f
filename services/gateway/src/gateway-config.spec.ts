import { readConfig } from '@ringfence/service-kit';
import { GATEWAY_VARIABLES, gatewayConfig } from './gateway.config.js';

const config = (environment: Readonly<Record<string, string>>) =>
  gatewayConfig(readConfig(GATEWAY_VARIABLES, environment));

describe('the configuration of what may be lost', () => {
  it('has no Redis and limits nobody unless it is told to', () => {
    const { redisUrl, rate, limitsClock } = config({});
    expect([redisUrl, rate, limitsClock]).toEqual([undefined, undefined, false]);
  });
  it('has a burst of one second when none is given', () => {
    const rateOf = (perSecond: string, more = {}) =>
      config({ RINGFENCE_RATE_PER_SECOND: perSecond, ...more }).rate;
    expect(rateOf('2.5')).toEqual({ perSecond: 2.5, burst: 3 });
    expect(rateOf('0.1')).toEqual({ perSecond: 0.1, burst: 1 });
    expect(rateOf('5', { RINGFENCE_RATE_BURST: '50' })).toEqual({ perSecond: 5, burst: 50 });
  });
  it.each([
    ['RINGFENCE_REDIS_URL', 'http://127.0.0.1:6379'],
    ['RINGFENCE_REDIS_URL', 'nowhere'],
    ['RINGFENCE_RATE_PER_SECOND', '0'],
    ['RINGFENCE_RATE_PER_SECOND', 'many'],
    ['RINGFENCE_RATE_BURST', '1.5'],
    ['RINGFENCE_RATE_CLOCK', 'maybe'],
  ])('names %s when it is %p', (variable, value) => {
    const problems = [{ variable, rule: expect.any(String) as unknown }];
    expect(() => config({ [variable]: value })).toThrow(expect.objectContaining({ problems }));
  });
});
