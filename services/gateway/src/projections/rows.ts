import type { Table } from './table.js';

export type Value = number | bigint | string | boolean | null;

const KEY_FACTOR = 31;

/** Rows of one table that changed in a batch: many events on one row are one row. */
export class Rows {
  /** by column, then by row */
  readonly #values: Value[][];
  readonly #found = new Map<number, number[]>();
  #count = 0;

  constructor(readonly table: Table) {
    this.#values = table.columns.map(() => []);
  }
  get count(): number {
    return this.#count;
  }

  /** The row with these keys, made when there is none: nothing said, and 0 to add. */
  row(...keys: number[]): number {
    let print = 0;
    for (const key of keys) print = print * KEY_FACTOR + key;
    const alike = this.#found.get(print);
    if (alike) {
      for (const row of alike) if (this.#hasKeys(row, keys)) return row;
    }
    const row = this.#count++;
    this.table.columns.forEach(({ mode }, place) => {
      this.#values[place][row] = mode === 'key' ? keys[place] : mode === 'add' ? 0n : null;
    });
    if (alike) alike.push(row);
    else this.#found.set(print, [row]);
    return row;
  }
  set(row: number, column: string, value: Value): void {
    this.#values[this.table.places[column]][row] = value;
  }
  add(row: number, column: string, value: bigint): void {
    const values = this.#values[this.table.places[column]] as bigint[];
    values[row] += value;
  }

  /** Whose row it is; undefined for one of no account. */
  accountOf(row: number): number | undefined {
    const { account: place } = this.table.places;
    const account = place === undefined ? null : this.#values[place][row];
    return account === null ? undefined : Number(account);
  }
  /** The rows of those accounts, to be written as they are. */
  only(holds: (account: number | undefined) => boolean): Rows {
    const kept = new Rows(this.table);
    for (let row = 0; row < this.#count; row++) {
      if (!holds(this.accountOf(row))) continue;
      this.#values.forEach((values, place) => kept.#values[place].push(values[row]));
      kept.#count++;
    }
    return kept;
  }

  /** One array literal of PostgreSQL per column. */
  arrays(): string[] {
    return this.#values.map((values, place) =>
      this.table.columns[place].type === 'text'
        ? textArray(values)
        : `{${values.map(plain).join(',')}}`,
    );
  }

  #hasKeys(row: number, keys: readonly number[]): boolean {
    for (let place = 0; place < keys.length; place++) {
      if (this.#values[place][row] !== keys[place]) return false;
    }
    return true;
  }
}

const plain = (value: Value): string => (value === null ? 'NULL' : String(value));
/** NUL cannot stand in a text of PostgreSQL. */
const textArray = (values: readonly Value[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : quoted(String(value)))).join(',')}}`;
const quoted = (text: string): string =>
  `"${text.replaceAll('\0', '\u2400').replace(/["\\]/g, '\\$&')}"`;

/** Rows of several tables that one transaction writes. */
export class RowSet {
  readonly #rows = new Map<Table, Rows>();

  of(table: Table): Rows {
    let rows = this.#rows.get(table);
    if (!rows) {
      rows = new Rows(table);
      this.#rows.set(table, rows);
    }
    return rows;
  }
  get count(): number {
    let count = 0;
    for (const rows of this.#rows.values()) count += rows.count;
    return count;
  }
  all(): Rows[] {
    return [...this.#rows.values()];
  }
  /** Everyone whose rows are here. */
  accounts(): ReadonlySet<number> {
    const accounts = new Set<number>();
    for (const rows of this.#rows.values()) {
      for (let row = 0; row < rows.count; row++) {
        const account = rows.accountOf(row);
        if (account !== undefined) accounts.add(account);
      }
    }
    return accounts;
  }
  only(holds: (account: number | undefined) => boolean): RowSet {
    const kept = new RowSet();
    for (const [of, rows] of this.#rows) kept.#rows.set(of, rows.only(holds));
    return kept;
  }
}
