import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, reject, type Decision, type DomainId, type InstrumentId } from '@ringfence/kernel';
import { fundingPerLot } from '@ringfence/margin';
import { domainOf, type Domain, type ReferenceState } from './state.js';

type Mark = EventOf<'RoundOpened'>['marks'][number];
type Value = EventOf<'RoundOpened'>['collateral'][number];

/** The log carries funding as a safe integer; both sides of it are cut alike. */
const FUNDING_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Opens a settlement round at the newest used prices, so that frames and rounds have one order for
 * every lane.
 *
 * Funding is rate × notional per lot, cut towards zero. A repeat, or a request out of its turn, is
 * a late fact.
 *
 * @returns `RoundOpened`, or nothing unless `round` follows the domain's last; or `not-liquidation`
 *          (no message of a clearing decider), `domain-unknown`
 * @source DESIGN 6.3
 */
export function openRound(
  command: CommandOf<'RoundRequest'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  if (order.from?.service !== 'liquidation') return reject('not-liquidation');
  const domain = state.domains.get(command.domain);
  if (!domain) return reject('domain-unknown', { domain: command.domain });
  if (command.round !== domain.round + 1) return accept();
  return accept<Event>({
    type: 'RoundOpened',
    domain: command.domain,
    round: command.round,
    frame: state.house.frame,
    cause: command.cause,
    marks: marksOf(command.domain, state, command.funding),
    collateral: valuesIn(domain, state),
  });
}

/**
 * Every instrument of the domain that has a price; without a rate nothing is paid.
 *
 * A live option stands at 0: its premium settles as a cost and nothing else does until it ends.
 * What expired since the last round stands at its settlement price, this once: every leg in it was
 * applied under an older tag, and this round closes it.
 */
function marksOf(
  domain: DomainId,
  state: ReferenceState,
  funding: CommandOf<'RoundRequest'>['funding'],
): Mark[] {
  const rates = new Map(funding.map(({ instrument, ratePpb }) => [instrument, ratePpb]));
  const marks: Mark[] = [];
  const { round } = domainOf(state, domain);
  for (const [id, { domain: of, price, unit }] of state.instruments) {
    if (of !== domain) continue;
    const terms = state.terms.get(id);
    if (terms && (terms.right || terms.settled !== null)) {
      const mark = terms.settled ?? 0;
      const isDone = terms.settled !== null && round > terms.settledAfter;
      if (!isDone) marks.push({ instrument: id, price: mark, fundingPerLot: 0 });
      continue;
    }
    if (price === 0) continue;
    const perLot = fundingPerLot({ ratePpb: rates.get(id) ?? 0, mark: price, unit });
    marks.push({ instrument: id, price, fundingPerLot: Number(clamp(perLot)) });
  }
  return marks;
}

function clamp(perLot: bigint): bigint {
  if (perLot > FUNDING_MAX) return FUNDING_MAX;
  return perLot < -FUNDING_MAX ? -FUNDING_MAX : perLot;
}

/** Every asset that an instrument with a price prices in the domain's settlement asset. */
function valuesIn(domain: Domain, state: ReferenceState): Value[] {
  const values: Value[] = [];
  for (const [asset, { pricedBy, scale, haircutPpm }] of state.assets) {
    const id = state.symbols.get(pricedBy);
    const instrument = id === undefined ? undefined : state.instruments.get(id);
    if (!instrument || instrument.price === 0) continue;
    if (instrument.settlement !== domain.settlement) continue;
    if (state.terms.has(id as InstrumentId)) continue;
    const value = BigInt(instrument.price) * instrument.tickUnits;
    values.push({ asset, value, scale, haircutPpm });
  }
  return values;
}
