import { catalogue, DecodeError, topicOf, type Command } from '@ringfence/contracts';
import { parseCommandId, present, SYSTEM, type Service } from '@ringfence/kernel';
import { hash, type Stream } from '@ringfence/journal';
import type { ClientCommand, Submitted } from './batch.js';
import { splitHeadLine, withHeadLine } from './head-line.js';
import type { HouseDecided } from './log-tail.js';

/** Orders of clients on their way to the lanes of a service, one partition per lane. */
export const commandTopic = (service: Service): string => topicOf('cmd', service);
export const commandStream = (service: Service, partition: number): Stream => ({
  topic: commandTopic(service),
  partition: service === 'reference' ? 0 : partition,
});

const VERSION = 1;
const ID_DIGITS = 32;
const ACCEPTED: HouseDecided['outcome'] = { kind: 'accepted' };

/**
 * Packs orders as one entry of a command stream: a head line, then the orders as decisions that
 * nobody made yet.
 *
 * @param sender  names the process that sends them
 */
export function packCommands(sender: string, commands: readonly ClientCommand[]): Uint8Array {
  const decided = commands.map(({ id, by, command }): HouseDecided => ({
    origin: { kind: 'client', id, by },
    command,
    outcome: ACCEPTED,
    events: [],
  }));
  const trace = tracesOf(commands);
  const head = {
    v: VERSION,
    sender,
    n: commands.length,
    contracts: catalogue.fingerprint,
    ...(trace.length > 0 ? { trace } : undefined),
  };
  return withHeadLine(head, catalogue.encode(decided));
}

/**
 * The orders of an entry. What does not read is one order that will be quarantined under an id made
 * of its bytes: it is recorded, and the entries behind it go on.
 */
export function unpackCommands(bytes: Uint8Array): readonly Submitted[] {
  const split = splitHeadLine(bytes);
  const commands = split?.head['v'] === VERSION ? commandsIn(split.body) : undefined;
  if (commands) return withTraces(commands, split?.head['trace']);
  const of = hash(bytes);
  const id = present(parseCommandId(of.slice(0, ID_DIGITS)), 'an id of hexadecimal digits');
  return [{ id, by: SYSTEM, command: null, hash: of }];
}

/** Orders that follow each other and belong to one trace: the first, how many, `traceparent`. */
type TraceRun = readonly [first: number, count: number, trace: string];

/** Which trace asked for which orders: beside the orders, since no record knows of it. */
function tracesOf(commands: readonly ClientCommand[]): readonly TraceRun[] {
  const runs: TraceRun[] = [];
  commands.forEach(({ trace }, index) => {
    if (trace === undefined) return;
    const [first, count, last] = runs.at(-1) ?? [0, 0, ''];
    const goesOn = last === trace && first + count === index;
    if (goesOn) runs[runs.length - 1] = [first, count + 1, trace];
    else runs.push([index, 1, trace]);
  });
  return runs;
}

/** What is no list of runs is left out: nothing depends on traces. */
function withTraces(commands: ClientCommand[], given: unknown): readonly ClientCommand[] {
  if (!Array.isArray(given)) return commands;
  for (const run of given.filter(isTraceRun)) {
    const [first, count, trace] = run;
    for (let i = first; i < Math.min(first + count, commands.length); i++) {
      commands[i] = { ...commands[i], trace };
    }
  }
  return commands;
}
const isTraceRun = (run: unknown): run is TraceRun =>
  Array.isArray(run) &&
  Number.isSafeInteger(run[0]) &&
  run[0] >= 0 &&
  Number.isSafeInteger(run[1]) &&
  typeof run[2] === 'string';

function commandsIn(body: Uint8Array): ClientCommand[] | undefined {
  try {
    const commands: ClientCommand[] = [];
    for (const { origin, command } of catalogue.decode(body)) {
      if (origin.kind !== 'client' || command === null) return undefined;
      commands.push({ id: origin.id, by: origin.by, command: command as Command });
    }
    return commands;
  } catch (fault) {
    if (fault instanceof DecodeError) return undefined;
    throw fault;
  }
}
