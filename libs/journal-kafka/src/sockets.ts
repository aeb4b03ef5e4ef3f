import * as net from 'node:net';
import * as tls from 'node:tls';

/** Opens one connection to a broker; what kafkajs calls a socket factory. */
export type SocketMaker = (place: SocketPlace) => net.Socket;
export interface SocketPlace {
  readonly host: string;
  readonly port: number;
  readonly ssl?: tls.ConnectionOptions;
  readonly onConnect: () => void;
}

const KEEP_ALIVE_MS = 60_000;

/** A plain or TLS connection; requests go out at once, as each is waited for. */
export const openSocket: SocketMaker = ({ host, port, ssl, onConnect }) => {
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl
    ? tls.connect({ host, port, ...servername, ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setNoDelay(true);
  return socket;
};

/** The connections of one client, all ended at once when it is dropped. */
export class Sockets {
  readonly #open = new Set<net.Socket>();
  #isClosed = false;

  constructor(private readonly maker: SocketMaker) {}

  /** What a client that was dropped still tries to open is refused: nothing is sent behind us. */
  readonly make: SocketMaker = (place) => {
    if (this.#isClosed) throw new Error('this client was dropped');
    const socket = this.maker(place);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** The client hears an error on each, so whatever waits in it ends too. */
  destroy(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy(new Error('this client was dropped'));
  }
}
