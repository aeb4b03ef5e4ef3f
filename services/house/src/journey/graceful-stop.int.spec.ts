import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@ringfence/journal';
import { describeWith, uniqueName } from '@ringfence/stack';
import { Cluster } from '../cluster/cluster.js';
import type { ServiceProcess } from '../cluster/service-process.js';
import { familiesOf, namedMetrics } from './named-metrics.fixture.js';
import { OPERATOR, venueKey, type Json } from './walk.fixture.js';

const TEST_MS = 300_000;
const WAIT_MS = 90_000;
const LOOK_MS = 50;
/** a takeover by silence would take longer than the takeover below may */
const SILENCE_MS = 60_000;
const TAKEOVER_MS = 30_000;
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const printOf = (secret: string): string => hash(Buffer.from(secret, 'utf8'));
const idOf = (number: number): string => number.toString(16).padStart(32, '0');

async function until(what: string, holds: () => Promise<boolean>, ms = WAIT_MS): Promise<void> {
  for (const end = performance.now() + ms; !(await holds());) {
    if (performance.now() > end) throw new Error(`in ${ms} ms it did not come to pass: ${what}`);
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}

async function statusOf({ url }: ServiceProcess): Promise<string | undefined> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return /lane_status\{service="accounts",partition="0",status="([\w-]+)"\} 1/.exec(page)?.[1];
}

describeWith(['kafka'], 'a process that ends in order', ({ kafka }) => {
  let cluster: Cluster;
  let owner: ServiceProcess;
  let standby: ServiceProcess;

  beforeAll(async () => {
    cluster = new Cluster({
      folder: await mkdtemp(join(tmpdir(), 'ringfence-stop-')),
      partitions: 1,
      brokers: kafka.brokers,
      topicPrefix: `${uniqueName('stop')}.`,
      operatorPrint: printOf(OPERATOR),
      instances: 2,
      environment: {
        RINGFENCE_PROJECTIONS: 'off',
        RINGFENCE_SILENCE_MS: String(SILENCE_MS),
        RINGFENCE_TRACE: '1',
      },
    });
    owner = cluster.of('accounts', 0);
    standby = cluster.of('accounts', 1);
    await cluster.of('risk').start();
    await owner.start();
    await until('accounts-0 owns its lane', async () => (await statusOf(owner)) === 'active');
    await standby.start();
    await until('accounts-1 stands by', async () => (await statusOf(standby)) === 'standby');
    await cluster.of('gateway').start();
  }, TEST_MS);
  afterAll(async () => {
    await cluster.kill();
    await rm(cluster.options.folder, { recursive: true });
  }, TEST_MS);

  async function post(path: string, body: Json, key = OPERATOR) {
    const response = await fetch(cluster.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        traceparent: `00-${TRACE}-${'1'.repeat(16)}-01`,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  }
  const openAccount = (number: number) => {
    const client = { class: 'client-individual', domain: null, reference: '' };
    const order = { id: idOf(number), member: 1, owner: `owner ${number}`, ...client };
    return post('/v1/accounts', order, venueKey(1));
  };

  it(
    'loses nothing that it took, and its standby does not wait for a silence (KIT-150)',
    async () => {
      const member = { id: idOf(1_000_001), name: 'member 1' };
      await until('the gateway serves', async () => {
        const { status } = await post('/v1/members', member);
        return status === 202;
      });
      const key = { member: 1, role: 'venue', print: printOf(venueKey(1)), label: '' };
      expect((await post('/v1/keys', { id: idOf(1_000_002), ...key })).status).toBe(202);
      await until('accounts take orders', async () => (await openAccount(1)).status === 202);

      const asked = Array.from({ length: 200 }, (_, i) => openAccount(i + 2));
      await Promise.race(asked);
      const began = performance.now();
      await owner.stop();
      expect(owner.exitCode).toBe(0);
      const shown = familiesOf(await (await fetch(`${standby.url}/metrics`)).text());
      const named = namedMetrics().filter((name) => name.startsWith('ringfence_journal_'));
      expect(named.filter((name) => !shown.has(name))).toEqual([]);
      await until(
        'the standby owns the lane',
        async () => (await statusOf(standby)) === 'active',
        TAKEOVER_MS,
      );
      expect(performance.now() - began).toBeLessThan(SILENCE_MS);

      // every order acts once: what its first owner recorded is there, the rest the next one takes
      const first = await Promise.all(asked);
      expect(new Set(first.map(({ status }) => status))).toEqual(new Set([202]));
      const again = await Promise.all(first.map((_, i) => openAccount(i + 2)));
      for (const [i, { body }] of first.entries()) {
        const { receipt, status } = again[i].body;
        if (body['receipt'] !== undefined) expect(receipt).toEqual(body['receipt']);
        expect(status).toBe('accepted');
      }
    },
    TEST_MS,
  );

  it(
    'has taken the trace of an order across processes, with positions (KIT-151)',
    async () => {
      const peerKey = String(owner.plan.environment['RINGFENCE_PEER_KEY']);
      const stranger = { method: 'POST', headers: { 'ringfence-peer-key': `not ${peerKey}` } };
      expect((await fetch(`${standby.url}/peer/standings`, stranger)).status).toBe(403);
      await cluster.of('gateway').stop();
      const spans = async (process: ServiceProcess): Promise<Json[]> => {
        const text = await readFile(process.logFile, 'utf8');
        const lines = text.split('\n').filter((line) => line.includes('"message":"span '));
        return lines.map((line) => JSON.parse(line) as Json);
      };
      const requests = (await spans(cluster.of('gateway'))).filter(
        ({ trace, message }) => trace === TRACE && String(message).includes('POST /v1/accounts'),
      );
      for (const each of [cluster.of('gateway'), cluster.of('risk'), owner, standby]) {
        const said = await readFile(each.logFile, 'utf8');
        for (const secret of [peerKey, OPERATOR, venueKey(1)]) expect(said).not.toContain(secret);
      }
      const lanes = (await spans(owner)).filter(({ trace }) => trace === TRACE);
      expect(String(requests[0]?.['message'])).toMatch(/lane=accounts\/0 seq=\d+/);
      for (const name of ['decide', 'append']) {
        const found = lanes.find(({ message }) => String(message).startsWith(`span ${name}:`));
        expect(String(found?.['message'])).toMatch(/lane=accounts\/0.* seq=\d+/);
        expect(found).toMatchObject({ service: 'accounts', instance: 0 });
      }
    },
    TEST_MS,
  );
});
