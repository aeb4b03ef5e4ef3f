import { bytesPerSecondIn } from './perf-producer.js';

describe('what the perf producer prints', () => {
  it('is read from its last line, in bytes', () => {
    const sum =
      '20000 steady state records sent, 3276.5 records/sec (150.25 MB/sec), 180.00 ms avg latency.';
    const text = `22000 records sent, 1800.0 records/sec (80.00 MB/sec), 1 ms avg\n${sum}\n`;
    expect(bytesPerSecondIn(text)).toBe(150.25 * 2 ** 20);
  });
  it('is no result when it failed', () => {
    expect(() => bytesPerSecondIn('org.apache.kafka.common.errors.TimeoutException')).toThrow(
      'TimeoutException',
    );
  });
});
