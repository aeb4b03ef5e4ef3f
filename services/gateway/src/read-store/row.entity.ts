import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Table } from '../projections/table.js';

/** A row as the database gives it: int8 and numeric as text. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** The entity of a read model's table: one declaration serves fold, SQL and queries. */
export function entityOf({ name, columns }: Table): EntitySchema<Row> {
  const options = columns.map(({ name: column, type, mode }) => {
    const primary = mode === 'key';
    const said: EntitySchemaColumnOptions =
      mode === 'add' ? { type, default: 0 } : { type, primary, nullable: !primary };
    return [column, said];
  });
  return new EntitySchema<Row>({ name, columns: Object.fromEntries(options) as never });
}
