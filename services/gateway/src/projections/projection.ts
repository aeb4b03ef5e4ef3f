import type { Event } from '@ringfence/contracts';
import type { Service } from '@ringfence/kernel';
import type { RowSet } from './rows.js';
import type { Table } from './table.js';

/** Where an event stands. */
export interface EventPlace {
  readonly service: Service;
  readonly partition: number;
  /** log time, ms UTC */
  readonly time: number;
}

/**
 * A read model: a pure fold of recorded facts to changes of rows. It decides nothing and may be
 * rebuilt at any time.
 */
export interface Projection {
  readonly tables: readonly Table[];
  readonly reads: readonly Service[];
  fold(event: Event, place: EventPlace, rows: RowSet): void;
}
