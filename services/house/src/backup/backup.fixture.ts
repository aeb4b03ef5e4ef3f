import { hash, type ChainHead, type Journal, type Stream } from '@ringfence/journal';
import { addressesOf, addressText, SERVICES } from '@ringfence/kernel';
import { commandStream, foldLane, logStream, NO_SNAPSHOTS, type LaneCore } from '@ringfence/lane';
import { Cluster, type ClusterOptions } from '../cluster/cluster.js';
import { Conservation } from '../demo/conservation.js';
import { LANES } from '../demo/lanes.js';
import { OPERATOR, Walk, type Json } from '../journey/walk.fixture.js';
import { entriesOf } from './copy.js';

const SENDERS = 3;
const ORDERS_PER_REQUEST = 500;
const DEADLINE_MS = 60_000;

/** Waits for a condition, not for a time. @throws Error at the deadline, saying for what */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = DEADLINE_MS,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

interface WalkOptions extends Omit<ClusterOptions, 'operatorPrint'> {
  /** some lanes will not open: nobody waits for them */
  readonly expectStopped?: boolean;
}

/** A walk through the API of a cluster: who walks there has the API and nothing else. */
export async function walkOn(options: WalkOptions): Promise<{ walk: Walk; cluster: Cluster }> {
  const cluster = new Cluster({
    ...options,
    operatorPrint: hash(Buffer.from(OPERATOR, 'utf8')),
    instances: options.instances ?? 1,
  });
  Walk.elsewhere = async () => {
    await cluster.start();
    if (!options.expectStopped) await cluster.untilOwned();
    return { url: cluster.url, close: () => cluster.stop() };
  };
  try {
    const { folder, partitions } = options;
    return { cluster, walk: await Walk.begin({ folder, partitions }) };
  } catch (fault) {
    await cluster.stop();
    throw fault;
  } finally {
    Walk.elsewhere = undefined;
  }
}

/** Accounts of the house itself, which may move money between them: one per partition. */
export async function accountPerPartition(walk: Walk, partitions: number): Promise<string[]> {
  const accounts: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const owned = { member: 0, owner: 'house', class: 'house', domain: null };
    const order = { ...owned, reference: '', partition };
    accounts.push(String((await walk.must('/v1/accounts', order))['account']));
  }
  await walk.quiet();
  return accounts;
}

/** An order that was acknowledged, and the receipt of its decision. */
export interface Acked {
  readonly order: Json;
  readonly receipt: Json;
}

/** Transfers between accounts, from several senders at once, each its next after an answer. */
export class Load {
  readonly acked: Acked[] = [];
  /** answers that were no acknowledgement, as text: each must be one that promises nothing */
  readonly others: string[] = [];
  /** recorded, and refused: there must be none, or nothing was moved */
  readonly rejected: Json[] = [];
  /** all that was sent */
  readonly orders: Json[] = [];
  #going = true;
  readonly #senders: readonly Promise<void>[];

  constructor(
    readonly walk: Walk,
    readonly accounts: readonly string[],
    /** who orders them */
    readonly key: string,
    /** what was sent before, by the load that this one goes on with */
    before?: Load,
  ) {
    for (const field of ['acked', 'others', 'rejected', 'orders'] as const) {
      (this[field] as unknown[]).push(...(before?.[field] ?? []));
    }
    this.#senders = Array.from({ length: SENDERS }, () => this.#send());
  }

  async #send(): Promise<void> {
    while (this.#going) {
      const number = this.orders.length;
      const [from, to] = [0, 1].map(
        (step) => this.accounts[(number + step) % this.accounts.length],
      );
      const id = `b${(number + 1).toString(16).padStart(31, '0')}`;
      const order = { id, from, to, asset: 'USDT', amount: '0.01' };
      this.orders.push(order);
      const answer = await this.walk.post('/v1/transfers', order, this.key).catch(String);
      if (typeof answer === 'string') this.others.push(answer);
      else if (answer.body['status'] === 'rejected') this.rejected.push(answer.body);
      else if (answer.body['receipt']) {
        this.acked.push({ order, receipt: answer.body['receipt'] as Json });
      } else this.others.push(JSON.stringify(answer.body));
    }
  }

  /** Resolves when so many more were acknowledged. */
  async more(count: number): Promise<readonly Acked[]> {
    const enough = this.acked.length + count;
    await until(`${enough} acknowledged`, () => this.acked.length >= enough);
    return [...this.acked];
  }
  /** Goes on after the end. */
  next(): Load {
    return new Load(this.walk, this.accounts, this.key, this);
  }
  async end(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#senders);
  }
}

/** Sends orders that were sent before. @returns what is said of each, in their order */
export async function sendAgain(
  walk: Walk,
  orders: readonly Json[],
  key: string,
): Promise<readonly Json[]> {
  const results: Json[] = [];
  while (results.length < orders.length) {
    const some = orders.slice(results.length, results.length + ORDERS_PER_REQUEST);
    const { status, body } = await walk.post('/v1/transfers', some, key);
    if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
    results.push(...(body['results'] as Json[]));
  }
  return results;
}

/** What the logs of a house fold to. */
export interface Folded {
  /** per lane, its digest and the hash of the last record folded */
  readonly lanes: Readonly<Record<string, string>>;
  readonly balances: readonly string[];
}

/**
 * Folds every lane from zero.
 *
 * @param heads  where to stop, such as at `log.accounts/1`; else at the end
 */
export async function foldAll(
  journal: Journal,
  partitions: number,
  heads: Readonly<Record<string, Pick<ChainHead, 'seq'>>> = {},
): Promise<Folded> {
  const lanes: Record<string, string> = {};
  const conservation = new Conservation(partitions);
  const wait = (): Promise<void> => new Promise((resume) => setTimeout(resume, 5));
  for (const address of addressesOf(SERVICES, partitions)) {
    const { service, partition } = address;
    const options = { partition, partitions, journal, snapshots: NO_SNAPSHOTS, seed: 1, wait };
    const { core, head } = await foldLane(
      { ...options, definition: LANES[service] },
      heads[`log.${service}/${partition}`]?.seq,
    );
    lanes[addressText(address)] = `${core.digest()} ${head.hash}`;
    conservation.hold(address, (core as LaneCore<unknown>).state);
  }
  return { lanes, balances: conservation.balances() };
}

/**
 * Copies a house's logs and commands without looking at them.
 *
 * @param change  what becomes of the entries of a stream on the way
 */
export async function copyRaw(
  source: Journal,
  target: Journal,
  partitions: number,
  change: (stream: Stream, entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Promise<void> {
  const copy = async (stream: Stream): Promise<void> => {
    const all: Uint8Array[] = [];
    const range = { from: 0, to: await source.end(stream) };
    for await (const { bytes } of entriesOf(source, stream, range)) all.push(bytes);
    for (const bytes of change(stream, all)) await target.append(stream, bytes);
  };
  const addresses = addressesOf(SERVICES, partitions);
  await Promise.all(
    addresses.flatMap(({ service, partition }) => [
      copy(logStream(service, partition)),
      copy(commandStream(service, partition)),
    ]),
  );
}
