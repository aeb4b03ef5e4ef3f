import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { DATABASE_VARIABLES, databaseOf } from '@ringfence/gateway';
import { jsonLog, readConfig } from '@ringfence/service-kit';
import { spanMemory } from '@ringfence/service-kit/span-memory';
import { familiesOf, namedMetrics } from './named-metrics.fixture.js';
import { furnish, OPERATOR, venueKey, Walk, type Reply } from './walk.fixture.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${CALLER}-00`;

/** Shown while something of the kind is there, on Kafka or with a Redis; or a role's name. */
const ELSEWHERE =
  /^ringfence_(close_outs|open_round|open_round_waits_for|journal_\w+|redis_\w+|reader)$/;

/** Read models in memory start a database of their own. */
const SHOWN_MS = 150_000;

const page = async (walk: Walk): Promise<string> =>
  String((await walk.ask('GET', '/metrics', { as: '' })).body['text']);

/** The one figure of the page whose line begins so. */
async function figure(walk: Walk, start: string): Promise<number> {
  const lines = (await page(walk)).split('\n').filter((each) => each.startsWith(start));
  expect(lines).toHaveLength(1);
  return Number(lines[0]?.split(' ').at(-1));
}

/** The rows reflect all there is; read models in memory take a while to open. */
async function untilShown(walk: Walk): Promise<void> {
  for (const end = performance.now() + SHOWN_MS; ;) {
    const { body } = await walk.get('/v1/house/quiet?wait=5000');
    if (body['quiet'] === true && body['projectionLag'] === 0) return;
    if (performance.now() > end) throw new Error(`not shown: ${JSON.stringify(body)}`);
  }
}

it('follows an order to the rows that show it, and shows all that is named', async () => {
  const { tracer, spans } = spanMemory();
  const walk = await Walk.begin({ tracer, projections: 'on' });
  const order = { id: walk.id(), name: 'member 1' };
  const { status, body } = await walk.post('/v1/members', order, OPERATOR, {
    traceparent: TRACEPARENT,
  });
  expect(status).toBe(202);
  const { seq } = body['receipt'] as { seq: number };
  await untilShown(walk);
  const found = spans().filter(({ traceId }) => traceId === TRACE);
  const of = (name: string) => found.find((each) => each.name === name);
  const [request, decide, append, rows] = [
    of('POST /v1/members'),
    of('decide'),
    of('append'),
    of('read model'),
  ];
  const lane = 'reference/0';
  expect(found).toHaveLength(4);
  expect(request).toMatchObject({ parent: CALLER, facts: { status: 202, orders: 1, lane, seq } });
  expect(decide).toMatchObject({ parent: request?.spanId, facts: { lane, seq, repeated: false } });
  expect(append).toMatchObject({ parent: decide?.spanId, facts: { lane, seq } });
  expect(rows).toMatchObject({ parent: request?.spanId, facts: { lane, seq } });
  expect(Number(rows?.facts['reached'])).toBeGreaterThanOrEqual(seq);

  const again = await walk.post('/v1/members', order, OPERATOR, { traceparent: TRACEPARENT });
  expect(again.body['repeated']).toBe(true);
  const repeats = spans().filter(({ facts }) => facts['repeated'] === true);
  expect(repeats).toMatchObject([{ name: 'decide', facts: { seq } }]);

  await furnish(walk);
  // the event loop is watched from the first page on
  let shown = familiesOf(await page(walk));
  for (const end = performance.now() + 5_000; performance.now() < end;) {
    if (shown.has('ringfence_event_loop_delay_seconds')) break;
    shown = familiesOf(await page(walk));
  }
  const missing = namedMetrics().filter((name) => !shown.has(name) && !ELSEWHERE.test(name));
  expect(missing).toEqual([]);
  await walk.end();
}, 240_000);

it('counts what each lane did, what it waits for, and who asked', async () => {
  const walk = await Walk.begin();
  await furnish(walk);
  const order = { id: walk.id(), name: 'one more' };
  await walk.post('/v1/members', order);
  await walk.post('/v1/members', order);
  await walk.quiet();
  const reference = '{service="reference",partition="0"}';
  expect(await figure(walk, `ringfence_lane_repeats_total${reference}`)).toBe(1);
  const records = await figure(walk, `ringfence_lane_append_seconds_count${reference}`);
  const seq = await figure(walk, `ringfence_lane_seq${reference}`);
  expect(records).toBe(seq - 1); // all but the one that opened the epoch
  expect(await figure(walk, `ringfence_lane_record_decisions_count${reference}`)).toBe(records);
  const decisions = await figure(walk, `ringfence_lane_record_decisions_sum${reference}`);
  expect(decisions).toBeGreaterThanOrEqual(records);
  for (const partition of [0, 1]) {
    const lane = `service="accounts",partition="${partition}"`;
    const lag = `ringfence_lane_input_lag_records{${lane},log="log.reference"}`;
    expect(await figure(walk, lag)).toBe(0);
    expect(await figure(walk, `ringfence_lane_outstanding{${lane}}`)).toBe(0);
  }
  await walk.ask('GET', '/v1/whoami', { as: 'nobody' });
  const route = 'method="GET",route="/v1/whoami",status="401"';
  expect(await figure(walk, `ringfence_http_request_seconds_count{${route}}`)).toBe(1);
  const cpu = await figure(walk, 'ringfence_process_cpu_seconds_total{mode="user"}');
  expect(cpu).toBeGreaterThan(0);
  const ready = await walk.ask('GET', '/ready', { as: '' });
  expect([ready.status, ready.body]).toEqual([200, { ready: true, waits: [] }]);
  await walk.end();
}, 60_000);

it('says nothing secret in the log: not of a start, a refusal, nor a fault', async () => {
  const password = 'a-word-of-the-database';
  const url = `postgres://house:${password}@127.0.0.1:1/house`;
  const lines: string[] = [];
  const log = jsonLog({
    service: 'house',
    instance: 0,
    writer: 'house-1',
    environment: { RINGFENCE_DATABASE_URL: url },
    write: (line) => lines.push(line),
  });
  const database = databaseOf(readConfig(DATABASE_VARIABLES, { RINGFENCE_DATABASE_URL: url }));
  // the database cannot be reached: a fault, and the log says so
  const walk = await Walk.begin({ projections: 'on', database, log });
  const refused = await walk.ask('POST', '/v1/members', { as: 'a-key-that-nobody-knows' });
  expect(refused.status).toBe(401);
  await walk.must('/v1/members', { name: 'member 1' });
  const key = { member: 1, role: 'venue', print: 'a'.repeat(64), label: '' };
  await walk.must('/v1/keys', key);
  for (const end = Date.now() + 30_000; lines.length === 0 && Date.now() < end;) {
    await walk.ask('GET', '/health', { as: '' });
  }
  await walk.end();
  const all = lines.join('');
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 'warn', service: 'house' });
  for (const secret of [password, OPERATOR, 'a-key-that-nobody-knows', venueKey(1)]) {
    expect(all).not.toContain(secret);
  }
}, 60_000);

it('says in one line why it does not start, and nothing secret', async () => {
  const password = 'a-word-of-the-database';
  const environment = {
    RINGFENCE_DATABASE_URL: `postgres://house:${password}@127.0.0.1:1/house`,
    RINGFENCE_PARTITIONS: 'many',
    RINGFENCE_TRACE: '2',
  };
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(1);
  expect(JSON.parse(said)).toMatchObject({ level: 'error', message: 'does not start' });
  expect(said).toMatch(/ConfigInvalid: RINGFENCE_PARTITIONS.*RINGFENCE_TRACE/);
  expect(said).not.toContain(password);
}, 60_000);

it('ends in order: what it acknowledged is there, what it did not take says so', async () => {
  const walk = await Walk.begin();
  await furnish(walk);
  const orders = Array.from({ length: 300 }, (_, i) => ({ id: walk.id(), name: `m ${i}` }));
  const replies = orders.map((order) => walk.post('/v1/members', order).catch(() => undefined));
  await Promise.race(replies);
  await walk.house.close();
  const answers = await Promise.all(replies);
  const taken = (reply: Reply | undefined): boolean => reply?.status === 202;
  expect(answers.some(taken)).toBe(true);
  for (const reply of answers.filter((each) => each && !taken(each))) {
    expect([reply?.status, reply?.body['code']]).toEqual([503, 'closing']);
  }
  await walk.start();
  for (const [i, reply] of answers.entries()) {
    const again = await walk.post('/v1/members', orders[i]);
    // nothing was recorded whose sender did not hear of it
    expect(again.body['repeated'] === true).toBe(taken(reply));
    if (taken(reply)) expect(again.body['receipt']).toEqual(reply?.body['receipt']);
  }
  await walk.end();
}, 60_000);
