import { GENESIS, type ChainHead } from '@ringfence/journal';
import { addressText, type Address, type CommandId, type Service } from '@ringfence/kernel';
import type { FoundAnswer, Gauge, HostedLanes, LaneReport, LiveState } from '../hosted-lanes.js';
import type { BeatBoard } from './beat-board.js';
import type { PeerClient } from './peer-client.js';
import type { PeerCall, PeerCalls } from './peer-protocol.js';
import type { StreamBus } from './stream-bus.js';

/** An owner that was not heard for so long is shown as silent. */
const SILENT_MS = 5_000;

/** What is shown of a lane that nobody is heard of. */
const NOTHING = {
  queued: 0,
  unacked: 0,
  ignored: 0,
  outstanding: 0,
  inputs: [],
  repeated: 0,
  faulted: 0,
  quarantined: 0,
} as const;

export interface RemoteLanesOptions {
  readonly service: Service;
  readonly partitions: number;
  readonly board: BeatBoard;
  readonly bus: StreamBus;
  readonly peers: PeerClient;
}

/** The lanes of one service as a gateway sees them: by their beats, their logs and their owners. */
export class RemoteLanes implements HostedLanes {
  readonly service: Service;
  readonly partitions: number;

  constructor(readonly options: RemoteLanesOptions) {
    this.service = options.service;
    this.partitions = options.partitions;
  }

  reports(): readonly LaneReport[] {
    return Array.from({ length: this.partitions }, (_, partition) => this.#report(partition));
  }
  gauges(partition: number): readonly Gauge[] {
    return this.options.board.ownerOf(this.#address(partition))?.gauges ?? [];
  }
  async live(partition: number): Promise<LiveState | undefined> {
    return (await this.#ask(partition, 'live', this.#address(partition))) ?? undefined;
  }
  digestOf(partition: number): Promise<string> {
    return this.#ask(partition, 'digest', this.#address(partition)).catch(() => '');
  }
  endOf(partition: number): number {
    return this.headOf(partition).seq;
  }
  headOf(partition: number): ChainHead {
    const address = this.#address(partition);
    const followed = this.options.bus.logOf(address)?.head ?? GENESIS;
    const told = this.options.board.ownerOf(address)?.head ?? GENESIS;
    return told.seq > followed.seq ? told : followed;
  }
  async answerOf(partition: number, id: CommandId): Promise<FoundAnswer | 'unknown' | undefined> {
    try {
      const asked = { ...this.#address(partition), id };
      return (await this.#ask(partition, 'answer', asked)) ?? undefined;
    } catch {
      return 'unknown';
    }
  }
  async resume(partition: number): Promise<LaneReport> {
    return this.#ask(partition, 'resume', this.#address(partition));
  }
  async snapshot(): Promise<void> {
    const { board, peers } = this.options;
    const urls = new Set<string>();
    for (let partition = 0; partition < this.partitions; partition++) {
      const owner = board.ownerOf(this.#address(partition));
      if (owner) urls.add(owner.url);
    }
    for (const url of urls) await peers.ask(url, 'snapshot', { service: this.service });
  }

  #address(partition: number): Address {
    return { service: this.service, partition };
  }
  #ask<Call extends PeerCall>(
    partition: number,
    call: Call,
    asked: PeerCalls[Call]['asked'],
  ): Promise<PeerCalls[Call]['answer']> {
    const { board, peers } = this.options;
    const owner = board.ownerOf(this.#address(partition));
    if (!owner) return Promise.reject(new Error(this.#silence(partition)));
    return peers.ask(owner.url, call, asked);
  }
  #silence(partition: number): string {
    return `nobody is heard who owns ${addressText(this.#address(partition))}`;
  }

  #report(partition: number): LaneReport {
    const { board } = this.options;
    const address = this.#address(partition);
    const owner = board.ownerOf(address);
    const isSilent = board.silenceOf(address) > SILENT_MS;
    if (owner && !isSilent) return { ...owner, head: this.headOf(partition) };
    const fault = this.#silence(partition);
    const last = { ...NOTHING, time: owner?.time ?? 0 };
    const silent = { ...address, status: 'silent', fault, failingMs: 0 } as const;
    return { ...silent, head: this.headOf(partition), ...last };
  }
}
