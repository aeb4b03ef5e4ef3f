import { catalogue, type LaneDefinition } from '@ringfence/contracts';
import { present, type Address, type CommandId } from '@ringfence/kernel';
import {
  ChainWriter,
  encodeRecord,
  Fenced,
  type ChainHead,
  type Head,
  type Receipt,
} from '@ringfence/journal';
import { Submission, type Answer, type Batch, type Submitted } from './batch.js';
import type { Channel } from './channels.js';
import { LaneFault, isDigestDue, type LaneCore } from './core.js';
import { LogInput } from './input.js';
import { Intake } from './intake.js';
import { Loader } from './load.js';
import { decodeRecord, logStream, REFERENCE_TOPIC } from './log-tail.js';
import type { InputStanding, LaneCounts, LaneOptions, LaneStatus } from './lane-options.js';
import { foldedTo, hasSuccessor } from './own-log.js';
import { Postbox } from './postbox.js';
import { RepeatDesk } from './repeat-desk.js';
import { Answers, type Found } from './repeats.js';

/** Ticks between two sendings of what a peer has not acked. */
const RESEND_TICKS = 4;
const QUEUE_MAX = 20_000;

/** One writer of one log: batches, reactions, channels, ids. Runs a LaneDefinition. */
export class Lane<State> {
  readonly address: Address;
  readonly #writer: ChainWriter;
  readonly #post: Postbox;
  readonly #intake: Intake<State>;
  readonly #answers: Answers<State>;
  #inputs: LogInput[] = [];
  readonly #repeats: RepeatDesk<State>;
  #resentAt = 0;
  #nextCommands: number;
  /** decisions after the last digest in the log */
  #sinceDigest = 0;
  #wake: (() => void) | null = null;
  #awake = false;
  #inflight: Promise<void> = Promise.resolve();
  readonly #flying: Batch[] = [];
  #fault: unknown;
  #status: LaneStatus = 'active';
  readonly #leave: () => void;
  readonly #running: Promise<void>;

  private constructor(
    readonly options: LaneOptions<State>,
    loader: Loader<State>,
    writer: ChainWriter,
  ) {
    this.address = loader.address;
    this.#writer = writer;
    this.#nextCommands = loader.core.commands;
    const reference = (): number => this.#core.readTo(REFERENCE_TOPIC);
    this.#post = new Postbox(this.address, options.exchange, loader.core.channels, reference);
    this.#answers = new Answers(loader.core, options);
    this.#repeats = new RepeatDesk(this.#answers);
    this.#intake = new Intake(loader.core, {
      writer,
      post: this.#post,
      rouse: () => this.#rouse(),
      onRepeat: (repeat) => {
        this.#repeats.add(repeat);
        if (this.#flying.length === 0) void this.#repeats.answer(this.head.seq);
      },
    });
    this.#attach(loader);
    this.#leave = options.exchange.join(this.address, (packet) => {
      this.#intake.receive(packet);
      this.#rouse();
    });
    this.#running = this.#run();
  }

  /**
   * Takes the log over and starts to decide; `stood-down` when another process opened the epoch
   * meanwhile.
   *
   * @throws LogTruncated when a witness or a snapshot has seen more than the log holds
   */
  static async open<State>(options: LaneOptions<State>): Promise<Lane<State> | 'stood-down'> {
    const loader = await Loader.start(options);
    const { journal, definition, partition, writer, wait, rule } = options;
    const opened = await ChainWriter.open(journal, logStream(definition.service, partition), {
      writer,
      from: loader.head,
      rule,
      witnesses: options.witnesses ?? [],
      mayOpen: options.mayOpen,
      contracts: catalogue.fingerprint,
      now: 0,
      wait,
      onRecord: (record) => loader.fold(decodeRecord(record, options.cache, definition.service)),
    });
    if (opened.kind === 'stood-down') return 'stood-down';
    return new Lane(options, loader, opened.writer);
  }

  get #core(): LaneCore<State> {
    return this.#intake.core;
  }
  get status(): LaneStatus {
    return this.#status;
  }
  /** why it stopped */
  get fault(): unknown {
    return this.#fault;
  }
  get definition(): LaneDefinition<State> {
    return this.options.definition;
  }
  /** the newest state, which may be ahead of what is durable: for reading only */
  get state(): State {
    return this.#core.state;
  }
  /** log time, ms UTC */
  get time(): number {
    return this.#core.time;
  }
  get head(): ChainHead {
    return this.#writer.head;
  }
  /** entries of the own log that did not count, since the takeover */
  get ignored(): number {
    return this.#writer.ignored;
  }
  get queued(): number {
    return this.#intake.queued;
  }
  /** events that this process folded, its own and those it read */
  get folded(): number {
    return this.#intake.folded;
  }
  get idBytes(): number {
    return this.#core.ids.bytes;
  }
  /** messages not yet acked by their receivers */
  get unacked(): number {
    let unacked = 0;
    for (const channel of this.#core.channels.values()) unacked += channel.pending.length;
    return unacked;
  }
  get channels(): ReadonlyMap<number, Channel> {
    return this.#core.channels;
  }
  /** offset of the command stream that `submit` takes next */
  get nextCommands(): number {
    return this.#nextCommands;
  }

  get inputStandings(): readonly InputStanding[] {
    return this.#inputs.map(({ topic, tail }) => {
      return { topic, taken: this.#core.inputs.get(topic)?.seq ?? 0, read: tail.head.seq };
    });
  }
  get counts(): LaneCounts {
    const { repeated, faulted, quarantined } = this.#intake;
    return { repeated, faulted, quarantined };
  }

  /**
   * Nothing waits, nothing is in flight, and every log is read to where its owner says it ends.
   *
   * @param endOf  last sequence number of the log of a topic, same partition
   */
  quiet(endOf: (topic: string) => number): boolean {
    return (
      this.#intake.empty &&
      this.#flying.length === 0 &&
      this.#repeats.isEmpty &&
      this.unacked === 0 &&
      this.definition.next(this.#core.state) === null &&
      this.#inputs.every(({ idle, tail, topic }) => idle && tail.head.seq >= endOf(topic))
    );
  }

  /**
   * Hands in commands of clients; `done` hears all answers at once, after they are durable.
   *
   * @param offset  where they stand in the lane's command stream, if they come from there: entries
   *                are taken in order and none is left out; how many wait is the reader's matter
   * @returns false, and nothing happens, when the queue is full or the lane does not decide: try
   *          again later. What only reduces risk is always taken. False too for another entry of
   *          the command stream than `nextCommands`.
   */
  submit(
    commands: readonly Submitted[],
    done: (answers: readonly Answer[]) => void,
    offset?: number,
  ): boolean {
    if (this.#status !== 'active') return false;
    if (offset !== undefined) return this.#submitNext(commands, done, offset);
    const room = (this.options.queueMax ?? QUEUE_MAX) - this.#intake.queued;
    const { reducing } = this.definition;
    const fits =
      commands.length <= room ||
      commands.every(({ command }) => command !== null && reducing.has(command.type));
    if (!fits) return false;
    if (commands.length === 0) return true;
    this.#intake.submit(new Submission(commands, done));
    this.#rouse();
    return true;
  }

  #submitNext(
    commands: readonly Submitted[],
    done: (answers: readonly Answer[]) => void,
    offset: number,
  ): boolean {
    if (offset !== this.#nextCommands) return false;
    this.#nextCommands++;
    if (commands.length === 0) {
      done([]);
      return true;
    }
    this.#intake.submit(new Submission(commands, done, offset));
    this.#rouse();
    return true;
  }

  /** The recorded answer to a command id; undefined when it was never decided here. */
  async answerOf(id: CommandId): Promise<Found | undefined> {
    const known = await this.#answers.find(id, this.#writer.head.seq);
    if (known) return known; // however long the append in flight may take
    await this.#inflight;
    return this.#answers.find(id, this.#writer.head.seq);
  }

  /**
   * Sends again what no peer has acked. Ticks do it too; whoever carries packets through something
   * that loses them asks for it from time to time.
   */
  sendAgain(): void {
    if (this.#status === 'active') this.#post.sendAgain();
  }

  /**
   * Looks whether another process has taken the log over: an owner that was frozen and has nothing
   * to write would not notice.
   */
  async lookForSuccessor(): Promise<void> {
    await this.#inflight;
    if (this.#status === 'active' && (await hasSuccessor(this.options, this.#writer.head))) {
      this.#status = 'fenced';
      this.#rouse();
    }
  }

  /** Lets what was decided become durable, then stops deciding. Nothing depends on it. */
  async close(): Promise<void> {
    if (this.#status === 'active') this.#status = 'closed';
    this.#rouse();
    await this.#running;
  }

  #attach(loader: Loader<State>): void {
    for (const input of this.#inputs) input.close();
    const { wait, journal } = this.options;
    this.#inputs = loader.tails().map(
      (tail) =>
        new LogInput(tail, {
          wait,
          onReady: () => this.#rouse(),
          onFault: (fault) => this.#stop(fault),
        }),
    );
    this.#intake.restart(loader.core, this.#inputs);
    this.#answers.core = loader.core;
    this.#post.channels = loader.core.channels;
    for (const input of this.#inputs) {
      input.start((wake) => journal.watch(input.tail.stream, wake));
    }
  }

  #rouse(): void {
    this.#awake = true;
    this.#wake?.();
  }
  async #sleep(): Promise<void> {
    if (!this.#awake) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = null;
    this.#awake = false;
  }
  #stop(fault: unknown): void {
    if (this.#status === 'active') this.#status = fault instanceof Fenced ? 'fenced' : 'stopped';
    this.#fault ??= fault;
    this.#rouse();
  }

  /** An owner that was taken over does not know what it missed: its fault is not the log's. */
  async #stopUnlessOvertaken(fault: unknown): Promise<void> {
    await this.#inflight;
    if ((await hasSuccessor(this.options, this.#writer.head)) && this.#status === 'active')
      this.#status = 'fenced';
    this.#stop(fault);
  }

  async #run(): Promise<void> {
    this.#post.sendAll();
    while (this.#status === 'active') {
      try {
        const batch = this.#intake.decide();
        this.#sendAgainIfDue();
        if (batch) await this.#write(batch);
        // roused already: there is more to read, and others wait for their turn
        if (batch || this.#awake) await this.options.breathe?.();
        if (!batch) await this.#sleep();
      } catch (fault) {
        if (fault instanceof LaneFault && fault.client !== null) await this.#setAside(fault);
        else await this.#stopUnlessOvertaken(fault);
      }
    }
    await this.#inflight;
    this.#leave();
    for (const input of this.#inputs) input.close();
    this.#abandon(`lane-${this.#status}`);
  }

  /** Whoever still waits is told to ask by id: some of it may be in the log. */
  #abandon(reason: string): void {
    for (const { replies } of this.#flying) {
      for (const { submission } of replies) submission.abandon(reason);
    }
    this.#repeats.abandon(reason);
    for (const submission of this.#intake.queue) submission.abandon(reason);
  }

  async #write(batch: Batch): Promise<void> {
    const head = this.#headOf(batch);
    const bytes = encodeRecord(head, batch.body);
    this.#flying.push(batch);
    await this.#inflight;
    if (this.#status === 'fenced' || this.#status === 'stopped') return;
    this.options.onAppend?.(head.seq);
    this.#inflight = this.#writer.append(bytes, head).then(
      (receipt) => this.#durable(batch, receipt, head),
      (fault: unknown) => this.#stop(fault),
    );
  }
  #headOf(batch: Batch): Head {
    const { seq, epoch, prev } = this.#writer.next();
    const { decided, inputs } = batch;
    this.#sinceDigest += decided.length;
    const isDue = isDigestDue(seq, this.#sinceDigest);
    if (isDue) this.#sinceDigest = 0;
    return {
      v: 1,
      p: this.address.partition,
      seq,
      epoch,
      writer: this.options.writer,
      prev,
      ts: this.#core.time,
      in: inputs,
      n: decided.length,
      contracts: catalogue.fingerprint,
      ...(isDue ? { chk: this.#core.digest() } : undefined),
    };
  }

  #durable(batch: Batch, receipt: Receipt, head: Head): void {
    this.#flying.shift();
    const { seq, hash: of, offset } = receipt;
    const { decided } = batch;
    this.#core.locate(seq, offset);
    this.options.cache?.put(of, decided);
    this.options.onDurable?.({ head, hash: of, offset, decided });
    batch.answer(receipt);
    this.#post.durable(batch.sent, batch.heard);
    if (!this.#repeats.isEmpty) void this.#repeats.answer(this.head.seq);
  }

  /** Also while the lane itself has nothing to write: its messages may have been lost. */
  #sendAgainIfDue(): void {
    if (this.#core.ticks < this.#resentAt + RESEND_TICKS) return;
    this.#resentAt = this.#core.ticks;
    this.#post.sendAgain();
  }

  /**
   * A client's command left the fold half done, or no record can hold it: folds the log anew and
   * records it as faulted, or as quarantined.
   */
  async #setAside(fault: LaneFault): Promise<void> {
    const { setAside } = this.#intake;
    const client = present(fault.client, 'a client command');
    const reason = fault.message;
    if (!setAside.has(client)) setAside.set(client, { kind: 'faulted', reason });
    await this.#inflight;
    const loader = await foldedTo(this.options, this.#writer.head.seq);
    this.#attach(loader);
  }
}
