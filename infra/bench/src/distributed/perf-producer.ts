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
  /** that count */
  readonly records: number;
  /** sent before them, while the engine compiles */
  readonly warmUp: number;
  readonly recordBytes: number;
}

/**
 * Lets the broker's own producer send as fast as it can, each record acknowledged by all in-sync
 * replicas.
 *
 * @returns bytes of records per second, from its own clock, which begins behind the
 *          warm-up
 * @throws Error with what it said when it does not come to a result
 */
export async function perfProducer(plan: PerfPlan): Promise<number> {
  const { tools, brokers, topic, records, warmUp, recordBytes } = plan;
  const numbers = ['--num-records', records + warmUp, '--warmup-records', warmUp];
  const load = [...numbers, '--record-size', recordBytes, '--throughput', -1].map(String);
  const place = ['--bootstrap-server', brokers.join(','), '--topic', topic];
  const java = [HEAP, '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', tools.classPath];
  const { stdout } = await promisify(execFile)(
    tools.java,
    java.concat(MAIN, place, load, '--command-property', 'acks=all'),
    { timeout: TIMEOUT_MS },
  );
  return bytesPerSecondIn(stdout);
}

/**
 * @param text  what the producer printed; its last line sums up what came behind the warm-up
 * @throws Error when there is no result in it
 */
export function bytesPerSecondIn(text: string): number {
  const lines = text.trimEnd().split('\n');
  const [, megabytes] =
    /^\d+ steady state records sent, [\d.]+ records\/sec \(([\d.]+) MB\/sec\)/.exec(
      lines.at(-1) ?? '',
    ) ?? [undefined, undefined];
  if (megabytes === undefined) throw new Error(`the perf producer says: ${lines.at(-1)}`);
  return Number(megabytes) * MIB;
}
