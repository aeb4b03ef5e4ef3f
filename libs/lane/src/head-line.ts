const NEWLINE = 0x0a;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A line of JSON, then packed bytes: what travels beside the logs and is no record of them. */
export function withHeadLine(head: object, body: Uint8Array): Uint8Array {
  const line = encoder.encode(`${JSON.stringify(head)}\n`);
  const bytes = new Uint8Array(line.length + body.length);
  bytes.set(line);
  bytes.set(body, line.length);
  return bytes;
}

/** @returns undefined when the bytes do not begin with a line of JSON that holds an object */
export function splitHeadLine(
  bytes: Uint8Array,
): { readonly head: Readonly<Record<string, unknown>>; readonly body: Uint8Array } | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) return undefined;
  try {
    const head: unknown = JSON.parse(decoder.decode(bytes.subarray(0, end)));
    if (typeof head !== 'object' || head === null || Array.isArray(head)) return undefined;
    return { head: head as Readonly<Record<string, unknown>>, body: bytes.subarray(end + 1) };
  } catch {
    return undefined;
  }
}
