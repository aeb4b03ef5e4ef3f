import type { Event, EventOf } from '@ringfence/contracts';
import { balances, type AccountsState } from '@ringfence/domain-accounts';
import type { CustodyState } from '@ringfence/domain-custody';
import {
  accountText,
  bucketText,
  type AccountId,
  type Address,
  type AssetId,
} from '@ringfence/kernel';

/**
 * One asset at the end of the logs, in smallest units: what is owed, on its way, and really held.
 */
export interface ConservationLine {
  readonly owed: string;
  readonly inTransit: string;
  readonly held: string;
  readonly difference: string;
}

/**
 * Adds up what accounts are owed and what vaults hold, and looks for anyone's collateral that paid
 * for another.
 */
export class Conservation {
  readonly #owed = new Map<string, bigint>();
  readonly #held = new Map<string, bigint>();
  readonly #transit = new Map<string, bigint>();
  readonly #lines: string[] = [];
  readonly #symbols = new Map<AssetId, string>();
  readonly #insurance = new Map<AccountId, { now: bigint; low: bigint }>();
  readonly #liquidity = new Set<AccountId>();
  /** what left a client's margin in a round beyond its own loss: must stay 0 */
  #paidForOthers = 0n;
  liquidityDefaults = 0;

  constructor(readonly partitions: number) {}

  /** A lane's state at the end of its log. */
  hold({ service }: Address, state: unknown): void {
    if (service === 'accounts') this.#holdAccounts(state as AccountsState);
    if (service === 'custody') this.#holdCustody(state as CustodyState);
  }
  #holdAccounts(state: AccountsState): void {
    for (const line of balances(state)) {
      const place = `${accountText(line.wall)} ${bucketText(line.bucket)}`;
      if (line.kind === 'cash') {
        add(this.#owed, String(line.asset), line.available + line.reserved);
        this.#lines.push(`${place} cash ${line.asset} ${line.available} ${line.reserved}`);
      } else if (line.kind === 'settlement') {
        this.#lines.push(`${place} settlement ${line.due} ${line.claim} ${line.debt}`);
      } else if (line.lots !== 0) {
        this.#lines.push(`${place} position ${line.instrument} ${line.lots}`);
      }
    }
    for (const pending of state.pending.values()) {
      if (pending.kind === 'withdrawal') add(this.#transit, String(pending.asset), 0n);
    }
  }
  #holdCustody(state: CustodyState): void {
    for (const [asset, { vaults }] of state.pools) {
      for (const { held } of vaults.values()) add(this.#held, String(asset), held);
    }
  }

  see(_address: Address, event: Event): void {
    if (event.type === 'AssetListed') this.#symbols.set(event.asset, event.symbol);
    else if (event.type === 'AccountOpened') this.#opened(event);
    else if (event.type === 'VariationSettled') this.#settled(event);
    else if (event.type === 'CollateralCredited') this.#fund(event.account, event.amount);
    else if (event.type === 'InsuranceCharged') this.#fund(event.account, -event.used);
    else if (
      event.type === 'AdlRequested' &&
      event.wanted === 1 &&
      this.#liquidity.has(event.account)
    )
      this.liquidityDefaults++;
  }
  #opened({ account, class: kind }: EventOf<'AccountOpened'>): void {
    if (kind === 'insurance') this.#insurance.set(account, { now: 0n, low: 0n });
    if (kind === 'liquidity') this.#liquidity.add(account);
  }
  /** Cash leaves a bucket in a round only for its own debt, variation and funding. */
  #settled(event: EventOf<'VariationSettled'>): void {
    const own = event.dueBefore - event.debtBefore + event.variation + event.funding;
    const loss = own < 0n ? -own : 0n;
    if (event.collected + event.debt + event.deficit !== loss)
      this.#paidForOthers += event.collected - loss;
  }
  #fund(account: AccountId, change: bigint): void {
    const fund = this.#insurance.get(account);
    if (!fund) return;
    fund.now += change;
    fund.low = change > 0n ? fund.now : fund.now < fund.low ? fund.now : fund.low;
  }

  balances(): readonly string[] {
    return this.#lines.toSorted();
  }
  paidForOthers(): string {
    return String(this.#paidForOthers);
  }
  /** the least that the insurance walls held together after their deposits */
  insuranceLow(): string {
    let low = 0n;
    for (const fund of this.#insurance.values()) low += fund.low;
    return String(low);
  }
  lines(): Record<string, ConservationLine> {
    const lines: Record<string, ConservationLine> = {};
    for (const [asset, owed] of this.#owed) {
      const inTransit = this.#transit.get(asset) ?? 0n;
      const held = this.#held.get(asset) ?? 0n;
      lines[this.#symbols.get(Number(asset) as AssetId) ?? asset] = {
        owed: String(owed),
        inTransit: String(inTransit),
        held: String(held),
        difference: String(owed + inTransit - held),
      };
    }
    return lines;
  }
}

function add(to: Map<string, bigint>, key: string, amount: bigint): void {
  to.set(key, (to.get(key) ?? 0n) + amount);
}
