import { Socket } from 'node:net';

/** Port of each broker to the port of the network before it, as JSON. */
const REDIRECT = 'RINGFENCE_CHAOS_REDIRECT';

interface Place {
  port?: number | string;
}

/**
 * Loaded before a service's own code (`node --import`): its connections to the brokers go through
 * the faulty network of the chaos run, whatever addresses the brokers tell it.
 */
const ports = new Map<string, number>(
  Object.entries(JSON.parse(process.env[REDIRECT] ?? '{}') as Record<string, number>),
);
const connect = Reflect.get(Socket.prototype, 'connect') as (
  this: Socket,
  ...args: unknown[]
) => Socket;
Socket.prototype.connect = function redirected(this: Socket, ...args: unknown[]): Socket {
  // `net.connect` hands on what it was given as one list, options first
  const [first] = args;
  const place = (Array.isArray(first) ? first[0] : first) as Place | undefined;
  const port = typeof place === 'object' ? ports.get(String(place?.port)) : undefined;
  if (place && port !== undefined) place.port = port;
  return connect.apply(this, args);
} as Socket['connect'];
