import { type TopicSpec, topicsOf } from '@ringfence/contracts';
import type { AppendResult, Journal, Stream } from '@ringfence/journal';
import type { JournalUnderTest, openOptions } from '@ringfence/journal/suite';
import { present } from '@ringfence/kernel';
import { ensureTopics } from './ensure-topics.js';
import { KafkaJournal } from './kafka-journal.js';
import type { KafkaOptions } from './options.js';

export const stream: Stream = { topic: 'log.suite', partition: 0 };
const PARTITIONS = 4;
const DEADLINE_MS = 15_000;

/** As the house makes its logs, under the name that the suites use. */
export const SUITE_TOPIC: TopicSpec = {
  ...present(topicsOf(PARTITIONS)[4], 'the log of accounts'),
  topic: stream.topic,
};

let prefixes = 0;
/** Topics of a spec's own on a cluster that specs share. */
export const freshPrefix = (): string => `spec-${process.pid}-${Date.now()}-${prefixes++}.`;

export const optionsFor = (
  brokers: readonly string[],
  more: Partial<KafkaOptions> = {},
): KafkaOptions => ({ brokers, clientId: 'spec', topicPrefix: freshPrefix(), ...more });

/** The topic of the suites, with nothing in it. */
export async function freshTopic(
  brokers: readonly string[],
  more: Partial<KafkaOptions> = {},
): Promise<KafkaOptions> {
  const options = optionsFor(brokers, more);
  // the network of a spec may be faulty; its topics are not made through it
  const { sockets: _, ...sound } = options;
  await ensureTopics(sound, [SUITE_TOPIC]);
  return options;
}

export async function kafkaUnderTest(brokers: readonly string[]): Promise<JournalUnderTest> {
  const options = await freshTopic(brokers);
  let journal = await KafkaJournal.open(options);
  return {
    journal: () => journal,
    stream: (partition) => ({ ...stream, partition }),
    reopen: async () => {
      await journal.close();
      journal = await KafkaJournal.open(options);
    },
    dispose: () => journal.close(),
  };
}

/** Opens journals for one test and closes them after it, also when it failed. */
export class Journals {
  readonly #open: KafkaJournal[] = [];

  async open(options: KafkaOptions): Promise<KafkaJournal> {
    const journal = await KafkaJournal.open(options);
    this.#open.push(journal);
    return journal;
  }
  async closeAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((journal) => journal.close()));
  }
}

export const bytesOf = (content: string): Uint8Array => Buffer.from(content);
export const add = (journal: Journal, content: string): Promise<AppendResult> =>
  journal.append(stream, bytesOf(content));

export async function contents(journal: Journal, from = 0): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const entries = await journal.read(stream, from + found.length);
    if (entries.length === 0) return found;
    found.push(...entries.map(({ bytes }) => Buffer.from(bytes).toString()));
  }
}

/** A `wait` of the chain's writers in real time: it gives up at a deadline. */
export function waitFor(deadlineMs: number): ReturnType<typeof openOptions>['wait'] {
  const end = performance.now() + deadlineMs;
  return async (attempt, reason) => {
    if (performance.now() > end) throw new Error(`attempt ${attempt} at the deadline: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
}

/** Waits until a condition holds. @throws Error after 15 s, with what was waited for */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
