import type { CommandOf } from '@ringfence/contracts';
import type { CustodyState } from '@ringfence/domain-custody';
import { parseAccount, partitionOf, SYSTEM, type AssetId } from '@ringfence/kernel';
import type { Answer, ClientCommand, Lane, LogRecord } from '@ringfence/lane';
import { derivedId, type LaneEffect } from '@ringfence/service-kit';
import { hash } from '@ringfence/journal';

/** A payment to an address of the house, as its payer wrote it. */
export interface Payment {
  readonly transaction: string;
  readonly to: string;
  readonly asset: AssetId;
  readonly amount: bigint;
}
/** An order to mine one block, by an id that its sender chose. */
export interface MineOrder {
  readonly id: string;
  readonly payments: readonly Payment[];
}
/** The block of one partition: what its lane answered. */
export interface Mined {
  readonly partition: number;
  readonly answer: Answer | { readonly kind: 'busy' };
}

export const SIMULATED_CHAIN = 'simulated';
const HASH_DIGITS_USED = 12;

/**
 * A chain inside the process, for demos and tests: what the house instructs is sent at once, and
 * somebody mines blocks. Everything it does follows from the log, under ids that do too, so it may
 * die and be asked again at any time.
 */
export class SimulatedChain implements LaneEffect<CustodyState> {
  readonly #lanes = new Map<number, Lane<CustodyState>>();
  #underWay = 0;
  #mining: Promise<unknown> = Promise.resolve();

  constructor(readonly partitions: number) {}

  /** Whether all it has to report is in the log. */
  quiet(): boolean {
    return this.#underWay === 0;
  }

  opened(lane: Lane<CustodyState>): void {
    this.#lanes.set(lane.address.partition, lane);
    for (const [withdrawal, { progress }] of lane.state.withdrawals) {
      if (progress.status === 'instructed') this.#send(lane, withdrawal);
    }
  }
  durable(lane: Lane<CustodyState>, { decided }: LogRecord): void {
    for (const { events } of decided) {
      for (const event of events) {
        if (event.type === 'WithdrawalInstructed') this.#send(lane, event.withdrawal);
      }
    }
  }

  /**
   * Mines one block with these payments: one command to the lane of every partition. One after
   * another.
   */
  mine(order: MineOrder): Promise<readonly Mined[]> {
    const mined = this.#mining.then(() => this.#mine(order));
    this.#mining = mined.catch(() => undefined);
    return mined;
  }

  async #mine({ id, payments }: MineOrder): Promise<readonly Mined[]> {
    const parts = Array.from({ length: this.partitions }, (): Payment[] => []);
    for (const payment of payments) parts[this.#partitionOf(payment)].push(payment);
    return Promise.all(parts.map((part, partition) => this.#block(partition, id, part)));
  }

  /**
   * Where the account lives that the payer named; any other text goes where its transaction says.
   */
  #partitionOf({ to, transaction }: Payment): number {
    const account = parseAccount(to);
    if (account !== undefined && partitionOf(account) < this.partitions)
      return partitionOf(account);
    const digits = hash(Buffer.from(transaction, 'utf8')).slice(0, HASH_DIGITS_USED);
    return parseInt(digits, 16) % this.partitions;
  }

  async #block(partition: number, id: string, payments: readonly Payment[]): Promise<Mined> {
    const lane = this.#lanes.get(partition);
    if (!lane) return { partition, answer: { kind: 'busy' } };
    const order = derivedId(`block/${partition}/${id}`);
    const known = await lane.answerOf(order);
    if (known) return { partition, answer: { kind: 'answered', ...known, repeated: true } };
    const command = blockOf(lane.state, payments);
    return { partition, answer: await submitted(lane, { id: order, by: SYSTEM, command }) };
  }

  #send(lane: Lane<CustodyState>, withdrawal: number): void {
    const { partition } = lane.address;
    const transaction = `${SIMULATED_CHAIN}-${partition}-${withdrawal}`;
    const command: CommandOf<'ReportSent'> = { type: 'ReportSent', withdrawal, transaction };
    this.#underWay++;
    const id = derivedId(`sent/${transaction}`);
    void submitted(lane, { id, by: SYSTEM, command }).then(() => this.#underWay--);
  }
}

/** The next block: its payments, and every withdrawal that was sent and is in no block yet. */
function blockOf(state: CustodyState, payments: readonly Payment[]): CommandOf<'ObserveBlock'> {
  const confirmed: string[] = [];
  for (const [transaction, withdrawal] of state.sent) {
    if (state.withdrawals.get(withdrawal)?.progress.status === 'sent') confirmed.push(transaction);
  }
  const height = (state.chains.get(SIMULATED_CHAIN)?.height ?? 0) + 1;
  return { type: 'ObserveBlock', chain: SIMULATED_CHAIN, height, payments, confirmed };
}

function submitted(
  lane: Lane<CustodyState>,
  command: ClientCommand,
): Promise<Answer | { readonly kind: 'busy' }> {
  return new Promise((resolve) => {
    const taken = lane.submit([command], ([answer]) => resolve(answer));
    if (!taken) resolve({ kind: 'busy' });
  });
}
