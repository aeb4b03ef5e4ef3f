import { of } from 'rxjs';
import type { BatchAnswer, CommandBatch } from './command-bus.js';
import { LaneTransport } from './lane-transport.js';

const BATCH: CommandBatch = {
  service: 'accounts',
  partition: 1,
  commands: [{} as CommandBatch['commands'][number]],
};

describe('the transport of orders', () => {
  const answering = (answer: unknown): LaneTransport => {
    const transport = new LaneTransport();
    transport.addHandler('commands.accounts', async () => answer);
    return transport;
  };

  it('hands a batch to the service that listens and gives back its answers', async () => {
    const busy: BatchAnswer = { kind: 'busy' };
    expect(await answering(busy).hand(BATCH)).toBe(busy);
    expect(await answering(of(busy)).hand(BATCH)).toBe(busy);
  });

  it('says that nothing was taken when no service listens', async () => {
    expect(await new LaneTransport().hand(BATCH)).toEqual({
      kind: 'stopped',
      reason: 'no accounts service runs here',
    });
  });

  it('never says "failed" when the service threw: nobody can tell what it did', async () => {
    const thrown = answering({ status: 'error', message: 'Internal server error' });
    expect(await thrown.hand(BATCH)).toEqual({
      kind: 'answers',
      answers: [{ kind: 'pending', reason: expect.any(String) }],
    });
  });
});
