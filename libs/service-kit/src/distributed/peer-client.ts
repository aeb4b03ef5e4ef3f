import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { peerPath, PEER_KEY_HEADER, type PeerCall, type PeerCalls } from './peer-protocol.js';
import { fromWire, wireText } from './wire.js';

const TIMEOUT_MS = 10_000;

/** A peer did not answer, or not as asked. */
export class PeerSilent extends Error {
  override readonly name = 'PeerSilent';
}

/** Asks processes that own lanes. */
export class PeerClient {
  readonly #agent = new Agent({ keepAlive: true });

  /** @param key  known to all processes of the house */
  constructor(readonly key: string) {}

  /** @throws PeerSilent */
  async ask<Call extends PeerCall>(
    url: string,
    call: Call,
    asked: PeerCalls[Call]['asked'],
  ): Promise<PeerCalls[Call]['answer']> {
    let response: IncomingMessage;
    try {
      response = await this.#post(url + peerPath(call), wireText(asked));
      const said = await text(response);
      if (response.statusCode === 200) return fromWire(said) as PeerCalls[Call]['answer'];
      throw new PeerSilent(`${url} ${call}: ${response.statusCode} ${said.slice(0, 200)}`);
    } catch (fault) {
      if (fault instanceof PeerSilent) throw fault;
      throw new PeerSilent(`${url} ${call}: ${String(fault)}`, { cause: fault });
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: string, body: string): Promise<IncomingMessage> {
    const headers = { 'content-type': 'text/plain', [PEER_KEY_HEADER]: this.key };
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', headers, agent: this.#agent, timeout: TIMEOUT_MS };
      const asked = request(url, options, resolve);
      asked.once('error', reject);
      asked.once('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.end(body);
    });
  }
}
