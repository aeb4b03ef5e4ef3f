import { exchange } from './exchange.js';

const METADATA = 3;
/** Old enough for every broker, and before the encoding with tagged fields. */
const METADATA_VERSION = 4;
const CORRELATION = 1;
const CLIENT = 'ringfence-stack';

/** Asks a broker which brokers of its cluster are alive; shape: a length-prefixed request. */
export function metadataRequest(): Buffer {
  const client = Buffer.from(CLIENT);
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4 + 1);
  let at = body.writeInt32BE(body.length - 4, 0);
  at = body.writeInt16BE(METADATA, at);
  at = body.writeInt16BE(METADATA_VERSION, at);
  at = body.writeInt32BE(CORRELATION, at);
  at = body.writeInt16BE(client.length, at);
  at += client.copy(body, at);
  at = body.writeInt32BE(0, at); // no topics
  body.writeUInt8(0, at); // and none made by asking
  return body;
}

/**
 * Reads the answer to `metadataRequest`.
 *
 * @returns node ids of the brokers that are alive, ascending; undefined while it is not whole
 */
export function brokersIn(received: Buffer): number[] | undefined {
  if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return undefined;
  let at = 4 + 4 + 4; // length, correlation, throttle time
  const count = received.readInt32BE(at);
  at += 4;
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(received.readInt32BE(at));
    at = skipText(received, at + 4); // host
    at = skipText(received, at + 4); // rack, after the port
  }
  return ids.toSorted((a, b) => a - b);
}

/** Node ids of the brokers that the broker at this port holds for alive. */
export function brokersSeenAt(port: number, deadlineMs: number): Promise<number[]> {
  return exchange(port, metadataRequest(), brokersIn, deadlineMs);
}

/** A text is its length (-1 for none) and its bytes. */
function skipText(bytes: Buffer, at: number): number {
  return at + 2 + Math.max(0, bytes.readInt16BE(at));
}
