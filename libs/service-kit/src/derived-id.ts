import { hash } from '@ringfence/journal';
import { parseCommandId, present, type CommandId } from '@ringfence/kernel';

const ID_DIGITS = 32;

/**
 * The id of an order that follows from a recorded fact: the same text, the same id, so doing it
 * twice is doing it once.
 */
export function derivedId(text: string): CommandId {
  const digits = hash(Buffer.from(text, 'utf8')).slice(0, ID_DIGITS);
  return present(parseCommandId(digits), 'an id of hexadecimal digits');
}
