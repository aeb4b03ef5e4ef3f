import { hash } from '@ringfence/journal';
import { formatUnits } from '@ringfence/money';
import type { DemoOptions } from './options.js';
import { practiceLines, type PracticeShown } from './option-scenario/practice-report.js';
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
  /** where practices of segregation are compared */
  readonly requirements?: PracticeShown['requirements'];
  readonly killed: {
    readonly unanswered: number;
    readonly recoveredMs: number;
    readonly rssMb: number;
  };
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
    ...(seen.requirements && {
      requirements: seen.requirements,
      practices: tally.practices,
    }),
    conservation,
    balances: balancesPrint(rebuilt),
    rebuilt: { fromZero: zero, fromSnapshot: zero, readModels: seen.readModels },
    heads: Object.fromEntries(lanes.map(({ lane, seq, hash }) => [lane, `${seq}:${hash}`])),
    seconds: Math.round(seen.seconds * 10) / 10,
    rssMb: seen.rssMb,
  };
}
/** The same print, the same balances to the last unit, however and wherever the house ran. */
const balancesPrint = ({ balances }: Rebuilt): string =>
  hash(Buffer.from(balances.join('\n'), 'utf8'));

/** Deficits that no layer took. */
export function uncoveredOf({ rebuilt: { tally } }: Seen): string {
  const taken = Object.values(tally.lossByLayer).reduce((sum, amount) => sum + BigInt(amount), 0n);
  return String(BigInt(tally.deficits) - taken);
}

const WIDTH = 20;
const row = (name: string, ...said: readonly string[]): string =>
  `  ${name.padEnd(WIDTH)} ${said.join(' ')}`;
const part = (said: string, value: number): string => `${said} ${count(value)}`;

/** The summary for people. */
export function summaryOf(seen: Seen): string {
  const { options, rebuilt, killed } = seen;
  const { tally } = rebuilt;
  const { frames, rounds } = tally;
  const paid = rebuilt.collateralPaidForOthers;
  const scene = [
    part('accounts', options.accounts),
    part('price frames', frames),
    part('rounds', rounds),
  ];
  return [
    '',
    `Scenario ${options.scenario}: ${scene.join(', ')}`,
    ...marketRows(seen),
    ...lossRows(seen),
    ...practiceRows(seen),
    '',
    ...conservationRows(rebuilt),
    row('paid for others', paid === '0' ? "no client's collateral, never" : paid),
    row('balances', `${rebuilt.balances.length} lines, SHA-256 ${balancesPrint(rebuilt)}`),
    row('kill -9', `back after ${count(Math.round(killed.recoveredMs))} ms;`, resent(killed)),
    row('rebuilt', `from ${count(rebuilt.events)} events by a second process:`, agreement(seen)),
    row('took', `${seen.seconds.toFixed(0)} s, at most ${count(seen.rssMb)} MB`),
    '',
  ].join('\n');
}
const practiceRows = ({ requirements, rebuilt: { tally } }: Seen): string[] =>
  requirements ? practiceLines({ requirements, tallies: tally.practices }) : [];
const resent = ({ unanswered }: Seen['killed']): string =>
  `${count(unanswered)} orders sent again under their ids`;

function marketRows({ commands, refused, rebuilt: { tally } }: Seen): string[] {
  const refusals = [...refused.values()].reduce((sum, each) => sum + each, 0);
  const missed = tally.observations === 0 ? 0 : tally.exceedances / tally.observations;
  return [
    row('orders', part('sent', commands), part('refused', refusals)),
    row('trades', count(tally.trades)),
    row(
      'margin calls',
      `${count(tally.marginCalls)}:`,
      part('met', tally.callsMet),
      part('lapsed', tally.callsLapsed),
    ),
    row(
      'close-outs',
      `${count(tally.closeOuts)} in ${count(tally.slices)} slices,`,
      `${count(tally.resolved)} at a loss`,
    ),
    row(
      'initial margin',
      part('observations', tally.observations),
      part('exceedances', tally.exceedances),
      `covered ${((1 - missed) * 100).toFixed(3)} %`,
    ),
    row('evaluations', count(tally.evaluations), part('prices held off the band', tally.held)),
  ];
}

function lossRows({ options, rebuilt }: Seen): string[] {
  const { tally, insuranceLow } = rebuilt;
  const layers = ['insurance', 'adl', 'haircut'].map(
    (layer) => `${layer} ${money(tally.lossByLayer[layer] ?? '0')}`,
  );
  return [
    row('deficits', `${money(tally.deficits)}:`, layers.join(', ')),
    row('gains cut', money(tally.gainsCut), part('deleveraged legs', tally.deleveraged)),
    row('insurance', `least ever held ${money(insuranceLow)} of ${count(options.insurance)}`),
    row('liquidity walls', part('asked to be deleveraged', tally.liquidityDefaults)),
  ];
}

/** In smallest units, so that not one is lost in the showing. */
function conservationRows({ conservation }: Rebuilt): string[] {
  return Object.entries(conservation).map(([asset, { owed, inTransit, held, difference }]) =>
    row(asset, `owed ${owed} + in transit ${inTransit} = held ${held}, apart by ${difference}`),
  );
}
const agreement = ({ differences }: Seen): string =>
  differences.length === 0
    ? 'from zero = from snapshots = live state = read models'
    : `${differences.length} DIFFERENCES\n    ${differences.slice(0, 20).join('\n    ')}`;
