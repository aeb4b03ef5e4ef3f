import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a house that may be dying said; `broken`: nothing, or not in time. */
export type Said =
  | { readonly kind: 'said'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'broken'; readonly why: string };

export interface Asked {
  readonly url: string;
  readonly secret: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
}

/** One request over a connection of its own, so that a process that died is met by nobody twice. */
export async function ask({ url, secret, body, timeoutMs }: Asked): Promise<Said> {
  const agent = new Agent({ keepAlive: false });
  const headers = {
    authorization: `Bearer ${secret}`,
    ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(url, { method, headers, agent, signal }, resolve);
      asked.once('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
    const said = await text(response);
    return { kind: 'said', status: response.statusCode ?? 0, body: JSON.parse(said) as unknown };
  } catch (fault) {
    return { kind: 'broken', why: String(fault) };
  } finally {
    agent.destroy();
  }
}
