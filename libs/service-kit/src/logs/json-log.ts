import { pino } from 'pino';
import { faultText } from '../fault-text.js';
import type { Log } from './log.js';
import { scrubber, secretsIn } from './secrets.js';

/** Members that are never written, whoever hands them in. */
const NEVER = ['authorization', 'key', 'password', 'secret', 'token'];

export interface JsonLogOptions {
  /** such as `accounts`, or `house` */
  readonly service: string;
  readonly instance: number;
  /** names this process in the records that it writes */
  readonly writer: string;
  /** whose secrets are kept out of every line */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** takes a line with its end; stderr by default */
  readonly write?: (line: string) => void;
}

/**
 * Writes a line of JSON for each message: level, time, service, instance, writer, message, and
 * lane, seq, trace and fault where they are given. Secrets do not leave the process in it.
 */
export function jsonLog(options: JsonLogOptions): Log {
  const { service, instance, writer, environment } = options;
  const { write = (line: string): void => void process.stderr.write(line) } = options;
  const scrub = scrubber(secretsIn(environment));
  const logger = pino(
    {
      base: { service, instance, writer },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: [...NEVER, ...NEVER.map((name) => `*.${name}`)], censor: '[secret]' },
    },
    { write: (line: string) => write(scrub(line)) },
  );
  return (message, { level = 'info', fault, ...about } = {}) => {
    const facts = fault === undefined ? about : { ...about, fault: faultText(fault) };
    logger[level](facts, message);
  };
}
