import type { LoggerService } from '@nestjs/common';
import { faultText } from '../fault-text.js';
import type { Log } from './log.js';

/** What Nest says that an operator should know; how it starts up is nobody's concern. */
export function nestLog(log: Log): LoggerService {
  const text = (message: unknown): string => `nest: ${faultText(message)}`;
  return {
    log: () => {},
    warn: (message: unknown) => log(text(message), { level: 'warn' }),
    error: (message: unknown) => log(text(message), { level: 'error' }),
    fatal: (message: unknown) => log(text(message), { level: 'error' }),
  };
}
