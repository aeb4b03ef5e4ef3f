import type { Event } from '@ringfence/contracts';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';

/** Settlement rounds per domain; totals in smallest units of the settlement asset. */
export const ROUNDS = table('rounds', {
  domain: ['key', 'integer'],
  round: ['key', 'bigint'],
  cause: ['set', 'text'],
  frame: ['set', 'bigint'],
  opened_at: ['set', 'bigint'],
  status: ['set', 'text'],
  collected: ['set', 'numeric'],
  claims: ['set', 'numeric'],
  debts: ['set', 'numeric'],
  deficits: ['set', 'numeric'],
  insurance_used: ['set', 'numeric'],
  cut_by_adl: ['set', 'numeric'],
  cut: ['set', 'numeric'],
  paid: ['set', 'numeric'],
  due: ['set', 'numeric'],
});

/** What each round collected, paid and cut. */
export const roundsProjection: Projection = {
  tables: [ROUNDS],
  reads: ['reference', 'liquidation'],
  fold(event: Event, { time }: EventPlace, set: RowSet): void {
    if (event.type === 'RoundOpened') {
      const rows = set.of(ROUNDS);
      const row = rows.row(event.domain, event.round);
      rows.set(row, 'cause', event.cause);
      rows.set(row, 'frame', event.frame);
      rows.set(row, 'opened_at', time);
    } else if (event.type === 'RoundDecided') {
      const rows = set.of(ROUNDS);
      const row = rows.row(event.domain, event.round);
      rows.set(row, 'status', 'decided');
      for (const total of [
        'collected',
        'claims',
        'debts',
        'deficits',
        'cut',
        'paid',
        'due',
      ] as const) {
        rows.set(row, total, event[total]);
      }
      rows.set(row, 'insurance_used', event.insuranceUsed);
      rows.set(row, 'cut_by_adl', event.cutByAdl);
    } else if (event.type === 'RoundClosed') {
      const rows = set.of(ROUNDS);
      rows.set(rows.row(event.domain, event.round), 'status', 'closed');
    }
  },
};
