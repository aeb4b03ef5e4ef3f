import { chanceOf } from '../demo/chance.js';
import { WrongOption } from '../demo/options.js';
import { ChaosHouse } from './chaos-house.js';
import { FAULTS } from './faults.js';
import { parseChaosOptions, type ChaosOptions } from './options.js';
import { playRound, type RoundEnd } from './round.js';
import type { People } from './people.js';

const NAMES = Object.keys(FAULTS);
/** seeds of the loads of one run, a round each */
const ROUNDS_PER_SEED = 1000;

/** @returns whether nothing was wrong */
async function run(options: ChaosOptions): Promise<boolean> {
  const { rounds, seed, brokers } = options;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  say(`chaos: ${rounds} rounds, seed ${seed}, ${brokers} broker(s)`);
  const house = await ChaosHouse.open({ brokers, say });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void house.close().finally(() => process.exit(130)));
  }
  const chance = chanceOf(seed);
  let isRight = true;
  try {
    let people: People = await house.people();
    for (let round = 1; round <= rounds; round++) {
      const name = NAMES[Math.floor(chance() * NAMES.length)];
      const own = seed * ROUNDS_PER_SEED + round;
      const end = await playRound({ house, people, seed: own, chance, fault: FAULTS[name] });
      people = end.people;
      process.stdout.write(`${lineOf(round, name, end)}\n`);
      for (const wrong of end.verdict.wrongs) process.stdout.write(`  WRONG: ${wrong}\n`);
      isRight &&= end.verdict.wrongs.length === 0;
    }
  } finally {
    await house.close();
  }
  const verdict = isRight ? 'nothing lost, nothing doubled' : 'WRONG, see above';
  process.stdout.write(
    `${verdict}; again: npm run chaos -- --rounds ${rounds} --seed ${seed} --brokers ${brokers}\n`,
  );
  return isRight;
}

function lineOf(round: number, name: string, end: RoundEnd): string {
  const { target, moment, recoveredMs, verdict } = end;
  const { acknowledged, pending, lost, doubled } = verdict;
  return [
    `round ${round}: ${name}, ${target}, after ${moment} orders`,
    `recovered after ${(recoveredMs / 1000).toFixed(1)} s`,
    `orders: ${acknowledged} acknowledged, ${pending} pending, ${lost} lost, ${doubled} doubled`,
  ].join('; ');
}

try {
  process.exitCode = (await run(parseChaosOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (fault) {
  const isOurs = fault instanceof WrongOption;
  const text = isOurs ? fault.message : fault instanceof Error ? fault.stack : String(fault);
  process.stderr.write(`${text}\n`);
  process.exitCode = isOurs ? 2 : 1;
}
