import { partitionOfOwner } from '@ringfence/gateway';
import type { MemberId } from '@ringfence/kernel';
import { Api, idMaker } from '../demo/api.js';
import {
  DOMAIN,
  found,
  OPERATOR_SECRET,
  SETTLEMENT,
  venueSecret,
  type Listing,
} from '../demo/founding.js';

/** One account of the load. */
export interface Person {
  readonly account: string;
  readonly member: number;
  readonly owner: string;
  readonly partition: number;
}
/** Who the load comes from. */
export interface People {
  /** clients; each owner has two accounts, so that there is somewhere to transfer to */
  readonly persons: readonly Person[];
  /** the house's own money, one account per partition: it may go to clients everywhere */
  readonly house: readonly Person[];
  /** log time at which they were ready, ms UTC */
  readonly time: number;
}

export const LISTING: Listing = {
  symbol: 'BTCUSDT',
  coin: 'BTC',
  scale: 8,
  instrument: 'BTC-PERP',
  tick: '0.01',
  lot: '0.001',
  lotDecimals: 3,
};
export const BUCKET = `cross:${DOMAIN}`;
export const FIRST_PRICE = 10_000;
export const STEP_MS = 60_000;
const START = 1_600_000_000_000;
const OWNERS_PER_PARTITION = 2;
const ACCOUNTS_PER_OWNER = 2;
const MEMBERS = 2;
export const VENUE = 1;
/** a run of its own for the ids of what comes before the load */
const FOUNDING_RUN = 0xffff_fff0;

/** Founds a house and furnishes it with accounts that hold, trade and may be traded with. */
export async function settle(url: string, partitions: number): Promise<People> {
  const operator = new Api(url, OPERATOR_SECRET);
  const id = idMaker(FOUNDING_RUN);
  await found(operator, id, [LISTING]);
  await operator.must('/v1/ticks', { id: id(), time: START, source: 'chaos' });
  await operator.must('/v1/frames', { id: id(), ...frameOf(START, FIRST_PRICE) });
  const persons = await open(operator, id, partitions);
  const house = await openHouse(operator, id, partitions);
  const payments = [...persons, ...house].map(({ account }) => {
    return { to: account, asset: SETTLEMENT, amount: '100000', transaction: `first ${account}` };
  });
  // the asset is confirmed two blocks deep
  for (const paid of [payments, [], []]) {
    await operator.call('/v1/simulated-chain/blocks', { id: id(), payments: paid });
  }
  await operator.quiet();
  for (const { account, member } of persons) {
    const venue = operator.as(venueSecret(member));
    const move = { source: 'excess', target: BUCKET, asset: SETTLEMENT, amount: '50000' };
    await venue.must('/v1/moves', { id: id(), account, ...move });
    await venue.must('/v1/trading-authorities', { id: id(), account, venue: VENUE });
  }
  await operator.quiet();
  return { persons, house, time: START };
}

/** Whoever may order for an account. */
export const secretOf = ({ member }: Person): string =>
  member === 0 ? OPERATOR_SECRET : venueSecret(member);

/** Accounts of clients, the same number on each partition. */
async function open(operator: Api, id: () => string, partitions: number): Promise<Person[]> {
  const persons: Person[] = [];
  const perPartition = OWNERS_PER_PARTITION * ACCOUNTS_PER_OWNER;
  for (let n = 0; persons.length < perPartition * partitions; n++) {
    const member = 1 + (n % MEMBERS);
    const owner = `owner ${n}`;
    // where an account lives follows from its member and owner
    const partition = partitionOfOwner(member as MemberId, owner, partitions);
    const there = persons.filter((person) => person.partition === partition);
    if (there.length === perPartition) continue;
    const kind = { class: 'client-individual', domain: null, reference: '' };
    const venue = operator.as(venueSecret(member));
    for (let i = 0; i < ACCOUNTS_PER_OWNER; i++) {
      const { account } = await venue.must('/v1/accounts', { id: id(), member, owner, ...kind });
      persons.push({ account: String(account), member, owner, partition });
    }
  }
  return persons;
}

async function openHouse(operator: Api, id: () => string, partitions: number): Promise<Person[]> {
  const persons: Person[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const own = { member: 0, owner: 'the house', class: 'house', domain: null, reference: '' };
    const { account } = await operator.must('/v1/accounts', { id: id(), ...own, partition });
    persons.push({ account: String(account), member: 0, owner: own.owner, partition });
  }
  return persons;
}

export const frameOf = (time: number, price: number) => ({
  time,
  validUntil: time + 60 * STEP_MS,
  source: 'chaos',
  prices: [{ instrument: LISTING.instrument, price: price.toFixed(2) }],
});
