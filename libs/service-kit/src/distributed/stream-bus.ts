import { decodeHead, hash, type Journal } from '@ringfence/journal';
import { addressNumber, addressText, present, type Address } from '@ringfence/kernel';
import {
  decodeRecord,
  logStream,
  type Answer,
  type ClientCommand,
  type DecodeCache,
} from '@ringfence/lane';
import type { BatchAnswer, CommandBatch, CommandBus } from '../command-bus.js';
import type { Log } from '../logs/log.js';
import type { BeatBoard } from './beat-board.js';
import type { RepeatItem, Repeats } from './beat.js';
import { CommandSender } from './command-sender.js';
import { LogFollower } from './log-follower.js';

export interface StreamBusOptions {
  readonly journal: Journal;
  readonly cache: DecodeCache;
  readonly addresses: readonly Address[];
  readonly board: BeatBoard;
  /** names this process */
  readonly sender: string;
  readonly say: Log;
}

/**
 * Carries orders to lanes of other processes: out by their command streams, back by their logs,
 * which are the replies. A log is followed from the first position that its owner names.
 */
export class StreamBus implements CommandBus {
  readonly #lines = new Map<number, { sender: CommandSender; log: LogFollower }>();

  constructor(readonly options: StreamBusOptions) {
    const { journal, cache, addresses, sender: name, say } = options;
    for (const address of addresses) {
      const sender = new CommandSender({ journal, address, sender: name, say });
      const log = new LogFollower({
        journal,
        address,
        cache,
        onRecord: (record) => sender.hear(record),
        onFault: (fault) =>
          say('a log cannot be followed', { level: 'error', lane: addressText(address), fault }),
      });
      this.#lines.set(addressNumber(address), { sender, log });
    }
  }

  /** A lane's owner was heard: from its position on the log is followed, if it can be named. */
  heardOf(address: Address): void {
    const owner = this.options.board.ownerOf(address);
    const log = this.#lines.get(addressNumber(address))?.log;
    if (!owner || !log || log.started) return;
    // a lane that stopped has read so far; one that could not be opened names nothing
    const isNamed = owner.status === 'active' || (owner.status === 'stopped' && owner.head.seq > 0);
    if (isNamed) log.start(owner.head);
  }

  logOf(address: Address): LogFollower | undefined {
    return this.#lines.get(addressNumber(address))?.log;
  }
  /** Nothing that was handed in is without an answer. */
  get isIdle(): boolean {
    return [...this.#lines.values()].every(({ sender }) => sender.isIdle);
  }

  async hand({ service, partition, commands }: CommandBatch): Promise<BatchAnswer> {
    const address = { service, partition };
    const line = this.#lines.get(addressNumber(address));
    if (!line) return { kind: 'stopped', reason: `${service} has no partition ${partition}` };
    const { board } = this.options;
    const owner = board.ownerOf(address);
    const lane = `${service}/${partition}`;
    if (owner?.status === 'stopped') {
      return { kind: 'stopped', reason: `${lane} is stopped: ${owner.fault}` };
    }
    if (!line.log.started) return { kind: 'stalled', reason: `nobody is heard who owns ${lane}` };
    return line.sender.send(commands as readonly ClientCommand[]);
  }

  /** Orders that came again: their answers are read where they stand. */
  async heardRepeats({ service, partition, items }: Repeats): Promise<void> {
    const address = { service, partition };
    const line = this.#lines.get(addressNumber(address));
    if (!line) return;
    for (const item of items) {
      if (!line.sender.awaited(item)) await line.sender.noted();
      const command = line.sender.awaited(item);
      if (!command) continue;
      try {
        line.sender.hearRepeat(item, await this.#answerOf(address, item, command));
      } catch (fault) {
        line.sender.hearRepeat(item, { kind: 'pending', reason: String(fault) });
      }
    }
  }

  async #answerOf(address: Address, { found }: RepeatItem, { id }: ClientCommand): Promise<Answer> {
    if (!found) return { kind: 'conflict' };
    const { journal, cache } = this.options;
    const stream = logStream(address.service, address.partition);
    const [entry] = await journal.read(stream, found.at, 1);
    const { bytes, offset } = present(entry, 'the record of a first answer');
    const { head, bodyStart, format } = decodeHead(bytes);
    const of = hash(bytes);
    const body = bytes.subarray(bodyStart);
    const record = decodeRecord({ offset, hash: of, format, head, body, bytes }, cache);
    const decided = record.decided.find(
      ({ origin }) => origin.kind === 'client' && origin.id === id,
    );
    return {
      kind: 'answered',
      decided: present(decided, 'the first answer'),
      receipt: { seq: found.seq, hash: of, offset },
      repeated: true,
    };
  }

  close(): void {
    for (const { sender, log } of this.#lines.values()) {
      sender.close();
      log.close();
    }
  }
}
