import type { At, Command, CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import {
  accountId,
  InvariantViolation,
  present,
  SYSTEM,
  type AccountId,
  type Address,
  type By,
  type CommandId,
  type MemberId,
  type Service,
} from '@ringfence/kernel';
import { accountsLane } from './lane.js';
import type { AccountsState } from './state.js';

export type OwnEvent = Event;
/**
 * What a command came to: its facts, nested answers too, or the code and facts of its rejection.
 */
export interface Outcome {
  readonly events: readonly Event[];
  readonly code: string;
  readonly detail: Readonly<Record<string, string>>;
}
interface Letter {
  readonly from: Address;
  readonly to: Address;
  readonly message: Command;
}
interface Gate {
  readonly partition: number;
  readonly reservation: number;
}
/** Whoever answers for the clearing decider. */
export type ClearingPort = (from: number, message: Command) => void;

export const venue = (member: number): By => ({
  key: member,
  member: member as MemberId,
  role: 'venue',
});
export const OPERATOR: By = { key: 99, member: 0 as MemberId, role: 'operator' };

/**
 * Several accounts lanes in memory: channels first in, first out per pair; answers to the own lane
 * inside the same decision;
 * gates wait until they are judged; the reference log is read by each lane at its own pace.
 */
export class Runner {
  readonly lanes: AccountsState[] = [];
  /** every event of each lane, in order */
  readonly logs: Event[][] = [];
  readonly gates: Gate[] = [];
  /** transfers that a receiver credited, by sender's partition and reservation */
  readonly accepted = new Set<string>();
  clearing: ClearingPort = () => undefined;
  #letters = new Map<string, Letter[]>();
  #reference: Event[] = [];
  #read: number[] = [];
  #ids = 0;

  constructor(readonly partitions: number) {
    for (let p = 0; p < partitions; p++) {
      this.lanes.push(accountsLane.initial(p, partitions));
      this.logs.push([]);
      this.#read.push(0);
    }
  }
  lane(partition: number): AccountsState {
    return present(this.lanes[partition], 'lane');
  }
  log(partition: number): Event[] {
    return present(this.logs[partition], 'log');
  }

  /** A client's command at a lane. */
  order(partition: number, command: Command, by: By): Outcome {
    const id = String(++this.#ids).padStart(16, '#') as CommandId;
    return this.#decide(partition, command, { id, by, from: null, cause: null });
  }
  /** The event of another service's lane of the same partition. */
  feed(partition: number, service: Service, event: Event): readonly Outcome[] {
    const state = this.lane(partition);
    const at: At = { service, partition, seq: 0, ordinal: 0, time: state.reference.now };
    const views = accountsLane.views[service] as Table | undefined;
    (views?.[event.type] as View | undefined)?.(state, event, at);
    const reactions = accountsLane.reactions[service] as Table | undefined;
    const commands = (reactions?.[event.type] as Reaction | undefined)?.(event, state, at) ?? [];
    const order: Order = { id: null, by: SYSTEM, from: null, cause: at };
    return commands.map((command) => this.#decide(partition, command, order));
  }
  /** Appends to the reference log; lanes read it by `readReference`. */
  publish(event: Event): void {
    this.#reference.push(event);
  }
  /** Appends to the reference log, and every lane reads all of it. */
  announce(event: Event): void {
    this.publish(event);
    for (let p = 0; p < this.partitions; p++) while (this.readReference(p));
  }
  readReference(partition: number): boolean {
    const event = this.#reference[this.#read[partition] ?? 0];
    if (!event) return false;
    this.#read[partition] = (this.#read[partition] ?? 0) + 1;
    this.feed(partition, 'reference', event);
    return true;
  }

  /** Posts a message as the liquidation lane would. */
  post(from: Address, to: number, message: Command): void {
    const letter = { from, to: { service: 'accounts' as const, partition: to }, message };
    const key = `${from.service}/${from.partition}>${to}`;
    const queue = this.#letters.get(key);
    if (queue) queue.push(letter);
    else this.#letters.set(key, [letter]);
  }
  /** Pairs of lanes with something under way. */
  channels(): string[] {
    return [...this.#letters.keys()].filter((key) => (this.#letters.get(key)?.length ?? 0) > 0);
  }
  underWay(): Command[] {
    return [...this.#letters.values()].flat().map(({ message }) => message);
  }
  deliver(channel: string): void {
    const letter = present(this.#letters.get(channel)?.shift(), 'letter');
    const order: Order = { id: null, by: SYSTEM, from: letter.from, cause: null };
    const outcome = this.#decide(letter.to.partition, letter.message, order);
    if (outcome.code !== '')
      throw new InvariantViolation(`${letter.message.type}: ${outcome.code}`);
  }
  /** Judges the gate that waits longest, or the one at `index`. */
  judge(passed = true, index = 0): readonly Outcome[] {
    const [gate] = this.gates.splice(index, 1);
    if (!gate) return [];
    return this.feed(gate.partition, 'risk', gateJudged(gate.reservation, passed));
  }
  /** One piece of a round. */
  piece(partition: number): Outcome | null {
    const command = accountsLane.next(this.lane(partition));
    if (!command) return null;
    return this.#decide(partition, command, { id: null, by: SYSTEM, from: null, cause: null });
  }

  /** Everything that could happen next, by name. */
  choices(): (() => void)[] {
    const all: (() => void)[] = this.channels().map((channel) => () => this.deliver(channel));
    this.gates.forEach((_, index) => all.push(() => void this.judge(true, index)));
    for (let p = 0; p < this.partitions; p++) {
      if ((this.#read[p] ?? 0) < this.#reference.length) all.push(() => void this.readReference(p));
      if (accountsLane.next(this.lane(p))) all.push(() => void this.piece(p));
    }
    return all;
  }
  /** Lets everything happen, in a fixed order, until nothing is left. */
  settle(): void {
    for (let choices = this.choices(); choices.length > 0; choices = this.choices()) choices[0]?.();
  }

  #decide(partition: number, command: Command, order: Order): Outcome {
    const decide = accountsLane.deciders[command.type] as Decider | undefined;
    const decision = present(decide, command.type)(command, this.lane(partition), order);
    if (!decision.accepted) {
      const { code, detail } = decision.rejection;
      return { events: [], code, detail };
    }
    const events = decision.events.flatMap((event) => this.#write(partition, event));
    return { events, code: '', detail: {} };
  }
  #write(partition: number, event: Event): Event[] {
    const state = this.lane(partition);
    const from: Address = { service: 'accounts', partition };
    const own: Command[] = [];
    const send = (to: Address, message: Command): void => {
      if (to.service === 'liquidation') this.clearing(partition, message);
      else if (to.partition === partition) own.push(message);
      else this.post(from, to.partition, message);
    };
    this.log(partition).push(event);
    const at: At = { ...from, seq: this.log(partition).length, ordinal: 0, time: 0 };
    const handler = present((accountsLane.evolve as Table)[event.type], event.type) as Handler;
    handler(state, event, { send }, at);
    if (event.type === 'TransferAccepted')
      this.accepted.add(`${event.partition}.${event.reservation}`);
    if (needsGate(event)) this.gates.push({ partition, reservation: event.reservation });
    const nested = own.flatMap((message) => {
      const order: Order = { id: null, by: SYSTEM, from, cause: null };
      const outcome = this.#decide(partition, message, order);
      if (outcome.code !== '') throw new InvariantViolation(`${message.type}: ${outcome.code}`);
      return outcome.events;
    });
    return [event, ...nested];
  }
}

type Table = Readonly<Record<string, unknown>>;
type View = (state: AccountsState, event: Event, at: At) => void;
type Reaction = (event: Event, state: AccountsState, at: At) => readonly Command[];
type Decider = (
  command: Command,
  state: AccountsState,
  order: Order,
) =>
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly rejection: Pick<Outcome, 'code' | 'detail'> };
type Handler = (
  state: AccountsState,
  event: Event,
  mail: { send(to: Address, message: Command): void },
  at: At,
) => void;

function needsGate(
  event: Event,
): event is EventOf<'LegReserved' | 'MoveReserved' | 'SwitchReserved'> {
  if (event.type === 'MoveReserved' || event.type === 'SwitchReserved') return true;
  if (event.type !== 'LegReserved') return false;
  return event.purpose === 'trade' || (event.purpose === 'slice' && !event.offers);
}
export const gateJudged = (reservation: number, passed: boolean): Event => ({
  type: 'GateJudged',
  reservation,
  account: accountId(0, 0),
  bucket: 0 as EventOf<'GateJudged'>['bucket'],
  passed,
  reason: passed ? '' : 'initial-margin',
  equity: 0n,
  requirement: 0n,
  frame: 1,
});
/** The account that an outcome opened. */
export function openedBy(outcome: Outcome): AccountId {
  const event = outcome.events.find((each) => each.type === 'AccountOpened');
  if (event?.type !== 'AccountOpened') throw new InvariantViolation(`not opened: ${outcome.code}`);
  return event.account;
}
export type Report = CommandOf<'RoundReport'>;
