import type { AssetId, Print } from '@ringfence/kernel';

/** What a bucket holds of one asset, in its smallest units. For reading. */
export interface Cash {
  readonly asset: AssetId;
  /** ≥ 0 */
  readonly available: bigint;
  /** ≥ 0: promised to a pending transfer, withdrawal, move, leg or round */
  readonly reserved: bigint;
  /**
   * net change of the whole account against other walls that custody has not been told yet, > 0
   * came in; kept with what is in `excess`, 0 in any other bucket
   */
  readonly unswept: bigint;
}

/**
 * What all buckets of a lane hold: a row of 64 bytes per bucket and asset, in pages that never
 * move. Amounts are limbs of 32 bits in two's complement, least first. A transfer thereby touches
 * two or three lines of memory, leaves nothing to the garbage collector, and no growing table
 * stops the lane.
 */
export interface CashTable {
  readonly pages: Uint32Array[];
  /** rows given out; row 0 stands for none */
  rows: number;
}
/** The first of a bucket's rows; each names the next. 0: the bucket never held anything. */
export type CashRow = number;

const PAGE_ROWS = 1024;
const ROW_WORDS = 16;
const ASSET = 0;
const NEXT = 1;
const AVAILABLE = 2;
const RESERVED = 6;
const UNSWEPT = 10;
const USED_WORDS = 14;

export const emptyCash = (): CashTable => ({ pages: [], rows: 1 });

const pageOf = ({ pages }: CashTable, row: CashRow): Uint32Array => pages[row >>> 10];
const wordOf = (row: CashRow): number => (row & (PAGE_ROWS - 1)) * ROW_WORDS;

/** The row of an asset among a bucket's; 0 when it never held any. */
export function rowAt(table: CashTable, first: CashRow, asset: AssetId): CashRow {
  let row = first;
  while (row !== 0 && pageOf(table, row)[wordOf(row) + ASSET] !== asset) row = nextRow(table, row);
  return row;
}
const nextRow = (table: CashTable, row: CashRow): CashRow => pageOf(table, row)[wordOf(row) + NEXT];

/** Gives out a row, behind the last of the bucket's. @returns it */
export function addRow(table: CashTable, first: CashRow, asset: AssetId): CashRow {
  const row = table.rows++;
  if (row >>> 10 === table.pages.length) table.pages.push(new Uint32Array(PAGE_ROWS * ROW_WORDS));
  pageOf(table, row)[wordOf(row) + ASSET] = asset;
  let last = first;
  for (let next = last; next !== 0; next = nextRow(table, next)) last = next;
  if (last !== 0) pageOf(table, last)[wordOf(last) + NEXT] = row;
  return row;
}

export const availableAt = (table: CashTable, row: CashRow): bigint =>
  row === 0 ? 0n : read(pageOf(table, row), wordOf(row) + AVAILABLE);
export const unsweptAt = (table: CashTable, row: CashRow): bigint =>
  row === 0 ? 0n : read(pageOf(table, row), wordOf(row) + UNSWEPT);

/** @returns whether both are still 0 or more */
export function changeCash(
  table: CashTable,
  row: CashRow,
  available: bigint,
  reserved: bigint,
): boolean {
  const page = pageOf(table, row);
  const at = wordOf(row);
  if (available !== 0n) add(page, at + AVAILABLE, available);
  if (reserved !== 0n) add(page, at + RESERVED, reserved);
  return (page[at + AVAILABLE + 3] | page[at + RESERVED + 3]) >= 0;
}
export function changeUnswept(table: CashTable, row: CashRow, amount: bigint): void {
  add(pageOf(table, row), wordOf(row) + UNSWEPT, amount);
}

/** Every row of a bucket, in the order in which its assets came. */
export function cashIn(table: CashTable, first: CashRow): Cash[] {
  const all: Cash[] = [];
  for (let row = first; row !== 0; row = nextRow(table, row)) {
    const page = pageOf(table, row);
    const at = wordOf(row);
    all.push({
      asset: page[at + ASSET] as AssetId,
      available: read(page, at + AVAILABLE),
      reserved: read(page, at + RESERVED),
      unswept: read(page, at + UNSWEPT),
    });
  }
  return all;
}
/**
 * Prints a bucket's rows, not the links between them. Most words are 0: a mask says which are not,
 * and only those follow.
 */
export function printRows(table: CashTable, first: CashRow, print: Print): void {
  for (let row = first; row !== 0; row = nextRow(table, row)) {
    const page = pageOf(table, row);
    const at = wordOf(row);
    let mask = 0;
    for (let word = AVAILABLE; word < USED_WORDS; word++)
      if (page[at + word] !== 0) mask |= 1 << word;
    print.word(page[at + ASSET]).word(mask);
    for (let word = AVAILABLE; word < USED_WORDS; word++) {
      if (page[at + word] !== 0) print.word(page[at + word]);
    }
  }
}

/** Where a bigint is taken apart and put together. */
const LIMBS = new DataView(new ArrayBuffer(16));
const WORD = 2 ** 32;
/** High words below this make a number that is exact. */
const EXACT_HIGH = 2 ** 21;

function read(page: Uint32Array, at: number): bigint {
  const low = page[at];
  const second = page[at + 1];
  const third = page[at + 2];
  const high = page[at + 3];
  if (third === 0 && high === 0 && second < EXACT_HIGH) return BigInt(second * WORD + low);
  LIMBS.setUint32(0, low, true);
  LIMBS.setUint32(4, second, true);
  LIMBS.setUint32(8, third, true);
  LIMBS.setUint32(12, high, true);
  return (LIMBS.getBigInt64(8, true) << 64n) + LIMBS.getBigUint64(0, true);
}

const EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Adds a signed amount of fewer than 127 bits. */
function add(page: Uint32Array, at: number, amount: bigint): void {
  if (amount <= EXACT && amount >= -EXACT) {
    const exact = Number(amount);
    const sign = exact < 0 ? WORD - 1 : 0;
    addWords(page, at, exact >>> 0, Math.floor(exact / WORD) >>> 0, sign, sign);
    return;
  }
  LIMBS.setBigInt64(0, amount, true);
  LIMBS.setBigInt64(8, amount >> 64n, true);
  const [low, second] = [LIMBS.getUint32(0, true), LIMBS.getUint32(4, true)];
  addWords(page, at, low, second, LIMBS.getUint32(8, true), LIMBS.getUint32(12, true));
}
/** Adds limbs in two's complement, least first. */
function addWords(
  page: Uint32Array,
  at: number,
  low: number,
  second: number,
  third: number,
  high: number,
): void {
  let sum = page[at] + low;
  page[at] = sum;
  sum = page[at + 1] + second + (sum >= WORD ? 1 : 0);
  page[at + 1] = sum;
  sum = page[at + 2] + third + (sum >= WORD ? 1 : 0);
  page[at + 2] = sum;
  page[at + 3] += high + (sum >= WORD ? 1 : 0);
}
