import type { Event } from '@ringfence/contracts';
import { bucketKind, type AccountId, type BucketId } from '@ringfence/kernel';

/** What happened to clients' buckets of one kind; amounts in smallest settlement units. */
export interface PracticeTally {
  readonly calls: number;
  readonly liquidations: number;
  /** losses beyond the bucket's own collateral: others bear them, layer by layer */
  readonly deficits: string;
}

/** What happened in a house, counted from its logs alone. */
export interface Tally {
  frames: number;
  held: number;
  rounds: number;
  trades: number;
  marginCalls: number;
  callsMet: number;
  callsLapsed: number;
  breaches: number;
  closeOuts: number;
  slices: number;
  deleveraged: number;
  liquidityDefaults: number;
  cured: number;
  resolved: number;
  lossByLayer: Record<string, string>;
  gainsCut: string;
  deficits: string;
  insuranceUsed: string;
  observations: number;
  exceedances: number;
  evaluations: number;
  breaks: number;
  /** by kind of bucket, clients only */
  practices: Record<string, PracticeTally>;
}

interface Practice {
  readonly calls: number;
  readonly liquidations: number;
  readonly deficits: bigint;
}

/** Folds events of every log into the tally; amounts in smallest settlement units. */
export class Counter {
  readonly counts = new Map<Event['type'], number>();
  readonly #layers = new Map<string, bigint>();
  #cut = 0n;
  #deficits = 0n;
  #insurance = 0n;
  #observations = 0;
  #exceedances = 0;
  readonly #clients = new Set<AccountId>();
  readonly #practices = new Map<string, Practice>();
  #adl = 0;
  #trades = 0;

  see(event: Event): void {
    this.counts.set(event.type, (this.counts.get(event.type) ?? 0) + 1);
    switch (event.type) {
      case 'AccountOpened':
        if (event.class.startsWith('client')) this.#clients.add(event.account);
        break;
      case 'MarginCalled':
        this.#practice(event, ({ calls }) => ({ calls: calls + 1 }));
        break;
      case 'CloseOutOpened':
        this.#practice(event, ({ liquidations }) => ({ liquidations: liquidations + 1 }));
        break;
      case 'LossAllocated':
        this.#layers.set(event.layer, (this.#layers.get(event.layer) ?? 0n) + event.amount);
        break;
      case 'ClaimPaid':
        this.#cut += event.cut;
        break;
      case 'VariationSettled':
        this.#deficits += event.deficit;
        this.#practice(event, ({ deficits }) => ({ deficits: deficits + event.deficit }));
        break;
      case 'InsuranceCharged':
        this.#insurance += event.used;
        break;
      case 'CoverageObserved':
        this.#observations += event.observations;
        this.#exceedances += event.exceedances;
        break;
      case 'LegApplied':
        if (event.purpose === 'adl' && event.lots !== 0) this.#adl++;
        if (event.purpose === 'trade' && event.lots > 0) this.#trades++;
        break;
      default:
    }
  }

  #practice(
    { account, bucket }: { readonly account: AccountId; readonly bucket: BucketId },
    change: (before: Practice) => Partial<Practice>,
  ): void {
    if (!this.#clients.has(account)) return;
    const kind = bucketKind(bucket);
    const before = this.#practices.get(kind) ?? { calls: 0, liquidations: 0, deficits: 0n };
    this.#practices.set(kind, { ...before, ...change(before) });
  }

  tally(liquidityDefaults: number): Tally {
    const count = (type: Event['type']): number => this.counts.get(type) ?? 0;
    return {
      frames: count('FrameAccepted'),
      held: count('PriceHeld'),
      rounds: count('RoundClosed'),
      trades: this.#trades,
      marginCalls: count('MarginCalled'),
      callsMet: count('CallMet'),
      callsLapsed: count('CallLapsed'),
      breaches: count('MaintenanceBreached'),
      closeOuts: count('CloseOutOpened'),
      slices: count('SliceFilled'),
      deleveraged: this.#adl,
      liquidityDefaults,
      cured: count('CloseOutCured'),
      resolved: count('CloseOutResolved'),
      lossByLayer: Object.fromEntries(
        [...this.#layers].map(([layer, amount]) => [layer, String(amount)]),
      ),
      gainsCut: String(this.#cut),
      deficits: String(this.#deficits),
      insuranceUsed: String(this.#insurance),
      observations: this.#observations,
      exceedances: this.#exceedances,
      evaluations: count('MarginEvaluated') + count('PortfolioEvaluated'),
      breaks: count('BreakFound'),
      practices: Object.fromEntries(
        [...this.#practices].map(([kind, { deficits, ...counts }]) => [
          kind,
          { ...counts, deficits: String(deficits) },
        ]),
      ),
    };
  }
}

/** The counts of several logs together. */
export function talliesOf(a: Tally, b: Tally): Tally {
  const sum: Record<string, unknown> = {};
  for (const key of Object.keys(a) as (keyof Tally)[]) {
    const [one, other] = [a[key], b[key]];
    if (typeof one === 'number' && typeof other === 'number') sum[key] = one + other;
    if (typeof one === 'string' && typeof other === 'string') {
      sum[key] = String(BigInt(one) + BigInt(other));
    }
  }
  const lossByLayer = { ...a.lossByLayer };
  for (const [layer, amount] of Object.entries(b.lossByLayer)) {
    lossByLayer[layer] = String(BigInt(lossByLayer[layer] ?? '0') + BigInt(amount));
  }
  return { ...(sum as unknown as Tally), lossByLayer, practices: practicesOf(a, b) };
}

function practicesOf({ practices: a }: Tally, { practices: b }: Tally): Tally['practices'] {
  const sums = { ...a };
  for (const [kind, { calls, liquidations, deficits }] of Object.entries(b)) {
    const before = sums[kind] ?? { calls: 0, liquidations: 0, deficits: '0' };
    sums[kind] = {
      calls: before.calls + calls,
      liquidations: before.liquidations + liquidations,
      deficits: String(BigInt(before.deficits) + BigInt(deficits)),
    };
  }
  return sums;
}
