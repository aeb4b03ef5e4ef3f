import type { CommandId } from '@ringfence/kernel';

const HEX_LENGTH = 32;
const UUID_LENGTH = 36;
const HEX = /^[0-9a-fA-F]{32}$/;

/** Reads 32 hexadecimal digits or a UUID; undefined for anything else. */
export function readCommandId(text: unknown): CommandId | undefined {
  if (typeof text !== 'string') return undefined;
  const hex = text.length === UUID_LENGTH ? text.replaceAll('-', '') : text;
  if (hex.length !== HEX_LENGTH || !HEX.test(hex)) return undefined;
  return Buffer.from(hex, 'hex').toString('latin1') as CommandId;
}

export const writeCommandId = (id: CommandId): string => Buffer.from(id, 'latin1').toString('hex');
