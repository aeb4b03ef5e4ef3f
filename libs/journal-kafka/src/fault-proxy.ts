import * as net from 'node:net';
import { present } from '@ringfence/kernel';
import { openSocket, type SocketMaker } from './sockets.js';

/**
 * What happens to one produce request: `lost-ack` is forwarded and cut before the answer, `twin` is
 * cut at once and delivered 150 ms later, `lost` is cut and never forwarded, `late` is held back
 * for two seconds and then goes through.
 */
export type Fault = 'lost-ack' | 'twin' | 'lost' | 'late';
export const FAULTS = ['lost-ack', 'twin', 'lost', 'late'] as const satisfies readonly Fault[];

const TWIN_MS = 150;
const LATE_MS = 2_000;
const PRODUCE = 0;
const LENGTH_BYTES = 4;
/** of a request after its length: what is asked, its version, its number */
const HEADER_BYTES = 8;
/** of a produce request between its transaction and its topics: acks, timeout, count of topics */
const ACKS_BYTES = 10;

/** A faulty network before one broker: it knows which requests are appends. */
export class FaultProxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #frozen: (() => void)[] = [];
  #delivering = 0;
  /** faults for the next appends, in turn; later ones go through */
  readonly plan: (Fault | undefined)[] = [];
  /** appends to other topics go through and do not count; a topic's name has its prefix */
  concerns: (topic: string) => boolean = () => true;
  /** appends that suffered one */
  suffered = 0;

  private constructor(private readonly target: net.NetConnectOpts) {
    this.#server = net.createServer((client) => this.#serve(client));
  }

  static async before(broker: string): Promise<FaultProxy> {
    const [host, port] = broker.split(':');
    const proxy = new FaultProxy({ host: present(host, 'a host'), port: Number(port) });
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** on the loopback address */
  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Sends a client's connections through here, whatever address the broker told it. */
  readonly sockets: SocketMaker = (place) => {
    return openSocket({ ...place, host: '127.0.0.1', port: this.port });
  };

  /** Every k-th of the next appends suffers, each fault in turn. */
  everyOf(k: number, appends: number, faults: readonly Fault[]): void {
    for (let n = 1; n <= appends; n++) {
      this.plan.push(n % k === 0 ? faults[(n / k) % faults.length] : undefined);
    }
  }

  /** The connections that are open now stay open and carry nothing any more. */
  freeze(): void {
    for (const freeze of this.#frozen) freeze();
  }

  /** Ends every connection that is open now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing is on its way any more. */
  get isSettled(): boolean {
    return this.#delivering === 0;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: net.Socket): void {
    const broker = net.connect(this.target);
    let isFrozen = false;
    this.#frozen.push(() => (isFrozen = true));
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
      if (socket === client) socket.on('close', () => this.#delivering === 0 && other.destroy());
      else socket.on('close', () => other.destroy());
    }
    broker.on('data', (data) => void (!isFrozen && !client.destroyed && client.write(data)));
    let pending = Buffer.alloc(0);
    client.on('data', (data) => {
      if (isFrozen) return;
      const { frames, rest } = framesIn(Buffer.concat([pending, data]));
      pending = Buffer.from(rest);
      for (const frame of frames) this.#request(client, broker, frame);
    });
  }

  #request(client: net.Socket, broker: net.Socket, frame: Buffer): void {
    const isAppend = frame.readInt16BE(LENGTH_BYTES) === PRODUCE;
    const fault = isAppend && this.concerns(topicIn(frame)) ? this.plan.shift() : undefined;
    if (!fault) return void broker.write(frame);
    this.suffered++;
    switch (fault) {
      case 'lost-ack':
        return this.#deliver(client, broker, frame, 0);
      case 'twin':
        return this.#deliver(client, broker, frame, TWIN_MS);
      case 'lost':
        return void client.destroy();
      case 'late':
        this.#delivering++;
        setTimeout(() => {
          this.#delivering--;
          broker.write(frame);
        }, LATE_MS);
    }
  }

  /** The client hears nothing; the broker answers into the void, which ends the delivery. */
  #deliver(client: net.Socket, broker: net.Socket, frame: Buffer, afterMs: number): void {
    this.#delivering++;
    broker.removeAllListeners('data');
    broker.once('data', () => {
      this.#delivering--;
      broker.destroy();
      client.destroy();
    });
    if (afterMs > 0) client.destroy();
    setTimeout(() => broker.write(frame), afterMs);
  }
}

/** The topic of a produce request, as version 3 and later write it; our client sends one a time. */
function topicIn(frame: Buffer): string {
  let at = LENGTH_BYTES + HEADER_BYTES;
  const text = (): string => {
    const length = frame.readInt16BE(at);
    at += 2 + Math.max(0, length);
    return frame.toString('utf8', at - Math.max(0, length), at);
  };
  text(); // the client's id
  text(); // its transaction
  at += ACKS_BYTES;
  return text();
}

/** Whole requests, lengths included, and what is left of the bytes. */
function framesIn(bytes: Buffer): { readonly frames: Buffer[]; readonly rest: Buffer } {
  const frames: Buffer[] = [];
  let at = 0;
  while (bytes.length - at >= LENGTH_BYTES) {
    const end = at + LENGTH_BYTES + bytes.readInt32BE(at);
    if (end > bytes.length) break;
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}
