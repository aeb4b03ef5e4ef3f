import type {
  At,
  Command,
  Decide,
  Event,
  Mail,
  Order,
  ReferenceCommand,
} from '@ringfence/contracts';
import { SYSTEM, invariant, type AssetId, type By, type Decision } from '@ringfence/kernel';
import type { DomainId, InstrumentId, MemberId } from '@ringfence/kernel';
import { referenceLane } from './lane.js';
import type { HouseParameters, InstrumentParameters, ReferenceState } from './state.js';

export const OPERATOR: By = { key: 1, member: 0 as MemberId, role: 'operator' };
export const VENUE: By = { key: 9, member: 1 as MemberId, role: 'venue' };
export { SYSTEM };
export const BTC = 1 as InstrumentId;
export const ETH = 2 as InstrumentId;
export const USDC = 1 as AssetId;
export const DOMAIN = 1 as DomainId;

/** A command and who sent it: operators unless said otherwise. */
export interface Sent {
  readonly command: ReferenceCommand;
  readonly by: By;
  readonly from: Order['from'];
}
export const by = (who: By, command: ReferenceCommand): Sent => ({ command, by: who, from: null });
export const fromLiquidation = (command: ReferenceCommand): Sent => ({
  command,
  by: SYSTEM,
  from: { service: 'liquidation', partition: 0 },
});
type Step = Sent | ReferenceCommand;
const sent = (step: Step): Sent => ('command' in step ? step : by(OPERATOR, step));

const NO_MAIL: Mail = {
  send: () => invariant(false, 'the reference lane sends nothing'),
};
const HERE: At = { service: 'reference', partition: 0, seq: 1, ordinal: 0, time: 0 };

/** Applies own events in order. */
export function apply(state: ReferenceState, events: readonly Event[]): void {
  for (const event of events) {
    const handle = referenceLane.evolve[event.type] as
      | ((state: ReferenceState, event: Event, mail: Mail, at: At) => void)
      | undefined;
    invariant(handle !== undefined, `an own event: ${event.type}`);
    handle(state, event, NO_MAIL, HERE);
  }
}
/** The decision on one step; the state is only read. */
export function decide(state: ReferenceState, step: Step): Decision<Event> {
  const { command, by: who, from } = sent(step);
  const decider = referenceLane.deciders[command.type] as Decide<Command, ReferenceState>;
  return decider(command, state, { id: null, by: who, from, cause: null });
}
/** A house in which every step was accepted. */
export function house(...steps: readonly Step[]): ReferenceState {
  const state = referenceLane.initial(0, 1);
  for (const step of steps) {
    const decision = decide(state, step);
    if (!decision.accepted) invariant(false, `given: ${JSON.stringify(decision.rejection)}`);
    apply(state, decision.events);
  }
  return state;
}
/** Given the past, when a command comes: the decision. */
export const given = (...steps: readonly Step[]) => ({
  when: (step: Step): Decision<Event> => decide(house(...steps), step),
});

export const PRINT = 'ab'.repeat(32);
export const admit = (name = 'Alpha'): ReferenceCommand => ({ type: 'AdmitMember', name });
export const issue = (
  changes: Partial<Extract<ReferenceCommand, { type: 'IssueKey' }>> = {},
): ReferenceCommand => ({
  type: 'IssueKey',
  member: 0 as MemberId,
  role: 'operator',
  print: PRINT,
  label: 'desk',
  ...changes,
});
export const usdc = (
  changes: Partial<Extract<ReferenceCommand, { type: 'ListAsset' }>> = {},
): ReferenceCommand => ({
  type: 'ListAsset',
  caip: 'eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
  symbol: 'USDC',
  scale: 6,
  haircutPpm: 0,
  confirmations: 12,
  pricedBy: '',
  ...changes,
});
export const eth = (
  changes: Partial<Extract<ReferenceCommand, { type: 'ListAsset' }>> = {},
): ReferenceCommand =>
  usdc({
    caip: 'eip155:1/slip44:60',
    symbol: 'ETH',
    scale: 18,
    haircutPpm: 100_000,
    pricedBy: 'ETH-PERP',
    ...changes,
  });
export const domain = (settlement: AssetId = USDC, name = 'USDC linear'): ReferenceCommand => ({
  type: 'OpenDomain',
  name,
  settlement,
});
export const btcPerp = (
  changes: Partial<Extract<ReferenceCommand, { type: 'ListInstrument' }>> = {},
): ReferenceCommand => ({
  type: 'ListInstrument',
  symbol: 'BTC-PERP',
  domain: DOMAIN,
  tick: '0.5',
  lot: '0.001',
  multiplier: 1,
  ...changes,
});
export const ethPerp = (): ReferenceCommand => btcPerp({ symbol: 'ETH-PERP', tick: '0.05' });

export const PARAMETERS: InstrumentParameters = {
  lambdaPpm: 940_000,
  multiplierPpm: 180_000_000,
  floorPpm: 20_000,
  capPpm: 500_000,
  stepPpm: 2_500,
  hysteresisPpm: 1_250,
  maintenancePpm: 500_000,
  callPpm: 750_000,
  releasePpm: 1_200_000,
  bandPpm: 50_000,
  tradeFeePpm: 200,
  closeOutFeePpm: 5_000,
  bufferPpm: 10_000,
  bookNotional: 10_000_000,
  depth: [
    { bps: 10, cumulativePpm: 200_000 },
    { bps: 100, cumulativePpm: 1_000_000 },
  ],
};
export const parameters = (
  changes: Partial<InstrumentParameters> = {},
  instrument = BTC,
): ReferenceCommand => ({
  type: 'SetInstrumentParameters',
  instrument,
  parameters: { ...PARAMETERS, ...changes },
});
export const HOUSE_PARAMETERS: HouseParameters = {
  tickMaxMs: 5_000,
  frameValidMs: 60_000,
  callWindowMs: 3_600_000,
  saleTicks: 10,
  approvals: 2,
};
export const houseParameters = (changes: Partial<HouseParameters> = {}): ReferenceCommand => ({
  type: 'SetHouseParameters',
  parameters: { ...HOUSE_PARAMETERS, ...changes },
});
export const frame = (
  time: number,
  prices: Readonly<Record<number, string>>,
  validUntil = time + 10_000,
): ReferenceCommand => ({
  type: 'PublishFrame',
  time,
  validUntil,
  source: 'feed',
  prices: Object.entries(prices).map(([id, price]) => ({
    instrument: Number(id) as InstrumentId,
    price,
  })),
});
export const tick = (time: number): ReferenceCommand => ({ type: 'Tick', time, source: 'clock' });

/** A house with both instruments listed and parametrised, and no price yet. */
export const LISTED: readonly ReferenceCommand[] = [
  usdc(),
  eth(),
  domain(),
  btcPerp(),
  ethPerp(),
  houseParameters(),
  parameters(),
  parameters({}, ETH),
];
