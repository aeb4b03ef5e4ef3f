import type { Command } from '@ringfence/contracts';
import { hash } from '@ringfence/journal';

/** SHA-256 that stands for a command which no record can hold: over its JSON, amounts as text. */
export function hashOfPlain(command: Command | null): string {
  const text = JSON.stringify(command, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return hash(new TextEncoder().encode(text));
}
