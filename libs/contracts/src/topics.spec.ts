import { InvariantViolation, SERVICES } from '@ringfence/kernel';
import { STREAM_KINDS, topicOf, topicsOf } from './topics.js';

describe('the topics of the house', () => {
  const topics = topicsOf(4);

  it('are one of each kind per service, each name once', () => {
    expect(topics).toHaveLength(SERVICES.length * STREAM_KINDS.length);
    expect(new Set(topics.map(({ topic }) => topic)).size).toBe(topics.length);
    expect(topics.find(({ topic }) => topic === topicOf('chan', 'custody'))).toMatchObject({
      kind: 'chan',
      service: 'custody',
      partitions: 4,
    });
  });

  it('have one partition for the reference lane, whose order is the order of the house', () => {
    for (const { service, partitions } of topics) {
      expect(partitions).toBe(service === 'reference' ? 1 : 4);
    }
  });

  it('keep logs and commands for ever', () => {
    for (const { kind, retentionMs } of topics) {
      expect(retentionMs === 'forever').toBe(kind === 'log' || kind === 'cmd');
    }
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be made for %d partitions', (partitions) => {
    expect(() => topicsOf(partitions)).toThrow(InvariantViolation);
  });
});
