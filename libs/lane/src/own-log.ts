import type { ChainHead } from '@ringfence/journal';
import { Loader, type LoadOptions } from './load.js';
import { LogTail, logStream } from './log-tail.js';

function tailOf<State>(options: LoadOptions<State>, from: ChainHead): LogTail {
  const { journal, definition, partition, cache, rule } = options;
  const { service } = definition;
  return new LogTail(journal, service, logStream(service, partition), { from, cache, rule });
}

/** Whether another process opened a later epoch behind the last record of this one. */
export async function hasSuccessor<State>(
  options: LoadOptions<State>,
  from: ChainHead,
): Promise<boolean> {
  const beyond = await tailOf(options, from)
    .poll(options.wait)
    .catch(() => []);
  // this process itself may have written meanwhile
  return beyond.some(({ head }) => head.epoch > from.epoch);
}

/** The fold of a lane's own log up to that record, made anew. */
export async function foldedTo<State>(
  options: LoadOptions<State>,
  seq: number,
): Promise<Loader<State>> {
  const loader = await Loader.start(options);
  const tail = tailOf(options, loader.head);
  while (tail.head.seq < seq) {
    for (const record of await tail.poll(options.wait)) await loader.fold(record);
  }
  return loader;
}
