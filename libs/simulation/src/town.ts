import type { AccountClass, Command, CommandOf } from '@ringfence/contracts';
import {
  accountText,
  cross,
  EXCESS,
  indexOf,
  isolated,
  invariant,
  partitionOf,
  portfolio,
  present,
  SYSTEM,
  type AccountId,
  type Address,
  type AssetId,
  type BucketId,
  type By,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { climateOf, type Climate } from './climate.js';
import type { Order, SimulatedHouse } from './house.js';
import { STARTING_RULES } from '@ringfence/domain-risk';
import { auctionsFor, rulesFor } from './rules.js';

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

/** Where clients may withdraw to. */
export const DESTINATION = 'somewhere';

type Wish = readonly [address: Address, command: Command, by: By];

export interface Inhabitant {
  readonly account: AccountId;
  readonly member: MemberId;
  readonly owner: string;
  readonly class: AccountClass;
  readonly domain: DomainId | null;
}

/** Of every instrument. */
export const PARAMETERS: CommandOf<'SetInstrumentParameters'>['parameters'] = {
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
 * every seed starts equal but for its climate.
 */
export class Town {
  readonly people: Inhabitant[] = [];
  readonly heights: number[];
  readonly prices = new Map(FIRST_PRICES);
  readonly climate: Climate;
  now = 1_000_000;

  constructor(
    readonly house: SimulatedHouse,
    climate: Partial<Climate> = {},
  ) {
    this.heights = Array.from({ length: house.options.partitions }, () => 0);
    this.climate = { ...climateOf(house.chance.fork()), ...climate };
  }

  async found(clientsPerPartition: number): Promise<void> {
    this.house.startAll();
    await this.house.exhaust();
    const all = [...FIRST_PRICES.keys()];
    const rules = this.climate.ruled ? [...rulesFor(all), ...auctionsFor(all)] : [];
    const [first, ...rest] = [...founding(), ...rules, this.tick(1), this.frame()];
    await this.#done([
      [REFERENCE, first, SYSTEM],
      ...rest.map((command) => [REFERENCE, command, OPERATOR] as const),
    ]);
    await this.#open(clientsPerPartition);
    await this.#fund();
    await this.#done(this.people.flatMap((person) => this.#furnish(person)));
  }

  /** Rules of portfolios, and what the walls margin their own with. */
  async foundPortfolios(): Promise<void> {
    const set = { type: 'SetPortfolioParameters' as const, domain: MAJORS, effective: this.now };
    await this.#done([
      [
        REFERENCE,
        { ...set, parameters: { ...STARTING_RULES, scenarios: [...STARTING_RULES.scenarios] } },
        OPERATOR,
      ],
      ...this.people
        .filter((one) => one.class === 'liquidity' && one.domain === MAJORS)
        .map(({ account }): Wish => {
          const address: Address = { service: 'accounts', partition: partitionOf(account) };
          const amount = this.climate.liquidity / 2n;
          const way = { source: EXCESS, target: portfolio(MAJORS), asset: USDT };
          return [address, { type: 'MoveCollateral', account, ...way, amount }, OPERATOR];
        }),
    ]);
  }

  async #open(clientsPerPartition: number): Promise<void> {
    const titles: (Omit<Inhabitant, 'account'> & { readonly partition: number })[] = [];
    const house = 0 as MemberId;
    for (let partition = 0; partition < this.house.options.partitions; partition++) {
      const wall = (kind: 'liquidity' | 'insurance', domain: DomainId): void =>
        void titles.push({ partition, class: kind, domain, member: house, owner: kind });
      for (const domain of [MAJORS, ALTS]) {
        if (this.climate.liquidity > 0n) wall('liquidity', domain);
        if (partition < 2) wall('insurance', domain);
      }
      for (let i = 0; i < clientsPerPartition; i++) {
        const owner = `client ${i % 3}`;
        const member = MEMBERS[i % 2];
        titles.push({ partition, class: 'client-individual', domain: null, member, owner });
      }
      titles.push({ partition, class: 'house', domain: null, member: house, owner: 'house' });
    }
    const orders = await this.#done(
      titles.map(({ partition, ...title }) => [
        { service: 'accounts', partition },
        { type: 'OpenAccount', ...title, reference: `${title.class} ${partition}` },
        title.member === 0 ? OPERATOR : venueOf(title.member),
      ]),
    );
    orders.forEach((order, i) => {
      const opened = present(order.answer?.decided.events[0], 'AccountOpened');
      invariant(opened.type === 'AccountOpened', 'an account was opened');
      this.people.push({ ...titles[i], account: opened.account });
    });
  }

  /** One block with everyone's money, and one more that confirms it. */
  async #fund(): Promise<void> {
    const { partitions } = this.house.options;
    const blocks: Wish[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const here = this.people.filter(({ account }) => partitionOf(account) === partition);
      const custody: Address = { service: 'custody', partition };
      const payments = here.flatMap((person) => this.#payments(person));
      blocks.push([custody, this.block(partition, payments), OPERATOR]);
      blocks.push([custody, this.block(partition, []), OPERATOR]);
    }
    await this.#done(blocks);
  }
  #payments({ account, class: kind }: Inhabitant): CommandOf<'ObserveBlock'>['payments'] {
    const { liquidity, insurance } = this.climate;
    const [rich, usual] = [800_000_000_000n, 20_000_000_000n];
    const cash =
      kind === 'liquidity'
        ? liquidity * 2n
        : kind === 'insurance'
          ? insurance
          : kind === 'house'
            ? rich
            : usual;
    const to = accountText(account);
    const amounts = [
      [USDT, cash],
      [BTC, 100_000_000n],
      [ETH, 10n ** 19n],
    ] as const;
    return amounts
      .filter(([, amount]) => amount > 0n)
      .map(([asset, amount]) => ({ transaction: `founding-${to}-${asset}`, to, asset, amount }));
  }

  /** Margin to begin with, the right to trade for both venues, and a destination. */
  #furnish({ account, member, class: kind, domain }: Inhabitant): Wish[] {
    const address: Address = { service: 'accounts', partition: partitionOf(account) };
    const by = member === 0 ? OPERATOR : venueOf(member);
    const move = (target: BucketId, asset: AssetId, amount: bigint): Wish => [
      address,
      { type: 'MoveCollateral', account, source: EXCESS, target, asset, amount },
      by,
    ];
    if (kind === 'liquidity') return [move(cross(domain ?? MAJORS), USDT, this.climate.liquidity)];
    if (kind !== 'client-individual') return [];
    // every third client margins with coins, so that losses become debts
    const coins = indexOf(account) % 3 === 0;
    const margin = coins
      ? [
          move(cross(MAJORS), BTC, 50_000_000n),
          move(cross(MAJORS), USDT, 150_000_000n),
          move(cross(ALTS), ETH, 8n * 10n ** 18n),
          move(cross(ALTS), USDT, 150_000_000n),
        ]
      : [move(cross(MAJORS), USDT, 4_000_000_000n), move(cross(ALTS), USDT, 4_000_000_000n)];
    return [
      ...margin,
      move(isolated(BTC_PERP), USDT, 4_000_000_000n),
      ...MEMBERS.map((venue): Wish => [
        address,
        { type: 'GrantTradingAuthority', account, venue },
        by,
      ]),
      [address, { type: 'RegisterDestination', account, destination: DESTINATION }, by],
    ];
  }

  /** Orders all of it, in this order per lane. */
  async #done(wishes: readonly Wish[]): Promise<Order[]> {
    const orders = wishes.map(([address, command, by]) => this.house.order(address, command, by));
    await this.house.exhaust();
    for (const { answer, command } of orders) {
      const outcome = answer?.decided.outcome;
      if (outcome?.kind !== 'accepted')
        throw new Error(`founding: ${command.type} ${JSON.stringify(outcome)}`);
    }
    return orders;
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
