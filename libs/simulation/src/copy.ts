/**
 * A copy of plain data (objects, lists, Map, Set, numbers in rows), as a snapshot is one. What is
 * held twice is held twice by the copy too. `structuredClone` would make Maps of another realm
 * under Jest, and the fold of a lane tells a Map by its class.
 */
export function copyOf<T>(value: T): T {
  return copied(value, new Map()) as T;
}

function copied(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    known.set(value, list);
    for (const each of value) list.push(copied(each, known));
    return list;
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>();
    known.set(value, map);
    for (const [key, each] of value) map.set(copied(key, known), copied(each, known));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set<unknown>();
    known.set(value, set);
    for (const each of value) set.add(copied(each, known));
    return set;
  }
  const fields: Record<string, unknown> = {};
  known.set(value, fields);
  for (const [key, each] of Object.entries(value)) fields[key] = copied(each, known);
  return fields;
}
