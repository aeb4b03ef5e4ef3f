import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { STACK_FOLDER } from './jars.js';
import { StackError, type Part } from './stack-error.js';
import { PARTS } from './stack.js';

export interface StackCommand {
  brokers: 1 | 3;
  folder: string;
  parts: Part[];
}

export const USAGE = `npm run stack -- [--brokers 1|3] [--folder D] [--parts ${PARTS.join(',')}]`;

/**
 * Reads the arguments of `npm run stack`.
 *
 * @throws StackError naming the option and its rule
 */
export function parseCommand(args: string[]): StackCommand {
  const { brokers = '1', folder = join(STACK_FOLDER, 'data'), parts } = optionsIn(args);
  if (brokers !== '1' && brokers !== '3') {
    throw new StackError(`--brokers: 1 or 3, not "${brokers}"`);
  }
  if (folder === '') throw new StackError('--folder: a path, not an empty text');
  const named = parts === undefined ? [...PARTS] : parts.split(',');
  const wanted = PARTS.filter((part) => named.includes(part));
  if (wanted.length !== named.length) {
    throw new StackError(`--parts: some of ${PARTS.join(',')}, each once, not "${parts}"`);
  }
  return { brokers: brokers === '1' ? 1 : 3, folder, parts: wanted };
}

function optionsIn(args: string[]): { brokers?: string; folder?: string; parts?: string } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { brokers: text, folder: text, parts: text } }).values;
  } catch (error) {
    throw new StackError((error as Error).message, { cause: error });
  }
}
