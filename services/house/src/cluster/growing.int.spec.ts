import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@ringfence/journal';
import { describeWith, uniqueName } from '@ringfence/stack';
import { Cluster } from './cluster.js';

const SECRET = 'operator who sees the house grow';
const RUN_MS = 240_000;

interface Json {
  readonly [member: string]: unknown;
}

async function ask(url: string, method: 'GET' | 'POST', path: string, body?: Json): Promise<Json> {
  const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
  const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers };
  const response = await fetch(url + path, init);
  return (await response.json()) as Json;
}
const member = (no: number): Json => ({ id: String(no).padStart(32, '0'), name: `member ${no}` });

describeWith(['kafka'], 'a house that grows', ({ kafka }) => {
  it(
    'goes on with more processes per service and more gateways over the same logs (HOUSE-060)',
    async () => {
      const options = {
        folder: await mkdtemp(join(tmpdir(), 'ringfence-growing-')),
        partitions: 2,
        brokers: kafka.brokers,
        topicPrefix: `${uniqueName('growing')}.`,
        operatorPrint: hash(Buffer.from(SECRET, 'utf8')),
        environment: { RINGFENCE_PROJECTIONS: 'off' },
      };
      const small = new Cluster({ ...options, instances: 1 });
      let first: Json;
      try {
        await small.start();
        await small.untilOwned();
        first = await ask(small.url, 'POST', '/v1/members', member(1));
        expect(first['status']).toBe('accepted');
      } finally {
        await small.stop();
      }
      const large = new Cluster({ ...options, instances: 2, gateways: 2 });
      try {
        await large.start();
        await large.untilOwned();
        const [one, other] = [large.of('gateway', 0).url, large.of('gateway', 1).url];
        const again = await ask(one, 'POST', '/v1/members', member(1));
        expect(again).toEqual({ ...first, repeated: true });
        const { facts } = await ask(other, 'POST', '/v1/members', member(2));
        expect(facts).toEqual({ member: 2 });
        const found = await ask(one, 'GET', `/v1/commands/${String(member(2)['id'])}`);
        expect(found).toMatchObject({ status: 'accepted', facts: { member: 2 } });
        // the same id through both at once: one decision, and both hear of it
        const both = await Promise.all(
          [one, other].map((url) => ask(url, 'POST', '/v1/members', member(3))),
        );
        expect(both.map((each) => each['facts'])).toEqual([{ member: 3 }, { member: 3 }]);
        const [left, right] = both.map((each) => (each['receipt'] as Json)['hash']);
        expect(left).toBe(right);
      } finally {
        await large.stop();
      }
    },
    RUN_MS,
  );
});
