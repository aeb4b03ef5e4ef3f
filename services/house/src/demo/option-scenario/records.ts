/** A file of the extract cannot be used: which line of it, and the rule. */
export class DataProblem extends Error {
  override readonly name = 'DataProblem';
}

/** One line of a comma-separated file, by column. */
export class Row {
  readonly #cells: ReadonlyMap<string, string>;

  constructor(
    cells: ReadonlyMap<string, string>,
    readonly where: string,
  ) {
    this.#cells = cells;
  }

  text(column: string): string {
    const cell = this.#cells.get(column) ?? '';
    if (cell === '') throw this.problem(`${column} is empty`);
    return cell;
  }
  /** @throws DataProblem unless it is a plain decimal, 0 or more */
  decimal(column: string): number {
    const cell = this.text(column);
    if (/^\d+(\.\d+)?$/.test(cell)) return Number(cell);
    throw this.problem(`${column} "${cell}" is no plain decimal`);
  }
  /** @throws DataProblem unless it is a plain decimal above 0 */
  positive(column: string): number {
    const value = this.decimal(column);
    if (value === 0) throw this.problem(`${column} is not above 0`);
    return value;
  }
  /** @returns ms UTC */
  time(column: string): number {
    const cell = this.text(column);
    const time = Date.parse(cell);
    if (Number.isNaN(time)) throw this.problem(`${column} "${cell}" is no time`);
    return time;
  }
  problem(rule: string): DataProblem {
    return new DataProblem(`${this.where}: ${rule}`);
  }
}

/**
 * Reads a comma-separated file without quotes.
 *
 * @param columns  that must be in its first line
 * @throws DataProblem naming the column that is missing
 */
export function rowsOf(name: string, text: string, columns: readonly string[]): Row[] {
  const [head = '', ...lines] = text.trimEnd().split(/\r?\n/);
  const names = head.split(',');
  for (const column of columns) {
    if (!names.includes(column)) throw new DataProblem(`${name}: there is no column ${column}`);
  }
  return lines.map((line, i) => {
    const cells = line.split(',');
    const byName = new Map(names.map((column, at) => [column, cells[at] ?? '']));
    return new Row(byName, `${name} line ${i + 2}`);
  });
}
