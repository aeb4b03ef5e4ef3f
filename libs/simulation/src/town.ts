import {
  ACCOUNT_CLASSES,
  type AccountClass,
  type Command,
  type CommandOf,
} from '@ringfence/contracts';
import {
  accountText,
  cross,
  EXCESS,
  isolated,
  invariant,
  partitionOf,
  present,
  SYSTEM,
  type AccountId,
  type Address,
  type AssetId,
  type By,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import type { Order, SimulatedHouse } from './house.js';

/** The people of a simulated house. */
export const OPERATOR: By = { key: 1, member: 0 as MemberId, role: 'operator' };
export const APPROVERS: readonly By[] = [2, 3, 4].map((key) => ({
  key,
  member: 0 as MemberId,
  role: 'approver',
}));
export const MEMBERS = [1, 2] as unknown as readonly MemberId[];
export const venueOf = (member: MemberId): By => ({ key: 4 + member, member, role: 'venue' });

export const REFERENCE: Address = { service: 'reference', partition: 0 };
export const [USDT, BTC, ETH] = [1, 2, 3] as unknown as readonly [AssetId, AssetId, AssetId];
export const [BTC_PERP, ETH_PERP, SOL_PERP] = [1, 2, 3] as unknown as readonly InstrumentId[];
export const [MAJORS, ALTS] = [1, 2] as unknown as readonly DomainId[];
export const domainOf = (instrument: InstrumentId): DomainId =>
  instrument === SOL_PERP ? ALTS : MAJORS;
/** first prices in ticks of 0.01 */
export const FIRST_PRICES = new Map<InstrumentId, number>([
  [BTC_PERP, 800_000],
  [ETH_PERP, 22_000],
  [SOL_PERP, 2_000],
]);

export interface Inhabitant {
  readonly account: AccountId;
  readonly member: MemberId;
  readonly owner: string;
  readonly class: AccountClass;
  readonly domain: DomainId | null;
}

const PARAMETERS: CommandOf<'SetInstrumentParameters'>['parameters'] = {
  lambdaPpm: 940_000,
  multiplierPpm: 3_000_000,
  floorPpm: 50_000,
  capPpm: 500_000,
  stepPpm: 2_500,
  hysteresisPpm: 2_500,
  maintenancePpm: 500_000,
  callPpm: 750_000,
  releasePpm: 1_250_000,
  bandPpm: 300_000,
  tradeFeePpm: 300,
  closeOutFeePpm: 5_000,
  bufferPpm: 10_000,
  bookNotional: 50_000,
  depth: [
    { bps: 5, cumulativePpm: 100_000 },
    { bps: 20, cumulativePpm: 400_000 },
    { bps: 100, cumulativePpm: 1_000_000 },
  ],
};

/** Reference data first, in the order that gives the numbers above. */
function founding(): Command[] {
  const print = (n: number): string => n.toString(16).padStart(64, '0');
  return [
    {
      type: 'IssueKey',
      member: 0 as MemberId,
      role: 'operator',
      print: print(1),
      label: 'operations',
    },
    ...[2, 3, 4].map((n) => ({
      type: 'IssueKey' as const,
      member: 0 as MemberId,
      role: 'approver' as const,
      print: print(n),
      label: `approver ${n}`,
    })),
    ...MEMBERS.map((member) => ({ type: 'AdmitMember' as const, name: `member ${member}` })),
    ...MEMBERS.map((member) => ({
      type: 'IssueKey' as const,
      member,
      role: 'venue' as const,
      print: print(4 + member),
      label: `venue ${member}`,
    })),
    asset('eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7', 'USDT', 6, 0, ''),
    asset('bip122:000000000019d6689c085ae165831e93/slip44:0', 'BTC', 8, 100_000, 'BTC-PERP'),
    asset('eip155:1/slip44:60', 'ETH', 18, 120_000, 'ETH-PERP'),
    { type: 'OpenDomain', name: 'majors', settlement: USDT },
    { type: 'OpenDomain', name: 'alts', settlement: USDT },
    instrument('BTC-PERP', MAJORS),
    instrument('ETH-PERP', MAJORS),
    instrument('SOL-PERP', ALTS),
    ...[BTC_PERP, ETH_PERP, SOL_PERP].map((one) => ({
      type: 'SetInstrumentParameters' as const,
      instrument: one,
      parameters: PARAMETERS,
    })),
    {
      type: 'SetHouseParameters',
      parameters: {
        tickMaxMs: 60_000,
        frameValidMs: 600_000,
        callWindowMs: 120_000,
        saleTicks: 4,
        approvals: 2,
      },
    },
  ];
}
const asset = (
  caip: string,
  symbol: string,
  scale: number,
  haircutPpm: number,
  pricedBy: string,
): Command => ({
  type: 'ListAsset',
  caip,
  symbol,
  scale,
  haircutPpm,
  confirmations: 2,
  pricedBy,
});
const instrument = (symbol: string, domain: DomainId): Command => ({
  type: 'ListInstrument',
  symbol,
  domain,
  tick: '0.01',
  lot: '0.001',
  multiplier: 1,
});

/**
 * A founded house: members, assets, instruments, accounts, deposits; nothing of it fails, so that
 * every seed starts equal.
 */
export class Town {
  readonly people: Inhabitant[] = [];
  readonly heights: number[];
  readonly prices = new Map(FIRST_PRICES);
  now = 1_000_000;

  constructor(readonly house: SimulatedHouse) {
    this.heights = Array.from({ length: house.options.partitions }, () => 0);
  }

  async found(clientsPerPartition: number): Promise<void> {
    this.house.startAll();
    await this.house.exhaust();
    for (const [i, command] of founding().entries())
      await this.#done(REFERENCE, command, i === 0 ? SYSTEM : OPERATOR);
    await this.#done(REFERENCE, this.tick(1), OPERATOR);
    await this.#done(REFERENCE, this.frame(), OPERATOR);
    const { partitions } = this.house.options;
    for (let p = 0; p < partitions; p++) {
      for (const domain of [MAJORS, ALTS]) {
        await this.#open(p, 'liquidity', domain, 0 as MemberId, `liquidity ${domain}`);
        if (p < 2) await this.#open(p, 'insurance', domain, 0 as MemberId, `insurance ${domain}`);
      }
      for (let i = 0; i < clientsPerPartition; i++) {
        await this.#open(p, 'client-individual', null, MEMBERS[i % 2], `client ${i % 3}`);
      }
      await this.#open(p, 'house', null, 0 as MemberId, 'house');
    }
    for (const person of this.people) await this.#furnish(person);
    await this.house.exhaust();
  }

  async #open(
    p: number,
    kind: AccountClass,
    domain: DomainId | null,
    member: MemberId,
    owner: string,
  ): Promise<void> {
    invariant(ACCOUNT_CLASSES.includes(kind), 'a class');
    const by = member === 0 ? OPERATOR : venueOf(member);
    const command: Command = {
      type: 'OpenAccount',
      member,
      owner,
      class: kind,
      domain,
      reference: `${kind} ${p}`,
    };
    const order = await this.#done({ service: 'accounts', partition: p }, command, by);
    const opened = present(order.answer?.decided.events[0], 'AccountOpened');
    invariant(opened.type === 'AccountOpened', 'an account was opened');
    this.people.push({ account: opened.account, member, owner, class: kind, domain });
  }

  /** Money, and the right to trade for both venues. */
  async #furnish(person: Inhabitant): Promise<void> {
    const { account, member, class: kind } = person;
    const rich = kind === 'liquidity' || kind === 'house' ? 40 : kind === 'insurance' ? 3 : 1;
    const p = partitionOf(account);
    const to = accountText(account);
    const pay = (
      asset: AssetId,
      amount: bigint,
    ): CommandOf<'ObserveBlock'>['payments'][number] => ({
      transaction: `founding-${to}-${asset}`,
      to,
      asset,
      amount,
    });
    const payments = [
      pay(USDT, 20_000_000_000n * BigInt(rich)),
      pay(BTC, 100_000_000n),
      pay(ETH, 10n ** 19n),
    ];
    for (const list of [payments, [], [], []])
      await this.#done({ service: 'custody', partition: p }, this.block(p, list), OPERATOR);
    await this.#fundBuckets(person);
    if (kind !== 'client-individual') return;
    for (const venue of MEMBERS) {
      await this.#done(
        { service: 'accounts', partition: p },
        { type: 'GrantTradingAuthority', account, venue },
        venueOf(member),
      );
    }
    const destination = 'somewhere';
    await this.#done(
      { service: 'accounts', partition: p },
      { type: 'RegisterDestination', account, destination },
      venueOf(member),
    );
  }

  /** Margin to begin with: liquidity walls for their domain, clients where they will trade. */
  async #fundBuckets({ account, member, class: kind, domain }: Inhabitant): Promise<void> {
    const targets =
      kind === 'liquidity'
        ? [cross(domain ?? MAJORS)]
        : [cross(MAJORS), cross(ALTS), isolated(BTC_PERP)];
    if (kind !== 'liquidity' && kind !== 'client-individual') return;
    const amount = kind === 'liquidity' ? 100_000_000_000n : 4_000_000_000n;
    const address: Address = { service: 'accounts', partition: partitionOf(account) };
    for (const target of targets) {
      const move = {
        type: 'MoveCollateral' as const,
        account,
        source: EXCESS,
        target,
        asset: USDT,
      };
      await this.#done(address, { ...move, amount }, member === 0 ? OPERATOR : venueOf(member));
    }
  }

  async #done(address: Address, command: Command, by: By): Promise<Order> {
    const order = this.house.order(address, command, by);
    await this.house.exhaust();
    const outcome = order.answer?.decided.outcome;
    if (outcome?.kind !== 'accepted')
      throw new Error(`founding: ${command.type} ${JSON.stringify(outcome)}`);
    return order;
  }

  tick(ms: number): Command {
    this.now += ms;
    return { type: 'Tick', time: this.now, source: 'simulation' };
  }
  frame(): Command {
    const prices = [...this.prices].map(([one, ticks]) => ({
      instrument: one,
      price: (ticks / 100).toFixed(2),
    }));
    this.now += 1;
    return {
      type: 'PublishFrame',
      time: this.now,
      validUntil: this.now + 500_000,
      source: 'simulation',
      prices,
    };
  }
  block(
    partition: number,
    payments: CommandOf<'ObserveBlock'>['payments'],
    confirmed: readonly string[] = [],
  ): Command {
    return {
      type: 'ObserveBlock',
      chain: 'simulated',
      height: ++this.heights[partition],
      payments,
      confirmed,
    };
  }
}
