import { catalogue, type Command, type LaneDefinition, type Order } from '@ringfence/contracts';
import {
  addressNumber,
  addressText,
  invariant,
  present,
  SYSTEM,
  type Address,
  type CommandId,
} from '@ringfence/kernel';
import {
  ChainWriter,
  decodeHead,
  encodeRecord,
  Fenced,
  hash,
  type ChainHead,
  type Receipt,
  type Witness,
} from '@ringfence/journal';
import { Batch, Submission, type Answer, type ClientCommand } from './batch.js';
import { acknowledge, channelTo, type Channel, type Exchange, type Packet } from './channels.js';
import { Postbox } from './postbox.js';
import { LaneFault, RECORDS_PER_DIGEST, type LaneCore } from './core.js';
import { extend, headOf, LogInput } from './input.js';
import { Loader, type LoadOptions } from './load.js';
import { decodeRecord, LogTail, logStream, type HouseDecided, type LogRecord } from './log-tail.js';

export interface LaneOptions<State> extends LoadOptions<State> {
  readonly exchange: Exchange;
  /** names this process in its records */
  readonly writer: string;
  /** positions of this lane's log that others have seen */
  readonly witnesses?: readonly Witness[];
  /** lets the process serve others between two records */
  readonly breathe?: () => Promise<void>;
  /** waiting client commands, at most */
  readonly queueMax?: number;
  /** hears of every record that is durable, in order */
  readonly onDurable?: (record: LogRecord) => void;
}

/**
 * `active`: it decides. `fenced`: another process took over. `stopped`: a fault that needs a mended
 * build.
 */
export type LaneStatus = 'active' | 'fenced' | 'stopped' | 'closed';

/** At most so many decisions in one record; DESIGN 4.1. */
const DECISIONS_MAX = 1000;
/** Foreign records read without a decision before the lane notes its position anyway. */
const IDLE_RECORDS_MAX = 256;
/** Ticks between two sendings of what a peer has not acked. */
const RESEND_TICKS = 4;
const QUEUE_MAX = 20_000;

/** One writer of one log: batches, reactions, channels, ids. Runs a LaneDefinition. */
export class Lane<State> {
  readonly address: Address;
  #core: LaneCore<State>;
  readonly #writer: ChainWriter;
  #inputs: LogInput[] = [];
  readonly #queue: Submission[] = [];
  #queued = 0;
  #inbox: Packet[] = [];
  /** read or acked since the last own record, in order */
  #idle = new Batch();
  #idleRecords = 0;
  /** commands whose id is known, waiting for their first answer to be read */
  #repeats: { submission: Submission; index: number; seqs: readonly number[] }[] = [];
  /** ids set aside because deciding them left the fold half done */
  readonly #poisoned = new Map<CommandId, string>();
  readonly #post: Postbox;
  #resentAt = 0;
  #wake: (() => void) | null = null;
  #awake = false;
  #inflight: Promise<void> = Promise.resolve();
  #flying: Batch[] = [];
  #fault: unknown;
  #status: LaneStatus = 'active';
  #leave: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  private constructor(
    readonly options: LaneOptions<State>,
    loader: Loader<State>,
    writer: ChainWriter,
  ) {
    this.address = loader.address;
    this.#core = loader.core;
    this.#writer = writer;
    this.#post = new Postbox(this.address, options.exchange, loader.core.channels);
    this.#attach(loader);
    this.#leave = options.exchange.join(this.address, (packet) => {
      this.#inbox.push(packet);
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
    const { journal, definition, partition, writer, wait } = options;
    const opened = await ChainWriter.open(journal, logStream(definition.service, partition), {
      writer,
      from: loader.head,
      witnesses: options.witnesses ?? [],
      contracts: catalogue.fingerprint,
      now: 0,
      wait,
      onRecord: (record) => loader.fold(decodeRecord(record, options.cache)),
    });
    if (opened.kind === 'stood-down') return 'stood-down';
    return new Lane(options, loader, opened.writer);
  }

  get status(): LaneStatus {
    return this.#status;
  }
  /** why it stopped */
  get fault(): unknown {
    return this.#fault;
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
  get ignored(): number {
    return this.#writer.ignored;
  }
  get queued(): number {
    return this.#queued;
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
  /** Nothing waits, nothing is in flight, and every log is read to where its owner says it ends. */
  quiet(endOf: (topic: string) => number): boolean {
    return (
      this.#queued === 0 &&
      this.#inbox.length === 0 &&
      this.#flying.length === 0 &&
      this.#repeats.length === 0 &&
      this.unacked === 0 &&
      this.#core.definition.next(this.#core.state) === null &&
      this.#inputs.every(
        (input) => input.waiting === 0 && input.tail.head.seq >= endOf(input.topic),
      )
    );
  }

  /**
   * Hands in commands of clients; `done` hears all answers at once, after they are durable.
   *
   * @returns false, and nothing happens, when the queue is full or the lane does not decide: try
   * again later
   */
  submit(commands: readonly ClientCommand[], done: (answers: readonly Answer[]) => void): boolean {
    if (this.#status !== 'active') return false;
    const room = (this.options.queueMax ?? QUEUE_MAX) - this.#queued;
    const { reducing } = this.#core.definition;
    if (commands.length > room && !commands.every(({ command }) => reducing.has(command.type)))
      return false;
    if (commands.length === 0) return true;
    this.#queue.push(new Submission(commands, done));
    this.#queued += commands.length;
    this.#rouse();
    return true;
  }

  /**
   * Lets what was handed in and decided become durable, then stops deciding. Nothing depends on it.
   */
  async close(): Promise<void> {
    if (this.#status === 'active') this.#status = 'closed';
    this.#rouse();
    await this.#running;
  }

  #attach(loader: Loader<State>): void {
    for (const input of this.#inputs) input.close();
    this.#inputs = loader.tails().map(
      (tail) =>
        new LogInput(
          tail,
          this.options.wait,
          () => this.#rouse(),
          (fault) => this.#stop(fault),
        ),
    );
    for (const input of this.#inputs) {
      input.start((wake) => this.options.journal.watch(input.tail.stream, wake));
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

  async #run(): Promise<void> {
    this.#post.sendAll();
    while (this.#status === 'active') {
      try {
        const batch = this.#decide();
        if (!batch) await this.#sleep();
        else await this.#write(batch);
        if (batch) await this.options.breathe?.();
      } catch (fault) {
        if (fault instanceof LaneFault && fault.client !== null) await this.#setAside(fault);
        else this.#stop(fault);
      }
    }
    await this.#inflight;
    this.#leave();
    for (const input of this.#inputs) input.close();
    const reason =
      this.#status === 'closed' ? 'the lane was closed' : `the lane is ${this.#status}`;
    for (const { submission } of this.#flying.flatMap((batch) => batch.replies))
      submission.abandon(reason);
    for (const { submission } of this.#repeats) submission.abandon(reason);
    for (const submission of this.#queue) submission.abandon(reason);
  }

  /**
   * Decides what waits as one record: channel messages, then reactions, then commands, then one
   * piece of long work.
   */
  #decide(): Batch | null {
    const batch = this.#idle;
    this.#idle = new Batch();
    this.#core.begin(this.#writer.next().seq);
    try {
      this.#takePackets(batch);
      for (const input of this.#inputs) this.#takeRecords(input, batch);
      this.#takeCommands(batch);
      this.#takePiece(batch);
    } catch (fault) {
      this.#requeue(batch);
      throw fault;
    }
    if (
      batch.decided.length === 0 &&
      batch.heard.size === 0 &&
      this.#idleRecords < IDLE_RECORDS_MAX
    ) {
      this.#idle = batch;
      return null;
    }
    this.#idleRecords = 0;
    for (const [peer, { sent }] of this.#core.channels) {
      if (this.#post.unsent(peer, sent)) batch.sent.set(peer, sent);
    }
    return batch;
  }

  #takePackets(batch: Batch): void {
    const packets = this.#inbox;
    this.#inbox = [];
    for (const packet of packets) this.#takePacket(packet, batch);
  }

  #takePacket(packet: Packet, batch: Batch): void {
    const { from } = packet;
    const channel = channelTo(this.#core.channels, from);
    if (packet.ack > channel.sent) return; // meant for a newer owner of this lane
    const before = channel.acked;
    if (acknowledge(channel, packet.ack)) {
      batch.inputs.push({
        topic: `ack.${from.service}`,
        p: from.partition,
        from: before + 1,
        to: packet.ack,
      });
    }
    if (packet.messages.length === 0) return;
    const order: Order = { id: null, by: SYSTEM, from, cause: null };
    const first = channel.taken + 1;
    for (let no = first; no < packet.first + packet.messages.length; no++) {
      const message = packet.messages[no - packet.first];
      if (!message) break; // a gap: what lies before is sent again
      channel.taken = no;
      this.#decideInto(batch, { kind: 'channel', from, no }, message, order);
    }
    batch.heard.set(addressNumber(from), channel.taken);
    if (channel.taken >= first) {
      batch.inputs.push({
        topic: `chan.${from.service}`,
        p: from.partition,
        from: first,
        to: channel.taken,
      });
    }
  }

  #takeRecords(input: LogInput, batch: Batch): void {
    while (batch.decided.length < DECISIONS_MAX) {
      const record = input.take();
      if (!record) return;
      extend(batch.inputs, input.topic, record);
      this.#idleRecords++;
      let ordinal = 0;
      for (const decided of record.decided) {
        for (const event of decided.events) {
          this.#see(input, record, event, ordinal++, batch);
        }
      }
      this.#core.inputs.set(input.topic, headOf(record));
    }
  }

  #see(
    input: LogInput,
    record: LogRecord,
    event: HouseDecided['events'][number],
    ordinal: number,
    batch: Batch,
  ): void {
    const { head } = record;
    const cause = {
      service: input.service,
      partition: head.p,
      seq: head.seq,
      ordinal,
      time: head.ts,
    };
    const commands = this.#core.see(event, cause);
    if (commands.length === 0) return;
    const order: Order = { id: null, by: SYSTEM, from: null, cause };
    const { service, partition, seq } = cause;
    for (const command of commands) {
      this.#decideInto(
        batch,
        { kind: 'reaction', service, partition, seq, ordinal },
        command,
        order,
      );
    }
  }

  #takeCommands(batch: Batch): void {
    while (this.#queue.length > 0 && batch.decided.length < DECISIONS_MAX) {
      const submission = this.#queue[0];
      const index = submission.next++;
      this.#queued--;
      if (submission.next === submission.commands.length) this.#queue.shift();
      this.#takeCommand(batch, submission, index);
    }
  }

  #takeCommand(batch: Batch, submission: Submission, index: number): void {
    const { id, by, command } = submission.commands[index];
    const known = this.#core.ids.find(id);
    if (known.length > 0) {
      this.#repeats.push({ submission, index, seqs: known });
      if (this.#flying.length === 0) void this.#answerRepeats();
      return;
    }
    batch.replies.push({ submission, index, decision: batch.decided.length });
    const poison = this.#poisoned.get(id);
    const order: Order = { id, by, from: null, cause: null };
    const { outcome, events } =
      poison === undefined
        ? this.#core.decide(command, order)
        : { outcome: { kind: 'faulted' as const, reason: poison }, events: [] };
    batch.add({ origin: { kind: 'client', id, by }, command, outcome, events });
    this.#core.ids.add(id, this.#writer.next().seq);
  }

  #takePiece(batch: Batch): void {
    const piece = this.#core.definition.next(this.#core.state);
    if (!piece) return;
    const before = batch.decided.length;
    this.#decideInto(batch, { kind: 'continuation' }, piece, {
      id: null,
      by: SYSTEM,
      from: null,
      cause: null,
    });
    invariant(batch.decided.length > before, `${piece.type} brought its work forward`);
    this.#rouse();
  }

  #decideInto(batch: Batch, origin: HouseDecided['origin'], command: Command, order: Order): void {
    const { outcome, events } = this.#core.decide(command, order);
    if (outcome.kind === 'accepted' && events.length === 0) return; // a late fact: nothing to keep
    batch.add({ origin, command, outcome, events });
  }

  async #write(batch: Batch): Promise<void> {
    const { seq, epoch, prev } = this.#writer.next();
    const bytes = encodeRecord(
      {
        v: 1,
        p: this.address.partition,
        seq,
        epoch,
        writer: this.options.writer,
        prev,
        ts: this.#core.time,
        in: batch.inputs,
        n: batch.decided.length,
        contracts: catalogue.fingerprint,
        ...(seq % RECORDS_PER_DIGEST === 0 ? { chk: this.#core.digest() } : undefined),
      },
      catalogue.encode(batch.decided),
    );
    await this.#inflight;
    this.#flying.push(batch);
    if (this.#status === 'fenced' || this.#status === 'stopped') return;
    this.#inflight = this.#writer.append(bytes).then(
      (receipt) => this.#durable(batch, receipt, bytes),
      (fault: unknown) => this.#stop(fault),
    );
  }

  #durable(batch: Batch, receipt: Receipt, bytes: Uint8Array): void {
    this.#flying.shift();
    this.#core.locate(receipt.seq, receipt.offset);
    this.options.cache?.put(receipt.hash, batch.decided);
    this.options.onDurable?.({
      head: decodeHead(bytes).head,
      hash: receipt.hash,
      offset: receipt.offset,
      decided: batch.decided,
    });
    for (const { submission, index, decision } of batch.replies) {
      submission.answer(index, {
        kind: 'answered',
        decided: batch.decided[decision],
        receipt,
        repeated: false,
      });
    }
    this.#post.durable(batch.sent, batch.heard);
    if (this.#core.ticks >= this.#resentAt + RESEND_TICKS) {
      this.#resentAt = this.#core.ticks;
      this.#post.sendAgain();
    }
    if (this.#repeats.length > 0) void this.#answerRepeats();
  }

  /** Reads the first answers of ids that came again. */
  async #answerRepeats(): Promise<void> {
    const repeats = this.#repeats;
    this.#repeats = [];
    for (const { submission, index, seqs } of repeats) {
      const durable = this.#writer.head.seq;
      if (seqs.some((seq) => seq > durable)) {
        this.#repeats.push({ submission, index, seqs });
        continue;
      }
      try {
        submission.answer(index, await this.#firstAnswer(submission.commands[index], seqs));
      } catch (fault) {
        submission.answer(index, {
          kind: 'pending',
          reason: `its first answer cannot be read: ${String(fault)}`,
        });
      }
    }
  }

  async #firstAnswer(again: ClientCommand, seqs: readonly number[]): Promise<Answer> {
    for (const seq of seqs) {
      const record = await this.#read(seq);
      for (const decided of record.decided) {
        if (decided.origin.kind !== 'client' || decided.origin.id !== again.id) continue;
        const same =
          decided.origin.by.member === again.by.member &&
          sameCommand(decided.command, again.command);
        if (!same) return { kind: 'conflict' };
        return {
          kind: 'answered',
          decided,
          receipt: { seq, hash: record.hash, offset: record.offset },
          repeated: true,
        };
      }
    }
    throw new LaneFault(this.address, again.command, null, 'two ids share a print'); // 2^-64 a pair
  }

  async #read(seq: number): Promise<LogRecord> {
    const { journal, definition, partition, cache } = this.options;
    const stream = logStream(definition.service, partition);
    const offset = this.#core.offsetOf(seq);
    const [entry] = await journal.read(stream, offset, 1);
    const { bytes } = present(entry, `record ${seq} of ${addressText(this.address)}`);
    const { head, bodyStart, format } = decodeHead(bytes);
    return decodeRecord(
      { offset, hash: hash(bytes), format, head, body: bytes.subarray(bodyStart), bytes },
      cache,
    );
  }

  /**
   * Finds the answer to a command id in this lane's log; undefined when it was never decided here.
   */
  async answerOf(id: CommandId): Promise<{ decided: HouseDecided; receipt: Receipt } | undefined> {
    await this.#inflight;
    for (const seq of this.#core.ids.find(id)) {
      if (seq > this.#writer.head.seq) continue;
      const record = await this.#read(seq);
      const decided = record.decided.find(
        ({ origin }) => origin.kind === 'client' && origin.id === id,
      );
      if (decided) return { decided, receipt: { seq, hash: record.hash, offset: record.offset } };
    }
    return undefined;
  }

  /** Commands of a batch that will not be written go back to the front of the queue. */
  #requeue(batch: Batch): void {
    for (const { submission, index } of batch.replies.toReversed()) {
      const again = new Submission([submission.commands[index]], ([answer]) =>
        submission.answer(index, answer),
      );
      this.#queue.unshift(again);
      this.#queued++;
    }
  }

  /**
   * A client's command left the fold half done: folds the log anew and records the command as
   * faulted.
   */
  async #setAside(fault: LaneFault): Promise<void> {
    this.#poisoned.set(present(fault.client, 'the id of a client command'), fault.message);
    await this.#inflight;
    const loader = await Loader.start(this.options);
    const stream = logStream(this.address.service, this.address.partition);
    const { service } = this.address;
    const tail = new LogTail(
      this.options.journal,
      service,
      stream,
      loader.head,
      this.options.cache,
    );
    while (tail.head.seq < this.#writer.head.seq) {
      for (const record of await tail.poll(this.options.wait)) await loader.fold(record);
    }
    this.#core = loader.core;
    this.#post.channels = loader.core.channels;
    this.#idle = new Batch();
    this.#idleRecords = 0;
    this.#attach(loader);
  }
}

const sameCommand = (a: Command | null, b: Command): boolean => {
  if (a === null) return false;
  const [one, other] = [catalogue.encodeMessages([a]), catalogue.encodeMessages([b])];
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
};
