import { command, describeIfFound, startStack, type Stack } from '@ringfence/stack';
import { EventReader } from './event-reader.fixture.js';
import { furnish, OPERATOR, Walk, type Json, type Reply } from './walk.fixture.js';

const SENDERS = 4;
const ORDERS = 40;
const PATIENT_MS = 30_000;
/** Nobody is refused; everybody is counted, in Redis. */
const RATE = { perSecond: 100_000, burst: 100_000 };

/** What is done to Redis when so many orders were answered. */
type Trouble = Readonly<Record<number, (walk: Walk) => Promise<void>>>;

interface Outcome {
  /** every balance of the house, a line each */
  readonly ledger: unknown;
  /** what each sender saw of its money behind each of its orders */
  readonly seen: readonly (readonly string[])[];
  readonly statuses: ReadonlySet<number>;
  /** reservations of the first sender that its stream told */
  readonly told: number;
}

const gauge = async (walk: Walk, name: string): Promise<number> => {
  const { body } = await walk.ask('GET', '/metrics', { as: '' });
  return Number(new RegExp(`^ringfence_${name} (.*)$`, 'm').exec(String(body['text']))?.[1]);
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${PATIENT_MS} ms`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

/** Senders that each order, and look at what is theirs behind every order. */
class Load {
  readonly statuses = new Set<number>();
  #answered = 0;
  #nonces = 0;

  constructor(
    readonly walk: Walk,
    readonly trouble: Trouble,
  ) {}

  /** @returns what the sender saw */
  async send(number: number, from: string, to: string): Promise<string[]> {
    const seen: string[] = [];
    for (let i = 0; i < ORDERS; i++) {
      const id = (number * ORDERS + i + 1).toString(16).padStart(32, 'a');
      const order = { id, from, to, asset: 'USDT', amount: `${i % 7}.5` };
      const { body } = this.#note(await this.#post(order));
      const { seq } = body['receipt'] as { readonly seq: number };
      const path = `/v1/accounts/${from}?minSeq=${seq}`;
      for (let reads = 0; reads < 2; reads++)
        seen.push(availableIn(this.#note(await this.#get(path))));
      await this.trouble[++this.#answered]?.(this.walk);
    }
    return seen;
  }
  #note(reply: Reply): Reply {
    this.statuses.add(reply.status);
    if (reply.status > 202) throw new Error(JSON.stringify(reply.body));
    return reply;
  }
  #nonce(): Readonly<Record<string, string>> {
    return { 'request-nonce': `nonce-${++this.#nonces}` };
  }
  #post(order: Json): Promise<Reply> {
    return this.walk.post('/v1/transfers', order, OPERATOR, this.#nonce());
  }
  #get(path: string): Promise<Reply> {
    return this.walk.ask('GET', path, { as: OPERATOR, headers: this.#nonce() });
  }
}
const availableIn = ({ body }: Reply): string =>
  String((body['balances'] as Json[]).find(({ bucket }) => bucket === 'excess')?.['available']);

/** The same orders on a new house, whatever is done to Redis meanwhile. */
async function run(redisUrl: string | undefined, trouble: Trouble): Promise<Outcome> {
  const walk = await Walk.begin({ projections: 'on', redisUrl, rate: RATE });
  try {
    await walk.untilRowsOpen();
    await furnish(walk);
    const accounts: string[] = [];
    for (let i = 0; i <= SENDERS; i++) {
      const of = { member: 0, owner: 'house', class: 'house', domain: null };
      const order = { ...of, reference: `${i}`, partition: i % 2 };
      accounts.push(String((await walk.must('/v1/accounts', order))['account']));
    }
    await walk.quiet();
    const [sink, ...senders] = accounts;
    for (const account of senders) await walk.deposit(account, 'USDT', '1000');
    const stream = await EventReader.open(walk, `account:${senders[0]}`, OPERATOR);
    const load = new Load(walk, trouble);
    const seen = await Promise.all(senders.map((from, i) => load.send(i, from, sink)));
    await walk.quiet();
    const reserved = () =>
      stream.of('account').filter(({ data }) => data['fact'] === 'TransferReserved').length;
    await stream.until(() => reserved() >= ORDERS);
    stream.close();
    const { body } = await walk.get('/v1/house/ledger');
    return { ledger: body['items'], seen, statuses: load.statuses, told: reserved() };
  } finally {
    await walk.end();
  }
}

describeIfFound(['redis'], 'Redis lost under load', () => {
  let stack: Stack<'redis'>;
  let without: Outcome;
  beforeAll(async () => {
    stack = await startStack({ parts: ['redis'] });
    without = await run(undefined, {});
  }, 300_000);
  afterAll(() => stack.stop());

  const size = async (): Promise<number> => Number(await command(stack.redis.url, ['DBSIZE']));
  const total = SENDERS * ORDERS;

  it('is used while it is there, and lost it changes no balance and fails no request', async () => {
    const sizes: number[] = [];
    const reachable: number[] = [];
    const flush = async (): Promise<void> => {
      sizes.push(await size());
      await command(stack.redis.url, ['FLUSHALL']);
    };
    const kill = async (walk: Walk): Promise<void> => {
      await stack.redis.kill('SIGKILL');
      await until(async () => (await gauge(walk, 'redis_reachable')) === 0 || ask(walk));
      reachable.push(await gauge(walk, 'redis_reachable'));
    };
    const back = async (walk: Walk): Promise<void> => {
      await stack.redis.restart();
      await until(async () => (await gauge(walk, 'redis_reachable')) === 1 || ask(walk));
      reachable.push(await gauge(walk, 'redis_reachable'));
    };
    const trouble: Trouble = {
      [Math.floor(total / 5)]: flush,
      [Math.floor((2 * total) / 5)]: kill,
      [Math.floor((3 * total) / 5)]: back,
      [Math.floor((4 * total) / 5)]: flush,
    };
    const lost = await run(stack.redis.url, trouble);
    expect(lost).toEqual(without);
    expect(lost.statuses).toEqual(new Set([200, 202]));
    expect(lost.told).toBe(ORDERS);
    expect(reachable).toEqual([0, 1]);
    for (const each of sizes) expect(each).toBeGreaterThan(10);
  }, 300_000);

  it('shows each sender its own money behind each of its orders', () => {
    for (const seen of without.seen) {
      const amounts = Array.from({ length: ORDERS }, (_, i) => (i % 7) + 0.5);
      let left = 1000;
      const expected = amounts.flatMap((amount) => {
        left -= amount;
        return [left.toFixed(6), left.toFixed(6)];
      });
      expect(seen).toEqual(expected);
    }
  });
});

/** A request that is counted in Redis, if it is there. */
async function ask(walk: Walk): Promise<boolean> {
  await walk.get('/v1/whoami');
  return false;
}
