import { join } from 'node:path';
import { findKafka } from './find-parts.js';
import { fetchJars, TOOL_JARS } from './jars.js';
import { PartMissing } from './stack-error.js';

/** How a tool of Kafka is run. */
export interface KafkaTools {
  /** the Java that runs them */
  readonly java: string;
  /** for its `-cp` */
  readonly classPath: string;
}

/**
 * Finds Kafka's own tools, such as `org.apache.kafka.tools.ProducerPerformance`; their jars are
 * fetched once.
 *
 * @throws PartMissing when there is no Java, or the jars cannot be had
 */
export async function kafkaTools(log: (line: string) => void = () => {}): Promise<KafkaTools> {
  const finding = await findKafka(TOOL_JARS);
  if ('missing' in finding) throw new PartMissing('kafka', finding.missing);
  const { java, jars, maven } = finding.found;
  if (maven) await fetchJars(TOOL_JARS, maven, log);
  return { java, classPath: join(jars, '*') };
}
