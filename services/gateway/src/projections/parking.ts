import { accountText, type AccountId } from '@ringfence/kernel';
import { PARKED, type Parked } from '../read-store/parked.entity.js';
import type { ReadStore, Step } from '../read-store/read-store.js';
import { RowRefused } from '../read-store/row-refused.js';
import type { RowSet } from './rows.js';

/**
 * Writes batches of rows. An account whose rows the database always refuses is parked: what it had
 * stays as it was, nothing more is written of it until the read models are built anew, and all
 * others flow. Trouble with the database itself parks nobody.
 */
export class Parking {
  readonly #parked: Map<number, string>;

  constructor(
    readonly store: Pick<ReadStore, 'write' | 'refusal'>,
    parked: Parked,
    readonly onParked: (line: string) => void,
  ) {
    this.#parked = new Map(parked);
  }
  get parked(): Parked {
    return this.#parked;
  }
  /** What another process, or a write whose answer was lost, has noted. */
  learn(parked: Parked): void {
    this.#parked.clear();
    for (const [account, reason] of parked) this.#parked.set(account, reason);
  }

  /**
   * Writes the rows of all accounts that are not parked, and moves the checkpoints with them.
   *
   * @throws RowRefused when rows of no account are refused; whatever else the store throws
   */
  async write(rows: RowSet, steps: readonly Step[]): Promise<void> {
    const flowing = this.#parked.size === 0 ? rows : without(rows, this.#parked);
    try {
      await this.store.write(flowing, steps);
    } catch (fault) {
      if (!(fault instanceof RowRefused)) throw fault;
      const refused = await this.#refusedOf(flowing, [...flowing.accounts()]);
      if (refused.size === 0) throw fault;
      await this.#park(refused, without(flowing, refused), steps);
    }
  }

  async #park(refused: Parked, others: RowSet, steps: readonly Step[]): Promise<void> {
    const noted = others.of(PARKED);
    for (const [account, reason] of refused) noted.set(noted.row(account), 'reason', reason);
    await this.store.write(others, steps);
    for (const [account, reason] of refused) {
      this.#parked.set(account, reason);
      this.onParked(`rows of ${accountText(account as AccountId)} are parked: ${reason}`);
    }
  }

  /** Halves the accounts until each one that is refused stands alone. */
  async #refusedOf(rows: RowSet, accounts: readonly number[]): Promise<Parked> {
    const among = new Set(accounts);
    const own = rows.only((account) => account !== undefined && among.has(account));
    const reason = own.count > 0 ? await this.store.refusal(own) : undefined;
    if (reason === undefined) return new Map();
    if (accounts.length === 1) return new Map([[accounts[0], reason]]);
    const half = Math.floor(accounts.length / 2);
    const first = await this.#refusedOf(rows, accounts.slice(0, half));
    const second = await this.#refusedOf(rows, accounts.slice(half));
    return new Map([...first, ...second]);
  }
}

const without = (rows: RowSet, parked: Parked): RowSet =>
  rows.only((account) => account === undefined || !parked.has(account));
