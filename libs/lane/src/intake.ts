import { catalogue, type Command, type Order } from '@ringfence/contracts';
import { addressNumber, invariant, present, SYSTEM, type CommandId } from '@ringfence/kernel';
import type { ChainWriter } from '@ringfence/journal';
import { Batch, Submission, type Submitted } from './batch.js';
import { acknowledge, channelTo, type Packet } from './channels.js';
import { LaneFault, type LaneCore } from './core.js';
import { commandTopic } from './command-stream.js';
import { extend, headOf, type LogInput } from './input.js';
import { REFERENCE_TOPIC, type HouseDecided, type LogRecord } from './log-tail.js';
import type { Postbox } from './postbox.js';
import type { Repeat } from './repeats.js';
import { hashOfPlain } from './plain-hash.js';

/** At most so many decisions in one record; DESIGN 4.1. */
const DECISIONS_MAX = 1000;
/** And of commands none beyond so many events, which is less than half a megabyte. */
const RECORD_EVENTS_MAX = 4000;
/** Foreign events of one log seen in one go, at least; the rest waits until others had a turn. */
const EVENTS_MAX = 256;
/** Foreign records read without a decision before the lane notes its position anyway. */
const IDLE_RECORDS_MAX = 256;

export interface IntakeOptions {
  readonly writer: Pick<ChainWriter, 'next'>;
  readonly post: Postbox;
  /** there is more to do at once */
  readonly rouse: () => void;
  readonly onRepeat: (repeat: Repeat) => void;
}

/** All that waits for a lane, and the order in which it is taken. */
export class Intake<State> {
  inputs: readonly LogInput[] = [];
  readonly queue: Submission[] = [];
  /** client commands in `queue` */
  queued = 0;
  /**
   * What became of commands that are not decided again: one left the fold half done (`faulted`), or
   * no record can hold it (`quarantined`, without its content)
   */
  readonly setAside = new Map<CommandId, HouseDecided['outcome']>();
  #inbox: Packet[] = [];
  /** logs that held more than this lane had read when it was opened */
  #late: readonly LogInput[] = [];
  /** logs that this lane reads */
  #topics: ReadonlySet<string> = new Set();
  /** read or acked since the last own record, in order */
  #idle = new Batch();
  #idleRecords = 0;
  /** of the record in the making */
  #seq = 0;
  /** events folded so far, own and foreign: what a takeover would have to read again */
  folded = 0;
  /** since the lane opened: commands that came again, faulted, or were kept out of the fold */
  repeated = 0;
  faulted = 0;
  quarantined = 0;

  constructor(
    public core: LaneCore<State>,
    readonly options: IntakeOptions,
  ) {}

  get empty(): boolean {
    return this.queued === 0 && this.#inbox.length === 0;
  }
  receive(packet: Packet): void {
    this.#inbox.push(packet);
  }
  submit(submission: Submission): void {
    this.queue.push(submission);
    this.queued += submission.commands.length;
  }
  /** Goes on with a fold made anew from the log. */
  restart(core: LaneCore<State>, inputs: readonly LogInput[]): void {
    this.core = core;
    this.inputs = inputs;
    this.#late = inputs.filter(({ topic }) => topic !== REFERENCE_TOPIC);
    this.#topics = new Set(inputs.map(({ topic }) => topic));
    this.#idle = new Batch();
    this.#idleRecords = 0;
  }

  /**
   * Decides what waits as one record: reactions to the reference log, channel messages, other
   * reactions, then commands, then one piece of long work.
   */
  decide(): Batch | null {
    const batch = this.#idle;
    this.#idle = new Batch();
    this.#seq = this.options.writer.next().seq;
    this.core.begin(this.#seq);
    const { faults } = this.core;
    try {
      this.#takeInputs(batch);
      this.#takeCommands(batch);
      this.#takePiece(batch);
      if (this.#isDue(batch)) batch.body = this.#encode(batch);
    } catch (fault) {
      this.#requeue(batch);
      throw fault;
    }
    if (!this.#isDue(batch)) {
      this.#idle = batch;
      return null;
    }
    this.#idleRecords = 0;
    this.folded += batch.events;
    this.faulted += batch.faulted + this.core.faults - faults;
    this.quarantined += batch.quarantined;
    for (const [peer, { sent }] of this.core.channels) {
      if (this.options.post.unsent(peer, sent)) batch.sent.set(peer, sent);
    }
    return batch;
  }

  /** Something was decided or must be acked, or the lane has read far without noting it. */
  #isDue({ decided, heard }: Batch): boolean {
    return decided.length > 0 || heard.size > 0 || this.#idleRecords >= IDLE_RECORDS_MAX;
  }

  /**
   * Takes causes before effects: a record or packet whose writer had read further in a log than
   * this lane waits until the lane has read as far. The reference log has no causes in other logs
   * that this lane reads, so it comes first and nothing waits for ever.
   *
   * A lane that was just opened may have read more than its log says: it lets time go on only when
   * it has read again what there was.
   */
  #takeInputs(batch: Batch): void {
    const seen = new Map<LogInput, number>();
    for (let goesOn = true; goesOn;) {
      let taken = this.#isCaughtUp() ? 0 : this.#takeOthers(batch, seen);
      for (const input of this.inputs) {
        if (input.topic === REFERENCE_TOPIC) taken += this.#takeTime(input, batch, seen);
      }
      taken += this.#takePackets(batch) + this.#takeOthers(batch, seen);
      const held = this.#inbox.length > 0 || this.inputs.some(({ first }) => first !== undefined);
      goesOn = held && taken > 0 && batch.decided.length < DECISIONS_MAX && !this.#isAbsorbed;
    }
  }
  #takeOthers(batch: Batch, seen: Map<LogInput, number>): number {
    let taken = 0;
    for (const input of this.inputs) {
      if (input.topic !== REFERENCE_TOPIC) taken += this.#takeRecords(input, batch, seen);
    }
    return taken;
  }
  /** The reference log; record by record as long as the lane catches up. */
  #takeTime(input: LogInput, batch: Batch, seen: Map<LogInput, number>): number {
    if (this.#isCaughtUp()) return this.#takeRecords(input, batch, seen);
    const isNext = this.inputs.every(
      (other) => other === input || (other.first ? this.#isAhead(other.first) : other.isCaughtUp),
    );
    return isNext ? this.#takeRecords(input, batch, seen, 1) : 0;
  }
  #isCaughtUp(): boolean {
    if (this.#late.length === 0) return true;
    this.#late = this.#late.filter(({ isCaughtUp }) => !isCaughtUp);
    return this.#late.length === 0;
  }

  /** Long work that must see one state: nothing is taken until it is done. */
  get #isAbsorbed(): boolean {
    return this.core.definition.isAbsorbed?.(this.core.state) ?? false;
  }

  #takePackets(batch: Batch): number {
    const packets = this.#inbox;
    this.#inbox = [];
    for (const packet of packets) {
      const isAhead =
        this.inputs.length > 0 && packet.reference > this.core.readTo(REFERENCE_TOPIC);
      if (isAhead || this.#isAbsorbed) this.#inbox.push(packet);
      else this.#takePacket(packet, batch);
    }
    return packets.length - this.#inbox.length;
  }

  #takePacket(packet: Packet, batch: Batch): void {
    const { from } = packet;
    const channel = channelTo(this.core.channels, from);
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

  /**
   * @param seen  events of each log that were seen in this turn
   * @returns how many records it took
   */
  #takeRecords(
    input: LogInput,
    batch: Batch,
    seen: Map<LogInput, number>,
    most = Infinity,
  ): number {
    let taken = 0;
    while (batch.decided.length < DECISIONS_MAX && (seen.get(input) ?? 0) < EVENTS_MAX) {
      if (taken >= most) return taken;
      if (!input.first || this.#isAhead(input.first) || this.#isAbsorbed) return taken;
      const record = present(input.take(), 'the first record');
      taken++;
      extend(batch.inputs, input.topic, record);
      this.#idleRecords++;
      let ordinal = 0;
      for (const decided of record.decided) {
        for (const event of decided.events) {
          this.#see(input, record, event, ordinal++, batch);
        }
      }
      this.core.inputs.set(input.topic, headOf(record));
      seen.set(input, (seen.get(input) ?? 0) + ordinal);
      this.folded += ordinal;
    }
    if (input.waiting > 0) this.options.rouse();
    return taken;
  }

  /** Whether the writer of that record had read further in some log than this lane. */
  #isAhead({ head }: LogRecord): boolean {
    return head.in.some(({ topic, to }) => this.#topics.has(topic) && to > this.core.readTo(topic));
  }

  #see(
    input: LogInput,
    record: LogRecord,
    event: HouseDecided['events'][number],
    ordinal: number,
    batch: Batch,
  ): void {
    if (!this.core.minds(input.service, event.type)) return;
    const { head } = record;
    const cause = {
      service: input.service,
      partition: head.p,
      seq: head.seq,
      ordinal,
      time: head.ts,
    };
    const commands = this.core.see(event, cause);
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
    while (
      this.queue.length > 0 &&
      !this.#isAbsorbed &&
      batch.decided.length < DECISIONS_MAX &&
      batch.events < RECORD_EVENTS_MAX
    ) {
      const submission = this.queue[0];
      const index = submission.next++;
      this.queued--;
      if (submission.next === submission.commands.length) this.queue.shift();
      this.#takeCommand(batch, submission, index);
      const isOver = submission.next === submission.commands.length;
      if (isOver && submission.offset !== undefined) this.#noteTaken(batch, submission.offset);
    }
  }

  /** All of an entry of the command stream is decided: a takeover need not read it again. */
  #noteTaken({ inputs }: Batch, offset: number): void {
    const { service, partition: p } = this.core.address;
    const topic = commandTopic(service);
    const last = inputs.at(-1);
    const joins = last?.topic === topic && last.to === offset - 1;
    if (joins) inputs[inputs.length - 1] = { ...last, to: offset };
    else inputs.push({ topic, p, from: offset, to: offset });
    this.core.commands = offset + 1;
  }

  #takeCommand(batch: Batch, submission: Submission, index: number): void {
    const submitted = submission.commands[index];
    const { id, by } = submitted;
    const known = this.core.ids.find(id);
    if (known.length > 0) {
      this.repeated++;
      this.options.onRepeat({ submission, index, seqs: known });
      return;
    }
    batch.owe(submission, index);
    batch.add({ origin: { kind: 'client', id, by }, ...this.#decideClient(submitted, batch) });
    this.core.ids.add(id, this.#seq);
  }

  #decideClient(submitted: Submitted, batch: Batch): Omit<HouseDecided, 'origin'> {
    const { id, by, command } = submitted;
    if (command === null) {
      batch.quarantined++;
      return { command, outcome: { kind: 'quarantined', hash: submitted.hash }, events: [] };
    }
    const aside = this.setAside.size > 0 ? this.setAside.get(id) : undefined;
    if (aside) {
      const isKeptOut = aside.kind === 'quarantined';
      if (isKeptOut) batch.quarantined++;
      else batch.faulted++;
      return { command: isKeptOut ? null : command, outcome: aside, events: [] };
    }
    const { outcome, events } = this.core.decide(command, { id, by, from: null, cause: null });
    return { command, outcome, events };
  }

  #takePiece(batch: Batch): void {
    const piece = this.core.definition.next(this.core.state);
    if (!piece) return;
    const before = batch.decided.length;
    this.#decideInto(batch, { kind: 'continuation' }, piece, {
      id: null,
      by: SYSTEM,
      from: null,
      cause: null,
    });
    invariant(batch.decided.length > before, `${piece.type} brought its work forward`);
    this.options.rouse();
  }

  #decideInto(batch: Batch, origin: HouseDecided['origin'], command: Command, order: Order): void {
    const { outcome, events } = this.core.decide(command, order);
    if (outcome.kind === 'accepted' && events.length === 0) return; // a late fact: nothing to keep
    batch.add({ origin, command, outcome, events });
  }

  /** Commands of a batch that will not be written go back to the front of the queue. */
  #requeue(batch: Batch): void {
    for (const { submission, index, count } of batch.replies.toReversed()) {
      const commands = submission.commands.slice(index, index + count);
      const isLast = index + count === submission.commands.length;
      const again = new Submission(
        commands,
        (answers) => answers.forEach((answer, i) => submission.answer(index + i, answer)),
        isLast ? submission.offset : undefined,
      );
      this.queue.unshift(again);
      this.queued += count;
    }
  }

  /**
   * The body of a record. What does not fit the tables cannot be written: when a client ordered it,
   * the fold is made anew without it, else the lane stops.
   */
  #encode(batch: Batch): Uint8Array {
    try {
      return catalogue.encode(batch.decided);
    } catch (cause) {
      const found = batch.decided.find((each) => !isWritable([each]));
      const { origin, command = null } = found ?? {};
      const client = origin?.kind === 'client' ? origin.id : null;
      if (client !== null) {
        this.setAside.set(client, { kind: 'quarantined', hash: hashOfPlain(command) });
      }
      throw new LaneFault(this.core.address, command, client, cause);
    }
  }
}

function isWritable(decided: readonly HouseDecided[]): boolean {
  try {
    catalogue.encode(decided);
    return true;
  } catch {
    return false;
  }
}
