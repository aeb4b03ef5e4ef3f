/** How a row that exists takes a new value: `set` keeps the old one where nothing new is said. */
export type Mode = 'key' | 'set' | 'add';
export type ColumnType = 'bigint' | 'integer' | 'numeric' | 'text' | 'boolean';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly mode: Mode;
}

/** A read model's table, in the words that its SQL, its entity and its fold share. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly places: Readonly<Record<string, number>>;
}

type Declared = Readonly<Record<string, readonly [Mode, ColumnType]>>;

/** Declares a table: keys first. Columns in snake case, as PostgreSQL folds them. */
export function table(name: string, declared: Declared): Table {
  const columns = Object.entries(declared).map(([column, [mode, type]]) => ({
    name: column,
    mode,
    type,
  }));
  const places = Object.fromEntries(columns.map((column, place) => [column.name, place]));
  return { name, columns, places };
}

const listOf = (columns: readonly Column[]): string => columns.map(({ name }) => name).join(', ');

/**
 * Inserts any number of rows, or changes those that exist: a parameter per column, each an array
 * written as text.
 *
 * @param before  parameters of the statement before these
 */
export function upsertOf({ name, columns }: Table, before: number): string {
  const keys = columns.filter(({ mode }) => mode === 'key');
  const rest = columns.filter(({ mode }) => mode !== 'key');
  const arrays = columns.map(({ type }, i) => `($${before + i + 1}::text)::${type}[]`).join(', ');
  const updates = rest.map(({ name: column, mode }) =>
    mode === 'add'
      ? `${column} = ${name}.${column} + excluded.${column}`
      : `${column} = coalesce(excluded.${column}, ${name}.${column})`,
  );
  return (
    `insert into ${name} (${listOf(columns)}) select * from unnest(${arrays}) ` +
    `on conflict (${listOf(keys)}) do update set ${updates.join(', ')}`
  );
}
