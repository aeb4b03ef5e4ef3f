import type { CommandOf, Decide, Event } from '@ringfence/contracts';
import { accept, bucketKind, invariant, partitionOf, type Decision } from '@ringfence/kernel';
import { allot } from '@ringfence/money';
import { legReserved } from './adl.js';
import { sliceLeg } from './close-out.js';
import { closableLots, isLocked, legReleased } from './leg.js';
import { knownInstrument } from './reference-view.js';
import { availableIn, bucketAt, ownAccount, type AccountsState, type PendingLeg } from './state.js';

/** Why the whole slice cannot be traded; null when it can. */
function sliceProblem(
  command: CommandOf<'TradePortfolioSlice'>,
  state: AccountsState,
): string | null {
  const bucket = bucketAt(ownAccount(state, command.account), command.bucket);
  if (!bucket) return 'nothing-to-close';
  if (command.frame < state.reference.frame) return 'stale-slice';
  if (command.against === command.account) return 'self-trade';
  if (partitionOf(command.against) >= state.partitions) return 'account-unknown';
  return isLocked(state, bucket) ? 'bucket-failing' : null;
}

/** The legs as they can be traded: clamped to the position, 0 lots for one that cannot. */
function clampedLegs(
  command: CommandOf<'TradePortfolioSlice'>,
  state: AccountsState,
): { readonly leg: PendingLeg; readonly asked: number; readonly reason: string }[] {
  const { slice, account, bucket: id, against, frame } = command;
  const bucket = bucketAt(ownAccount(state, account), id);
  return command.legs.map(({ instrument, lots, price }, index) => {
    invariant(lots !== 0 && price >= 0, 'a leg of a slice closes something at a price');
    const order = { slice, account, bucket: id, instrument, lots, price, fee: 0n, against, frame };
    const leg = sliceLeg({ type: 'TradeSlice', ...order }, state, index);
    const isOver = knownInstrument(state, instrument).settled !== null;
    const direction = Math.sign(lots);
    const closable = closableLots(state, bucket, { instrument, direction });
    const asked = Math.abs(lots);
    const reason = isOver ? 'instrument-expired' : closable === 0 ? 'nothing-to-close' : '';
    const fitting = reason === '' ? direction * Math.min(asked, closable) : 0;
    return { leg: { ...leg, lots: fitting }, asked, reason };
  });
}

/**
 * Trades a slice of a hedged portfolio against one liquidity account: all legs are reserved first,
 * then offered, so that no answer comes between two reservations; each is answered by itself. What
 * the wall takes over goes into its bucket of the same kind, where hedges stay hedges.
 *
 * @returns `LegReserved`…, `LegOffered`…; a leg that cannot be traded is reserved and released with
 *          `nothing-to-close`, `instrument-expired`; all of them with `stale-slice`,
 *          `bucket-failing`, `self-trade`, `account-unknown`
 * @source issue 6, section 2: close-out of the hedged sub-portfolio
 */
export const tradePortfolioSlice: Decide<CommandOf<'TradePortfolioSlice'>, AccountsState> = (
  command,
  state,
): Decision<Event> => {
  invariant(bucketKind(command.bucket) !== 'excess', 'slices are of margin buckets');
  const named = new Set(command.legs.map(({ instrument }) => instrument));
  invariant(named.size === command.legs.length, 'one leg of a slice per instrument');
  const problem = sliceProblem(command, state);
  const legs = clampedLegs(command, state);
  const asked = legs.map((each) => BigInt(each.asked));
  const fees = command.fee > 0n && legs.length > 0 ? allot(command.fee, asked) : [];
  const [first] = legs;
  let available = first
    ? availableIn(state, ownAccount(state, command.account), command.bucket, first.leg.asset)
    : 0n;
  const reserved: Event[] = [];
  const concluded: Event[] = [];
  legs.forEach(({ leg, asked: lots, reason }, index) => {
    const why = problem ?? reason;
    if (why !== '') {
      const refused = { ...leg, lots: command.legs[index]?.lots ?? 0 };
      reserved.push(legReserved(refused));
      concluded.push(legReleased(refused, why));
      return;
    }
    const share = ((fees[index] ?? 0n) * BigInt(Math.abs(leg.lots))) / BigInt(lots);
    const fee = share < available ? share : available;
    available -= fee;
    reserved.push(legReserved({ ...leg, fee }));
    concluded.push({ type: 'LegOffered', reservation: leg.reservation });
  });
  return accept(...reserved, ...concluded);
};
