import { exchange } from './exchange.js';

const [METADATA, CREATE_TOPICS] = [3, 19];
const DEADLINE_MS = 15_000;

/** Makes a topic of one partition; the broker at this port must be the only one. */
export async function createTopic(port: number, name: string): Promise<void> {
  const noAssignments = int32(0);
  const noSettings = int32(0);
  const topic = [text(name), int32(1), int16(1), noAssignments, noSettings];
  const validateOnly = Buffer.from([0]);
  const body = [int32(1), ...topic, int32(DEADLINE_MS), validateOnly];
  const answer = await ask(port, { key: CREATE_TOPICS, version: 2, body });
  // length, correlation, throttle time, number of topics, the name with its length
  const code = answer.readInt16BE(4 + 4 + 4 + 4 + 2 + Buffer.byteLength(name));
  if (code !== 0) throw new Error(`topic ${name}: Kafka's error ${code}`);
}

/** Whether a broker knows a topic, by its answer to a question for that topic alone. */
export async function hasTopic(port: number, name: string): Promise<boolean> {
  const body = [int32(1), text(name), Buffer.from([0])];
  const answer = await ask(port, { key: METADATA, version: 4, body });
  const code = answer.readInt16BE(answer.lastIndexOf(text(name)) - 2);
  return code === 0;
}

interface Request {
  key: number;
  version: number;
  body: Buffer[];
}

function ask(port: number, { key, version, body }: Request): Promise<Buffer> {
  const correlation = int32(1);
  const rest = [int16(key), int16(version), correlation, text('spec'), ...body];
  const request = Buffer.concat([int32(Buffer.concat(rest).length), ...rest]);
  const whole = (received: Buffer): Buffer | undefined =>
    received.length < 4 || received.length < 4 + received.readInt32BE(0) ? undefined : received;
  return exchange(port, request, whole, DEADLINE_MS);
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
