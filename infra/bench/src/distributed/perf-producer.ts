import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { KafkaTools } from '@ringfence/stack';

const MAIN = 'org.apache.kafka.tools.ProducerPerformance';
const HEAP = '-Xmx256m';
const TIMEOUT_MS = 180_000;
const MIB = 2 ** 20;

export interface PerfPlan {
  readonly tools: KafkaTools;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
}

/**
 * Lets the broker's own producer send as fast as it can, each record acknowledged by all in-sync
 * replicas.
 *
 * @returns bytes of records per second, from its own clock, which begins after the start of its
 *          engine
 * @throws Error with what it said when it does not come to a result
 */
export async function perfProducer(plan: PerfPlan): Promise<number> {
  const { tools, brokers, topic, records, recordBytes } = plan;
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  const numbers = ['--num-records', records, '--record-size', recordBytes, '--throughput', -1];
  const options = ['--topic', topic, ...numbers, '--command-property', 'acks=all'];
  const { stdout } = await promisify(execFile)(
    tools.java,
    [
      ...[HEAP, quiet, '-cp', tools.classPath, MAIN],
      ...['--bootstrap-server', brokers.join(',')],
      ...options.map(String),
    ],
    { timeout: TIMEOUT_MS },
  );
  return bytesPerSecondIn(stdout);
}

/**
 * @param text  what the producer printed; its last line sums up
 * @throws Error when there is no result in it
 */
export function bytesPerSecondIn(text: string): number {
  const lines = text.trimEnd().split('\n');
  const [, megabytes] = /^\d+ records sent, [\d.]+ records\/sec \(([\d.]+) MB\/sec\)/.exec(
    lines.at(-1) ?? '',
  ) ?? [undefined, undefined];
  if (megabytes === undefined) throw new Error(`the perf producer says: ${lines.at(-1)}`);
  return Number(megabytes) * MIB;
}
