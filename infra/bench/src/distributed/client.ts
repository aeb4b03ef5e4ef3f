import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { sleep } from '../clock.js';

const TIMEOUT_MS = 60_000;
/** A house that is busy, or whose lane is being taken over, is asked again. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);
const PAUSE_MS = 10;

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** The public API as one key holder calls it, over connections that stay. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(
    readonly url: string,
    readonly secret: string,
  ) {}

  post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.#exchange('POST', path, { 'content-type': 'application/json', ...headers }, body);
  }
  /** @throws Error with the answer when it is no success */
  async text(path: string): Promise<string> {
    return succeeded(await this.#exchange('GET', path, {})).body;
  }
  /** @throws Error with the answer when it is no success */
  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }
  /** Sends until the house takes it. @throws Error with the answer, or when time is up */
  async must(
    path: string,
    body: unknown,
    key: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const said = typeof body === 'string' ? body : JSON.stringify(body);
    for (const end = performance.now() + TIMEOUT_MS; ;) {
      const reply = await this.post(path, said, key);
      if (!BUSY.has(reply.status) || performance.now() > end) return succeeded(reply).body;
      await sleep(PAUSE_MS);
    }
  }
  close(): void {
    this.#agent.destroy();
  }

  async #exchange(
    method: string,
    path: string,
    more: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.secret}`, ...more };
    const options = { method, headers, agent: this.#agent, timeout: TIMEOUT_MS };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(this.url + path, options, resolve);
      asked.once('error', reject);
      asked.once('timeout', () => asked.destroy(new Error(`${path}: no answer in time`)));
      asked.end(body);
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  }
}

function succeeded(reply: Reply): Reply {
  if (reply.status < 300) return reply;
  throw new Error(`${reply.status} ${reply.body.slice(0, 300)}`);
}
