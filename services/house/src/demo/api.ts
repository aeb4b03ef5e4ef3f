import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What the API said of one item. */
export interface Result {
  readonly status: string;
  readonly id?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly problem?: { readonly code: string; readonly detail?: string };
}
/** An item to send: its id makes sending it twice harmless. */
export type Item = Readonly<Record<string, unknown>>;

const ITEMS_PER_REQUEST = 1000;
const ATTEMPTS = 200;
const PAUSE_MS = 25;
const AGENT = new Agent({ keepAlive: true });

/** The house did not do what the scenario needs. */
export class HouseRefused extends Error {
  override readonly name = 'HouseRefused';
}

/** What goes on in the house although it is quiet: it waits for time to pass. */
export interface UnderWay {
  readonly calls: number;
  readonly closeOuts: number;
  readonly openRounds: number;
}

/** The public HTTP API, as one key holder sees it. */
export class Api {
  commands = 0;
  readonly refused = new Map<string, number>();

  constructor(
    public url: string,
    readonly secret: string,
  ) {}

  as(secret: string): Api {
    const other = new Api(this.url, secret);
    other.refused.clear();
    return other;
  }

  /** Sends items in batches, one after another; a busy house is asked again. */
  async post(path: string, items: readonly Item[], wait = 0): Promise<Result[]> {
    const results: Result[] = [];
    for (let at = 0; at < items.length; at += ITEMS_PER_REQUEST) {
      const part = items.slice(at, at + ITEMS_PER_REQUEST);
      const body = (await this.#send('POST', path, part, wait)) as { results: Result[] };
      results.push(...body.results);
    }
    this.commands += items.length;
    for (const { problem, status } of results) {
      if (!problem && status !== 'returned') continue;
      const why = `${path} ${problem?.code ?? status}`;
      this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
    }
    return results;
  }

  /** One item that must be accepted. @throws HouseRefused with what the house said */
  async must(path: string, item: Item): Promise<Readonly<Record<string, unknown>>> {
    const [result] = await this.post(path, [item]);
    if (result.problem) throw new HouseRefused(`${path}: ${JSON.stringify(result.problem)}`);
    return result.facts ?? {};
  }

  /** One order that is no command of a lane. */
  async call(path: string, body: Item): Promise<unknown> {
    return this.#send('POST', path, body);
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#send('GET', path)) as T;
  }

  /**
   * Waits until nothing waits anywhere in the house.
   *
   * @param shown  whether the read models must have caught up too
   */
  async quiet(shown = false): Promise<UnderWay> {
    const path = `/v1/house/quiet?wait=5000&projections=${shown}`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.get<UnderWay & { quiet: boolean }>(path);
      if (found.quiet) return found;
    }
    throw new HouseRefused('the house does not come to rest');
  }

  async #send(method: string, path: string, body?: unknown, wait = 0): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const { status, said } = await this.#exchange(method, path, body, wait);
      if (status < 300) return said === '' ? null : JSON.parse(said);
      const busy = status === 429 || status === 503;
      if (!busy || attempt === ATTEMPTS) {
        throw new HouseRefused(`${method} ${path}: ${status} ${said.slice(0, 500)}`);
      }
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }

  /** Node's plain client: half the time of `fetch` at several requests for every price frame. */
  async #exchange(
    method: string,
    path: string,
    body: unknown,
    wait: number,
  ): Promise<{ status: number; said: string }> {
    const headers = {
      authorization: `Bearer ${this.secret}`,
      ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
      ...(wait > 0 ? { prefer: `wait=${wait}` } : undefined),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(this.url + path, { method, headers, agent: AGENT }, resolve);
      asked.once('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
    return { status: response.statusCode ?? 0, said: await text(response) };
  }
}

/** Ids of the demo's own orders: the same order of the same run has the same id. */
export function idMaker(run: number): () => string {
  let no = 0;
  return () => {
    const high = (run >>> 0).toString(16).padStart(8, '0');
    return `${high}${(++no).toString(16).padStart(24, '0')}`;
  };
}
