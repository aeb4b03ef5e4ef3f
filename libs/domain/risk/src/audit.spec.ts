import type { Event } from '@ringfence/contracts';
import { present } from '@ringfence/kernel';
import { MarginAudit } from './audit.js';
import {
  BTC,
  fold,
  holds,
  ISOLATED,
  paidIn,
  tick,
  VALID_MS,
  view,
  type Desk,
} from './desk.fixture.js';
import { riskLane } from './lane.js';
import { CALL, framed, optionHouse, PORTFOLIO, PUT, rulesSet, SPOT } from './options.fixture.js';

/** Options, a perpetual in isolation, a new version of parameters, a missing price. */
function story(): Desk {
  const desk = optionHouse();
  const bucket = PORTFOLIO;
  desk.read('accounts', paidIn({ amount: 2_000_000n, bucket }), paidIn({ amount: 90_000n }));
  desk.read('accounts', holds({ lots: 10, price: SPOT, bucket: ISOLATED }));
  for (const [instrument, lots] of [
    [BTC, 100],
    [PUT, 50],
    [CALL, -30],
  ] as const) {
    desk.read('accounts', holds({ instrument, lots, price: SPOT, bucket }));
  }
  desk.read('reference', rulesSet(2, 3_000, { bufferPpm: 300_000 }));
  [SPOT - 900, SPOT + 700, SPOT - 4_000].forEach((price, i) =>
    desk.read('reference', ...framed(price, 2_000 * i)),
  );
  desk.read('reference', tick(VALID_MS * 2));
  desk.read('accounts', paidIn({ amount: 5n, bucket }));
  return desk;
}

function audited(desk: Desk, alter: (event: Event) => Event = (event) => event): MarginAudit {
  const audit = new MarginAudit();
  const lane = audit.lane();
  const state = lane.initial(0, 1);
  for (const entry of desk.entries) {
    if (entry.own) fold(state, alter(entry.own), entry.at, lane);
    else view(state, entry.event, entry.at);
  }
  return audit;
}

describe('the audit of margin', () => {
  it('recomputes every recorded evaluation bit for bit, kept ones too', () => {
    const desk = story();
    const audit = audited(desk);
    const recorded = desk.of('PortfolioEvaluated');
    expect(recorded.some(({ isKept }) => isKept)).toBe(true);
    expect(recorded.at(-1)?.parameters).toBe(2);
    expect(audit.compared).toBe(recorded.length + desk.of('MarginEvaluated').length);
    expect(audit.findings).toEqual([]);
  });

  it('names one unit of requirement that the inputs do not give', () => {
    const desk = story();
    const planted = present(desk.of('PortfolioEvaluated')[2], 'a third evaluation');
    const audit = audited(desk, (event) =>
      event === planted ? { ...planted, initial: planted.initial - 1n } : event,
    );
    const { initial } = planted;
    expect(audit.findings).toMatchObject([
      {
        frame: planted.frame,
        differences: [{ field: 'initial', recorded: `${initial - 1n}`, computed: `${initial}` }],
      },
    ]);
  });

  it('finds a lane that evaluated on other prices than the log gives', () => {
    const desk = story();
    const state = riskLane.initial(0, 1);
    expect(state.market.frame).toBe(0);
    const altered = desk.entries.map((entry) =>
      !entry.own && entry.event.type === 'OptionsPriced'
        ? { ...entry, event: withDearerPuts(entry.event) }
        : entry,
    );
    const audit = audited(Object.assign(story(), { entries: altered }));
    const fields = audit.findings.flatMap(({ differences }) =>
      differences.map(({ field }) => field),
    );
    expect(new Set(fields).has('netOptionValue')).toBe(true);
    expect(new Set(fields).has('inputs')).toBe(true);
  });
});

const withDearerPuts = (event: Extract<Event, { type: 'OptionsPriced' }>): Event => ({
  ...event,
  prices: event.prices.map((each) =>
    each.instrument === PUT ? { ...each, price: each.price + 1 } : each,
  ),
});
