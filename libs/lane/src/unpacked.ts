import { catalogue, DecodeError, type Command } from '@ringfence/contracts';
import { hash } from '@ringfence/journal';
import type { PackedCommand, Submitted } from './batch.js';

/** Decodes a command of a stream; what does not decode keeps the hash of its bytes instead. */
export function unpacked({ id, by, bytes }: PackedCommand): Submitted {
  try {
    const [command, ...rest] = catalogue.decodeMessages(bytes);
    if (command && rest.length === 0) return { id, by, command: command as Command };
  } catch (fault) {
    if (!(fault instanceof DecodeError)) throw fault;
  }
  return { id, by, command: null, hash: hash(bytes) };
}

/** SHA-256 that stands for a command which no record can hold: over its JSON, amounts as text. */
export function hashOfPlain(command: Command | null): string {
  const text = JSON.stringify(command, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return hash(new TextEncoder().encode(text));
}
