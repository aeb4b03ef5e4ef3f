import type { CommandId, Service } from '@ringfence/kernel';
import type { ChainHead, Receipt } from '@ringfence/journal';
import type {
  HouseDecided,
  InputStanding,
  Lane,
  LaneCounts,
  LaneStatus,
  LogRecord,
} from '@ringfence/lane';
import type { BatchAnswer, CommandBatch } from './command-bus.js';
import type { LaneMeter } from './metrics/lane-meter.js';

/**
 * `opening`: it replays its log. `standby`: it reads on until the owner falls silent, or says that
 * it closed the lane. `stalled`: it cannot use its log, as on a full disk, and tries again by
 * itself. `stood-down`: another process opened an epoch while this one took over. `silent`: no
 * process is heard that owns it.
 */
export type HostedStatus = LaneStatus | 'opening' | 'standby' | 'stalled' | 'stood-down' | 'silent';

/** How one lane stands, for operators. */
export interface LaneReport extends LaneCounts {
  readonly service: Service;
  readonly partition: number;
  readonly status: HostedStatus;
  /** why it does not decide; empty while it does */
  readonly fault: string;
  /** how long it has not been able to use its log; 0 while it is */
  readonly failingMs: number;
  readonly head: ChainHead;
  readonly queued: number;
  readonly unacked: number;
  readonly ignored: number;
  /** orders that were handed in here and are not answered */
  readonly outstanding: number;
  /** how far it is in each log that it reads */
  readonly inputs: readonly InputStanding[];
  /** log time, ms UTC */
  readonly time: number;
}

/** A number that a service shows of a lane's state; higher is worse or just what it is. */
export interface Gauge {
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}
/**
 * What acts on the world outside: it hears of recorded facts, and of a lane that was opened, whose
 * state says what is still to be done. It may hear of a fact twice.
 */
export interface LaneEffect<State> {
  opened(lane: Lane<State>): void;
  durable(lane: Lane<State>, record: LogRecord): void;
}
/** What an operator may see of a lane's newest state. */
export interface Sights<State> {
  readonly gauges?: (state: State, time: number) => readonly Gauge[];
  /** the state in lines of plain data, for comparison with a replay */
  readonly lines?: (state: State) => Iterable<object>;
}
/** A lane's newest state as of a position of its log. */
export interface LiveState {
  readonly head: ChainHead;
  /** of the state, 64 bits in hexadecimal */
  readonly digest: string;
  readonly lines: readonly object[];
}

/** The lanes of one service, in this process or in others. */
export interface HostedLanes {
  readonly service: Service;
  readonly partitions: number;
  reports(): readonly LaneReport[];
  gauges(partition: number): readonly Gauge[];
  /** undefined while the lane is not open; may be ahead of `head` unless the lane is quiet */
  live(partition: number): Promise<LiveState | undefined>;
  /** of the newest state; empty while the lane is not open */
  digestOf(partition: number): Promise<string>;
  /** how the records fare of a lane in this process */
  meterOf?(partition: number): LaneMeter;
  /** the last durable record's sequence number; 0 while there is none */
  endOf(partition: number): number;
  headOf(partition: number): ChainHead;
  /** `unknown`: the lane cannot tell now, since it is not open or cannot write */
  answerOf(partition: number, id: CommandId): Promise<FoundAnswer | 'unknown' | undefined>;
  /** Opens a lane again that stopped or was taken over; nothing when it decides. */
  resume(partition: number): Promise<LaneReport>;
  /** Takes snapshots now. */
  snapshot(): Promise<void>;
}
/** The lanes of one service in this process. */
export interface LocalLanes extends HostedLanes {
  take(batch: CommandBatch): Promise<BatchAnswer>;
  /** whether nothing waits in any of its lanes; those that do not decide count as quiet */
  quiet(endOf: (service: Service, partition: number) => number): boolean;
  /** how a lane here stands that decides; undefined when it does not */
  standing(partition: number): LaneStanding | undefined;
  /** Keeps what is owned and what stands by in order; asked now and then. */
  tend(): void;
}
/** What a lane that decides has done so far, and whether anything waits in it. */
export interface LaneStanding {
  readonly isIdle: boolean;
  /** first entry of its command stream that it has not taken */
  readonly nextCommands: number;
  /** per log that it reads, the last sequence number that it has taken */
  readonly inputs: Readonly<Record<string, number>>;
}
export interface FoundAnswer {
  readonly decided: HouseDecided;
  readonly receipt: Receipt;
}
