import type { CommandOf, Event } from '@ringfence/contracts';
import type { Decision, InstrumentId } from '@ringfence/kernel';
import { referenceLane } from './lane.js';
import { BTC, LISTED, VENUE, by, given, house } from './house.fixture.js';

const TERMS = { startPpm: 980_000, cutoffPpm: 800_000, fastTicks: 10, slowTicks: 50, minLots: 1 };
type Terms = CommandOf<'SetAuctionRules'>['auction'];
const rules = (auction: Terms, instrument = BTC): CommandOf<'SetAuctionRules'> => ({
  type: 'SetAuctionRules',
  instrument,
  auction,
});
const codeOf = (decision: Decision<Event>): string =>
  decision.accepted ? 'accepted' : decision.rejection.code;

describe('rules of auctions', () => {
  it('count versions, and can be turned off', () => {
    expect(given(...LISTED, rules(TERMS)).when(rules(null))).toMatchObject({
      events: [{ type: 'AuctionRulesSet', instrument: BTC, version: 2, auction: null }],
    });
  });
  it('are set by operators, for what is listed', () => {
    expect(codeOf(given(...LISTED).when(by(VENUE, rules(TERMS))))).toBe('role-not-allowed');
    expect(codeOf(given(...LISTED).when(rules(TERMS, 9 as InstrumentId)))).toBe(
      'instrument-unknown',
    );
  });
  it.each<[string, string, Partial<typeof TERMS>]>([
    ['a start of nothing', 'startPpm', { startPpm: 0, cutoffPpm: 0 }],
    ['more than the whole value', 'startPpm', { startPpm: 1_000_001 }],
    ['a price that rises', 'cutoffPpm', { cutoffPpm: 980_001 }],
    ['no fast phase', 'fastTicks', { fastTicks: 0 }],
    ['an endless slow one', 'slowTicks', { slowTicks: 100_001 }],
    ['bids for nothing', 'minLots', { minLots: 0 }],
  ])('refuse %s by name', (_, field, changes) =>
    expect(given(...LISTED).when(rules({ ...TERMS, ...changes }))).toMatchObject({
      accepted: false,
      rejection: { code: 'parameter-out-of-range', detail: { field } },
    }),
  );
  it('are in the digest, and nothing is where none are set', () => {
    const [bare, ruled] = [house(...LISTED), house(...LISTED, rules(TERMS))];
    expect(referenceLane.digest(ruled)).not.toBe(referenceLane.digest(bare));
    expect(bare.auctions.size).toBe(0);
  });
});
