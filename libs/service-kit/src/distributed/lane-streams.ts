import type { Journal } from '@ringfence/journal';
import { addressNumber, type Address } from '@ringfence/kernel';
import { CommandReader, commandStream, type Answer, type Submitted } from '@ringfence/lane';
import type { LocalLanes } from '../hosted-lanes.js';
import { LaneTransport } from '../lane-transport.js';
import type { Log } from '../logs/log.js';
import { beatStream, packSign, type Beat, type RepeatItem } from './beat.js';

const BEAT_MS = 500;
/** A farewell waits no longer for a broker that does not answer. */
const FAREWELL_MS = 2_000;

export interface LaneStreamsOptions {
  readonly journal: Journal;
  readonly writer: string;
  readonly say: Log;
}

/**
 * Nest's transport of a service whose orders come through command streams: it reads the streams of
 * the lanes that this process owns, hands each entry to the service's handler, and tells of answers
 * that the log will not tell again. It also gives the signs of life by which standbys and gateways
 * know who owns what.
 */
export class LaneStreams extends LaneTransport {
  readonly #readers = new Map<number, CommandReader>();
  #hosts: readonly LocalLanes[] = [];
  #url = '';
  #timer: NodeJS.Timeout | undefined;
  /** lanes whose newest beat is still on its way */
  readonly #beating = new Set<number>();

  constructor(readonly options: LaneStreamsOptions) {
    super();
  }

  /** Begins to serve, once the lanes' hosts are known and this process has an address. */
  serve(hosts: readonly LocalLanes[], url: string): void {
    this.#hosts = hosts;
    this.#url = url;
    for (const host of hosts) {
      for (let partition = 0; partition < host.partitions; partition++) {
        this.#read(host, { service: host.service, partition });
      }
    }
    this.#timer = setInterval(() => this.#tend(), BEAT_MS);
    this.#tend();
  }

  /** Nothing that was read from a command stream is still without an answer. */
  isIdle(address: Address): boolean {
    return this.#readers.get(addressNumber(address))?.idle ?? true;
  }

  override async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#readers.values()].map((reader) => reader.close()));
  }

  /**
   * Says that the lanes of this process are closed, once what they decided is durable: a standby
   * need not wait for a silence. A farewell that is lost only costs that silence.
   */
  async farewell(): Promise<void> {
    const signs = this.#hosts.flatMap((host) =>
      Array.from({ length: host.partitions }, (_, partition) => {
        const beat = this.beatOf(host, partition);
        if (beat?.status !== 'closed') return Promise.resolve();
        return this.#sign({ service: host.service, partition }, beat);
      }),
    );
    await Promise.race([Promise.all(signs), new Promise((end) => setTimeout(end, FAREWELL_MS))]);
  }

  /** What this process says of a lane now. */
  beatOf(host: LocalLanes, partition: number): Beat | undefined {
    const report = host.reports().at(partition);
    if (!report) return undefined;
    const { writer } = this.options;
    const gauges = host.gauges(partition);
    return { ...report, kind: 'beat', writer, url: this.#url, at: Date.now(), gauges };
  }

  #read(host: LocalLanes, address: Address): void {
    const { service, partition } = address;
    const reader = new CommandReader({
      journal: this.options.journal,
      stream: commandStream(service, partition),
      position: () => host.standing(partition)?.nextCommands,
      take: async (commands, offset) => {
        const answer = await this.hand({ service, partition, commands, offset });
        return answer.kind === 'answers' ? answer.answers : undefined;
      },
      onAnswers: (commands, offset, answers) => this.#answer(address, commands, offset, answers),
      onFault: (fault) =>
        this.options.say('a command stream cannot be read', {
          level: 'error',
          lane: `${service}/${partition}`,
          fault,
        }),
    });
    this.#readers.set(addressNumber(address), reader);
  }

  #tend(): void {
    for (const host of this.#hosts) {
      host.tend();
      for (let partition = 0; partition < host.partitions; partition++) {
        void this.#beat(host, partition);
      }
    }
  }

  /** While the brokers cannot be reached beats do not pile up: an old one says nothing. */
  async #beat(host: LocalLanes, partition: number): Promise<void> {
    const address = { service: host.service, partition };
    const number = addressNumber(address);
    const beat = this.#beating.has(number) ? undefined : this.beatOf(host, partition);
    if (!beat) return;
    this.#beating.add(number);
    await this.#sign(address, beat);
    this.#beating.delete(number);
  }

  /** New decisions stand in the log; what came again is told where its first answer stands. */
  #answer(
    address: Address,
    commands: readonly Submitted[],
    offset: number,
    answers: readonly Answer[],
  ): void {
    const items = answers.flatMap((answer, index): RepeatItem[] => {
      if (answer.kind === 'conflict') return [{ offset, index }];
      if (answer.kind !== 'answered' || !answer.repeated) return [];
      const { seq, offset: at } = answer.receipt;
      return [{ offset, index, found: { seq, at } }];
    });
    if (items.length > 0) void this.#sign(address, { kind: 'repeats', ...address, items });
  }

  /** A sign that is lost does no harm: beats come again, and who waits asks by id. */
  async #sign(address: Address, sign: Parameters<typeof packSign>[0]): Promise<void> {
    const { journal } = this.options;
    await journal.append(beatStream(address), packSign(sign)).catch(() => undefined);
  }
}
