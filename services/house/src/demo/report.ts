import { formatUnits } from '@ringfence/money';
import type { DemoOptions } from './options.js';
import type { Rebuilt } from './rebuild.js';

/** What the demo saw of the living house, beside what a second process found in its logs. */
export interface Seen {
  readonly options: DemoOptions;
  readonly commands: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly seconds: number;
  readonly rssMb: number;
  readonly rebuilt: Rebuilt;
  /** what differs between logs, live state and read models; empty when all agree */
  readonly differences: readonly string[];
  readonly readModels: boolean;
  readonly killed: { readonly unanswered: number; readonly recoveredMs: number };
}

const SETTLEMENT_SCALE = 6;
const money = (units: string): string => {
  const [whole, fraction] = formatUnits(BigInt(units), SETTLEMENT_SCALE).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ' ')}.${(fraction ?? '').padEnd(2, '0').slice(0, 2)}`;
};
const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');

/** The last line of `--json`. */
export function jsonOf(seen: Seen): Record<string, unknown> {
  const { options, rebuilt, refused, differences } = seen;
  const { tally, conservation, lanes } = rebuilt;
  const zero = lanes.every(({ lane }) => !differences.some((each) => each.startsWith(`${lane} `)));
  return {
    scenario: options.scenario,
    accounts: options.accounts,
    commands: seen.commands,
    refused: Object.fromEntries(refused),
    frames: tally.frames,
    rounds: tally.rounds,
    marginCalls: tally.marginCalls,
    liquidations: tally.closeOuts,
    lossByLayer: tally.lossByLayer,
    gainsCut: tally.gainsCut,
    collateralPaidForOthers: rebuilt.collateralPaidForOthers,
    uncovered: uncoveredOf(seen),
    coverage: { observations: tally.observations, exceedances: tally.exceedances },
    conservation,
    rebuilt: { fromZero: zero, fromSnapshot: zero, readModels: seen.readModels },
    heads: Object.fromEntries(lanes.map(({ lane, seq, hash }) => [lane, `${seq}:${hash}`])),
    seconds: Math.round(seen.seconds * 10) / 10,
    rssMb: seen.rssMb,
  };
}
/** Deficits that no layer took. */
export function uncoveredOf({ rebuilt: { tally } }: Seen): string {
  const taken = Object.values(tally.lossByLayer).reduce((sum, amount) => sum + BigInt(amount), 0n);
  return String(BigInt(tally.deficits) - taken);
}

/** The summary for people. */
export function summaryOf(seen: Seen): string {
  const { options, rebuilt, refused } = seen;
  const { tally } = rebuilt;
  const refusals = [...refused.values()].reduce((sum, each) => sum + each, 0);
  const covered =
    tally.observations === 0 ? 100 : (1 - tally.exceedances / tally.observations) * 100;
  const layers = ['insurance', 'adl', 'haircut'].map(
    (layer) => `${layer} ${money(tally.lossByLayer[layer] ?? '0')}`,
  );
  return [
    '',
    `Scenario ${options.scenario}: ${count(options.accounts)} segregated accounts, ${count(tally.frames)} price frames, ${count(tally.rounds)} settlement rounds`,
    `  orders sent          ${count(seen.commands)}, refused ${count(refusals)}`,
    `  trades               ${count(tally.trades)}`,
    `  margin calls         ${count(tally.marginCalls)}: met ${count(tally.callsMet)}, lapsed ${count(tally.callsLapsed)}`,
    `  close-outs           ${count(tally.closeOuts)} in ${count(tally.slices)} slices: cured ${count(tally.cured)}, resolved ${count(tally.resolved)}`,
    `  liquidity walls      ${count(tally.liquidityDefaults)} requests to be deleveraged themselves`,
    `  deficits             ${money(tally.deficits)} USDT: ${layers.join(', ')}`,
    `  gains cut            ${money(tally.gainsCut)} USDT in ${count(tally.deleveraged)} deleveraged legs`,
    `  insurance            least ever held ${money(rebuilt.insuranceLow)} USDT of ${count(options.insurance)}`,
    `  initial margin       ${count(tally.observations)} observations, ${count(tally.exceedances)} exceedances: ${covered.toFixed(3)} % covered`,
    `  evaluations          ${count(tally.evaluations)} recorded; prices held off the band: ${count(tally.held)}`,
    '',
    ...Object.entries(rebuilt.conservation).map(
      ([asset, { owed, inTransit, held, difference }]) =>
        `  ${asset.padEnd(6)} owed ${owed} + in transit ${inTransit} = held ${held} (difference ${difference}, smallest units)`,
    ),
    `  a client's collateral paid for another: ${rebuilt.collateralPaidForOthers === '0' ? 'never' : rebuilt.collateralPaidForOthers}`,
    `  killed with SIGKILL in the middle of work; back after ${count(Math.round(seen.killed.recoveredMs))} ms, ${count(seen.killed.unanswered)} orders sent again by id`,
    `  rebuilt from ${count(rebuilt.events)} events in a second process: ${agreement(seen)}`,
    `  ${seen.seconds.toFixed(0)} s, peak memory of the house ${count(seen.rssMb)} MB`,
    '',
  ].join('\n');
}
const agreement = ({ differences }: Seen): string =>
  differences.length === 0
    ? 'from zero = from snapshots = live state = read models'
    : `${differences.length} DIFFERENCES\n    ${differences.slice(0, 20).join('\n    ')}`;
