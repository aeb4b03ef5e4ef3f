// npm run stack: the servers until Ctrl-C or SIGTERM.
import { addressesOf } from './addresses.js';
import { parseCommand, USAGE } from './stack-command.js';
import { reasonOf, StackError } from './stack-error.js';
import { planStack } from './stack.js';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    return await run();
  } catch (error) {
    console.error(reasonOf(error));
    if (!(error instanceof StackError)) throw error;
    return 1;
  }
}

async function run(): Promise<number> {
  const command = commandOrUsage();
  if (!command) return 2;
  const stack = await planStack({ ...command, log: (line) => console.error(line) });
  // Ctrl-C comes twice, from the terminal and from npm; every step of the stop has its deadline.
  const asked = new Promise<'asked'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve('asked'));
    }
  });
  try {
    const starting = Promise.all(command.parts.map((part) => stack.start(part)));
    if ((await Promise.race([starting, asked])) !== 'asked') {
      announce(addressesOf(stack, command.parts), stack.folder);
      await asked;
    }
    // Cut short, a start ends with an error of its own, which is no news.
    starting.catch(() => undefined);
    console.error('stopping ...');
  } finally {
    await stack.stop();
  }
  return 0;
}

function commandOrUsage(): ReturnType<typeof parseCommand> | undefined {
  try {
    return parseCommand(process.argv.slice(2));
  } catch (error) {
    console.error(`${reasonOf(error)}\nusage: ${USAGE}`);
    return undefined;
  }
}

function announce(addresses: ReturnType<typeof addressesOf>, folder: string): void {
  const { kafka, postgres, redis } = addresses;
  if (kafka) console.log(`kafka     ${kafka.brokers.join(',')}`);
  if (postgres) console.log(`postgres  ${postgres.url}`);
  if (redis) console.log(`redis     ${redis.url}`);
  console.log(`folder    ${folder}`);
  console.log(JSON.stringify({ ...addresses, folder, pid: process.pid }));
}
