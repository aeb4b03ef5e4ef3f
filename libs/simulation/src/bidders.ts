import type { Event, EventOf } from '@ringfence/contracts';
import { cross, isolated, partitionOf, type Address, type BucketId } from '@ringfence/kernel';
import { Chance } from './chance.js';
import type { Crowd } from './life.js';
import { domainOf, MEMBERS, venueOf } from './town.js';

/** Chance of their own: where nothing is auctioned, nothing else of a seed moves. */
const OWN_CHANCE = 0x5eed_b1d5;
const LOTS_MAX = 3_000;

/** Who bids for what is auctioned: mostly with sense, sometimes late, again or for a stranger. */
export class Bidders {
  readonly #chance: Chance;
  #open: EventOf<'AuctionOpened'>[] = [];
  #over: EventOf<'AuctionOpened'> | null = null;

  constructor(readonly crowd: Crowd) {
    this.#chance = new Chance(crowd.house.options.seed ^ OWN_CHANCE);
  }

  notice(event: Event): void {
    if (event.type === 'AuctionOpened') this.#open.push(event);
    if (event.type !== 'AuctionEnded') return;
    const of = ({ account, bucket }: EventOf<'AuctionOpened'>): boolean =>
      account === event.account && bucket === event.bucket;
    this.#over = this.#open.find(of) ?? this.#over;
    this.#open = this.#open.filter((one) => !of(one));
  }

  act(): void {
    for (const auction of this.#open) {
      if (this.#chance.happens(0.6)) this.#bid(auction);
      if (this.#chance.happens(0.2)) this.#bid(auction);
    }
    if (this.#over && this.#chance.happens(0.1)) this.#bid(this.#over);
  }

  #bid({ account, bucket, instrument }: EventOf<'AuctionOpened'>): void {
    const { house, town } = this.crowd;
    const people = town.people.filter((one) => one.class === 'client-individual');
    const one = this.#chance.pick(people);
    const member = this.#chance.happens(0.1) ? this.#chance.pick(MEMBERS) : one.member;
    const isApart = this.#chance.happens(0.2);
    const bidderBucket: BucketId = isApart ? isolated(instrument) : cross(domainOf(instrument));
    const lots = this.#chance.between(1, LOTS_MAX);
    const to: Address = { service: 'liquidation', partition: partitionOf(account) };
    const bid = { account, bucket, instrument, lots, bidder: one.account, bidderBucket };
    house.order(to, { type: 'BidInAuction', ...bid }, venueOf(member));
  }
}
