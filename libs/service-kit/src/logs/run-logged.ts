import { jsonLog } from './json-log.js';

/**
 * Runs the main part of a process. What nobody caught, and a start that fails, is one line of the
 * log without secrets, and the process ends with status 1.
 */
export async function runLogged(service: string, main: () => Promise<unknown>): Promise<void> {
  const { env, pid } = process;
  const instance = Number(env['RINGFENCE_INSTANCE'] ?? 0) || 0;
  const log = jsonLog({ service, instance, writer: `${service}-${pid}`, environment: env });
  const end = (message: string, fault: unknown): void => {
    log(message, { level: 'error', fault });
    process.exit(1);
  };
  process.on('uncaughtException', (fault) => end('a fault that nobody caught', fault));
  try {
    await main();
  } catch (fault) {
    end('does not start', fault);
  }
}
