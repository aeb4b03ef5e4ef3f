/**
 * Prices and rates that wake a bucket, per instrument: binary heaps in plain arrays. Entries are
 * void once their bucket was evaluated again; they are dropped when they surface, and swept out
 * when a heap doubles.
 */
export interface Triggers {
  /** fires when the price falls below its key; keys negated, so that the highest surfaces */
  readonly below: Heap;
  /** fires when the price rises above its key */
  readonly above: Heap;
  /** fires when the call rate, in ppm, rises above its key */
  readonly dearer: Heap;
}
/** A least-first heap as three columns. */
export interface Heap {
  keys: number[];
  slots: number[];
  evaluations: number[];
  /** length at which void entries are swept out */
  sweepAt: number;
}

const SWEEP_MIN = 64;
const emptyHeap = (): Heap => ({ keys: [], slots: [], evaluations: [], sweepAt: SWEEP_MIN });
export const emptyTriggers = (): Triggers => ({
  below: emptyHeap(),
  above: emptyHeap(),
  dearer: emptyHeap(),
});

/** Says whether an entry's evaluation is still the bucket's last one. */
export type Valid = (slot: number, evaluation: number) => boolean;

export function push(
  heap: Heap,
  entry: { readonly key: number; readonly slot: number; readonly evaluation: number },
  valid: Valid,
): void {
  if (heap.keys.length >= heap.sweepAt) sweep(heap, valid);
  heap.keys.push(entry.key);
  heap.slots.push(entry.slot);
  heap.evaluations.push(entry.evaluation);
  rise(heap, heap.keys.length - 1);
}

/** From one in so many entries on it is cheaper to make a heap anew than to take them out. */
const MANY_PART = 16;

/**
 * Takes out all entries whose key is below `limit` and calls `fired` with those that are valid, in
 * no order: a crash fires thousands at once.
 */
export function fire(heap: Heap, limit: number, valid: Valid, fired: (slot: number) => void): void {
  if (isMany(heap, limit)) {
    sweep(heap, (slot, evaluation, key) => {
      const isValid = valid(slot, evaluation);
      if (isValid && key < limit) fired(slot);
      return isValid && key >= limit;
    });
    return;
  }
  while (heap.keys.length > 0 && (heap.keys[0] ?? 0) < limit) {
    const slot = heap.slots[0] ?? 0;
    const evaluation = heap.evaluations[0] ?? 0;
    drop(heap);
    if (valid(slot, evaluation)) fired(slot);
  }
}

/** Goes down from the top as far as keys are below the limit, or until there are many. */
function isMany({ keys }: Heap, limit: number): boolean {
  const many = keys.length / MANY_PART;
  const below = (at: number): boolean => at < keys.length && (keys[at] ?? 0) < limit;
  const found = below(0) ? [0] : [];
  for (let i = 0; i < found.length && found.length <= many; i++) {
    const left = 2 * (found[i] ?? 0) + 1;
    if (below(left)) found.push(left);
    if (below(left + 1)) found.push(left + 1);
  }
  return found.length > many && found.length > SWEEP_MIN;
}

function drop(heap: Heap): void {
  const last = heap.keys.length - 1;
  swap(heap, 0, last);
  heap.keys.pop();
  heap.slots.pop();
  heap.evaluations.pop();
  sink(heap, 0);
}

/** Makes the heap anew of the entries that stay. */
function sweep(
  heap: Heap,
  stays: (slot: number, evaluation: number, key: number) => boolean,
): void {
  const { keys, slots, evaluations } = heap;
  heap.keys = [];
  heap.slots = [];
  heap.evaluations = [];
  keys.forEach((key, i) => {
    const slot = slots[i] ?? 0;
    const evaluation = evaluations[i] ?? 0;
    if (!stays(slot, evaluation, key)) return;
    heap.keys.push(key);
    heap.slots.push(slot);
    heap.evaluations.push(evaluation);
  });
  for (let i = (heap.keys.length >> 1) - 1; i >= 0; i--) sink(heap, i);
  heap.sweepAt = Math.max(SWEEP_MIN, heap.keys.length * 2);
}

function rise(heap: Heap, from: number): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((heap.keys[parent] ?? 0) <= (heap.keys[at] ?? 0)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function sink(heap: Heap, from: number): void {
  const { keys } = heap;
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= keys.length) return;
    const right = left + 1;
    const least = right < keys.length && (keys[right] ?? 0) < (keys[left] ?? 0) ? right : left;
    if ((keys[at] ?? 0) <= (keys[least] ?? 0)) return;
    swap(heap, at, least);
    at = least;
  }
}

function swap({ keys, slots, evaluations }: Heap, a: number, b: number): void {
  exchange(keys, a, b);
  exchange(slots, a, b);
  exchange(evaluations, a, b);
}
function exchange(column: number[], a: number, b: number): void {
  const held = column[a] ?? 0;
  column[a] = column[b] ?? 0;
  column[b] = held;
}
