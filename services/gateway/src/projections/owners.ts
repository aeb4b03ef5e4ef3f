import type { AccountId } from '@ringfence/kernel';

/**
 * Whose calls, legs and withdrawals are open. Later facts name the number only, and every row must
 * say whose it is: a row that the database refuses parks its account, nobody else's.
 */
export class Owners {
  readonly #byPartition: Map<number, AccountId>[] = [];

  open(partition: number, number: number, account: AccountId): AccountId {
    (this.#byPartition[partition] ??= new Map()).set(number, account);
    return account;
  }
  /** @returns null for one that was never opened */
  of(partition: number, number: number): AccountId | null {
    return this.#byPartition[partition]?.get(number) ?? null;
  }
  /** The same; no later fact will name it. */
  close(partition: number, number: number): AccountId | null {
    const account = this.of(partition, number);
    this.#byPartition[partition]?.delete(number);
    return account;
  }
}
