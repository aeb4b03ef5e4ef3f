import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with our terminal and passes our signals on, so that stopping us stops it.
 *
 * @returns its exit code; 128 + signal number when a signal ended it; 127 when it could not start
 */
export function runChild(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const forwards = FORWARDED.map((signal) => [signal, () => child.kill(signal)]);
    for (const [signal, forward] of forwards) process.on(signal, forward);
    const finish = (code) => {
      for (const [signal, forward] of forwards) process.off(signal, forward);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`cannot start ${program}: ${error.message}`);
      finish(127);
    });
    child.once('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}
