import type { AccountClass, CommandOf, Event, EventOf } from '@ringfence/contracts';
import {
  accountId,
  cross,
  EXCESS,
  isolated,
  present,
  type AccountId,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { balances, type Balance } from './balances.js';
import { cashIn } from './cash.js';
import { OPERATOR, openedBy, Runner, venue, type Outcome } from './runner.fixture.js';
import { bucketAt, lotsOf, ownAccount, type Bucket } from './state.js';

export const USD = 1 as AssetId;
export const BTC = 2 as AssetId;
export const DOMAIN = 1 as DomainId;
export const PERP = 1 as InstrumentId;
export const OTHER_PERP = 2 as InstrumentId;
export const CROSS = cross(DOMAIN);
export const ISOLATED = isolated(PERP);
export const ALICE = 1 as MemberId;
export const BOB = 2 as MemberId;
/** trades for both */
export const VENUE = 3 as MemberId;
/** units per lot and tick */
export const UNIT = 10n;
export const FEE_PPM = 1_000;

const text = { source: 'test' };
export const ticked = (time: number): Event => ({
  type: 'Ticked',
  tick: time,
  time,
  outageMs: 0,
  ...text,
});
export function frame(price: number, validUntil = 1_000, instrument = PERP): Event {
  const rates = { variance: 0, initialPpm: 0, maintenancePpm: 0, callPpm: 0, releasePpm: 0 };
  const prices = [{ instrument, price, ...rates }];
  return { type: 'FrameAccepted', frame: 1, time: 0, validUntil, ...text, prices };
}
export function roundOpened(round: number, price: number, fundingPerLot = 0): Event {
  const marks = [PERP, OTHER_PERP].map((instrument) => ({ instrument, price, fundingPerLot }));
  // a whole bitcoin of 10^8 units is worth 1,000 units of dollar, half of it as collateral
  const collateral = [{ asset: BTC, value: 1_000n, scale: 8, haircutPpm: 500_000 }];
  const cause = 'schedule' as const;
  return { type: 'RoundOpened', domain: DOMAIN, round, frame: 1, cause, marks, collateral };
}
function listed(instrument: InstrumentId): Event[] {
  const sizes = { unit: UNIT, tickUnits: 1n, tickSteps: 1, tickScale: 0, lotSteps: 1, lotScale: 0 };
  const symbol = `PERP-${instrument}`;
  const parameters = { bandPpm: 100_000, tradeFeePpm: FEE_PPM };
  return [
    { type: 'InstrumentListed', instrument, symbol, domain: DOMAIN, settlement: USD, ...sizes },
    {
      type: 'InstrumentParametersSet',
      instrument,
      version: 1,
      parameters: parameters as EventOf<'InstrumentParametersSet'>['parameters'],
    },
  ];
}
const assetListed = (asset: AssetId, symbol: string): Event => {
  const rest = { scale: 8, haircutPpm: 500_000, confirmations: 1, pricedBy: '' };
  return { type: 'AssetListed', asset, caip: symbol, symbol, ...rest };
};
const admitted = (member: MemberId): Event => ({ type: 'MemberAdmitted', member, name: 'member' });

/**
 * A house with two assets, a domain of two instruments at price 100, three members, and
 * `partitions` accounts lanes.
 */
export class Scene extends Runner {
  constructor(partitions = 1) {
    super(partitions);
    for (const member of [ALICE, BOB, VENUE]) this.announce(admitted(member));
    this.announce(assetListed(USD, 'USD'));
    this.announce(assetListed(BTC, 'BTC'));
    this.announce({ type: 'DomainOpened', domain: DOMAIN, name: 'linear', settlement: USD });
    for (const event of [...listed(PERP), ...listed(OTHER_PERP)]) this.announce(event);
    this.announce(frame(100));
    this.announce(frame(100, 1_000, OTHER_PERP));
  }
  client(partition: number, member = ALICE, owner = 'owner'): AccountId {
    return this.open(partition, { member, owner, class: 'client-individual', domain: null });
  }
  house(partition: number, accountClass: AccountClass, member = 0 as MemberId): AccountId {
    const needsDomain = accountClass === 'insurance' || accountClass === 'liquidity';
    const domain = needsDomain ? DOMAIN : null;
    return this.open(partition, { member, owner: 'house', class: accountClass, domain });
  }
  open(partition: number, fields: Omit<CommandOf<'OpenAccount'>, 'type' | 'reference'>): AccountId {
    const by = fields.class === 'client-individual' ? venue(fields.member) : OPERATOR;
    return openedBy(this.order(partition, { type: 'OpenAccount', ...fields, reference: '' }, by));
  }
  /** A client that `VENUE` may bind, with money in its cross bucket. */
  trader(partition: number, money: bigint, bucket: BucketId = CROSS, member = ALICE): AccountId {
    const account = this.client(partition, member, `owner-${this.log(partition).length}`);
    this.grant(account);
    this.deposit(account, money);
    this.move(account, EXCESS, bucket, money);
    return account;
  }
  grant(account: AccountId): Outcome {
    const command = { type: 'GrantTradingAuthority' as const, account, venue: VENUE };
    return this.order(place(account), command, this.ownerOf(account));
  }
  deposit(account: AccountId | null, amount: bigint, asset = USD, partition?: number): void {
    const p = partition ?? place(account ?? accountId(0, 0));
    const vault = account ?? accountId(p, 2);
    this.feed(p, 'custody', {
      type: 'DepositConfirmed',
      deposit: 1,
      account,
      vault,
      asset,
      amount,
    });
  }
  ownerOf(account: AccountId): typeof OPERATOR {
    const { member } = ownAccount(this.lane(place(account)), account);
    return member === 0 ? OPERATOR : venue(member);
  }
  move(
    account: AccountId,
    source: BucketId,
    target: BucketId,
    amount: bigint,
    asset = USD,
  ): Outcome {
    const command = { type: 'MoveCollateral' as const, account, source, target, asset, amount };
    return this.order(place(account), command, this.ownerOf(account));
  }
  transfer(from: AccountId, to: AccountId, amount: bigint, by = this.ownerOf(from)): Outcome {
    const command = { type: 'TransferCollateral' as const, from, to, asset: USD, amount };
    return this.order(place(from), command, by);
  }
  trade(
    buyer: AccountId,
    seller: AccountId,
    lots: number,
    more: Partial<CommandOf<'SubmitTrade'>> = {},
  ): Outcome {
    const sides = { buyer, buyerBucket: CROSS, seller, sellerBucket: CROSS };
    const command = { type: 'SubmitTrade' as const, instrument: PERP, lots, price: 100, ...sides };
    return this.order(place(buyer), { ...command, ...more }, venue(VENUE));
  }
  bucket(account: AccountId, bucket: BucketId = CROSS): Bucket {
    return present(bucketAt(ownAccount(this.lane(place(account)), account), bucket), 'bucket');
  }
  lots(account: AccountId, bucket: BucketId = CROSS, instrument = PERP): number {
    return lotsOf(this.bucket(account, bucket), instrument);
  }
  cash(account: AccountId, bucket: BucketId = EXCESS, asset = USD): [bigint, bigint] {
    const found = bucketAt(ownAccount(this.lane(place(account)), account), bucket);
    const all = found ? cashIn(this.lane(place(account)).cash, found.cash) : [];
    const cash = all.find((each) => each.asset === asset);
    return [cash?.available ?? 0n, cash?.reserved ?? 0n];
  }
  balances(): Balance[] {
    return this.lanes.flatMap((state) => [...balances(state)]);
  }
  /** Everything the ledgers hold of an asset; what both ends of a transfer hold counts once. */
  total(asset = USD): bigint {
    let sum = 0n;
    for (const each of this.balances()) {
      if (each.kind === 'cash' && each.asset === asset) sum += each.available + each.reserved;
    }
    for (const state of this.lanes) {
      for (const each of state.pending.values()) {
        if (each.kind !== 'transfer' || each.asset !== asset) continue;
        if (this.accepted.has(`${state.partition}.${each.reservation}`)) sum -= each.amount;
      }
    }
    return sum;
  }
  types(partition = 0): string[] {
    return this.log(partition).map((event) => event.type);
  }
}
export const place = (account: AccountId): number => account % 1024;
