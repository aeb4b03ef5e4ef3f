import type { Command, CommandOf, Event } from '@ringfence/contracts';
import {
  SYSTEM,
  type Address,
  type AssetId,
  type By,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import type { Yard } from './yard.js';

/** The one member that owns everything measured here, and its key. */
export const MEMBER = 1 as MemberId;
export const VENUE: By = { key: 2, member: MEMBER, role: 'venue' };
export const OPERATOR: By = { key: 1, member: 0 as MemberId, role: 'operator' };
export const REFERENCE: Address = { service: 'reference', partition: 0 };

export const USDT = 1 as AssetId;
export const DOMAIN = 1 as DomainId;
export const PERP = 1 as InstrumentId;
/** ticks of 0.01, lots of 0.001: 10 units of USDT (6 decimals) per lot and tick */
export const UNIT = 10n;
/** 100.00 in ticks */
export const FIRST_PRICE = 10_000;
/** margin rates: no frame of a bench moves them off their floor */
export const INITIAL_PPM = 50_000n;

const LATER_MS = 10 ** 9;

const PARAMETERS: CommandOf<'SetInstrumentParameters'>['parameters'] = {
  lambdaPpm: 940_000,
  multiplierPpm: 1_000_000,
  floorPpm: Number(INITIAL_PPM),
  capPpm: 500_000,
  stepPpm: 2_500,
  hysteresisPpm: 2_500,
  maintenancePpm: 500_000,
  callPpm: 750_000,
  releasePpm: 1_250_000,
  bandPpm: 300_000,
  tradeFeePpm: 300,
  closeOutFeePpm: 5_000,
  bufferPpm: 10_000,
  bookNotional: 50_000,
  depth: [{ bps: 100, cumulativePpm: 1_000_000 }],
};

const asset = (number: number): CommandOf<'ListAsset'> => ({
  type: 'ListAsset',
  caip: `eip155:1/erc20:0x${number.toString(16).padStart(40, '0')}`,
  symbol: number === 1 ? 'USDT' : `A${number}`,
  scale: number === 1 ? 6 : 18,
  haircutPpm: 0,
  confirmations: 1,
  pricedBy: '',
});

/** What the reference log must say before anything can be measured. */
function founding(assets: number, venuePrint: string): Command[] {
  return [
    { type: 'IssueKey', member: 0 as MemberId, role: 'operator', print: print(1), label: 'desk' },
    { type: 'AdmitMember', name: 'member' },
    { type: 'IssueKey', member: MEMBER, role: 'venue', print: venuePrint, label: 'venue' },
    ...Array.from({ length: assets }, (_, i) => asset(i + 1)),
    { type: 'OpenDomain', name: 'linear', settlement: USDT },
    {
      type: 'ListInstrument',
      symbol: 'PERP',
      domain: DOMAIN,
      tick: '0.01',
      lot: '0.001',
      multiplier: 1,
    },
    { type: 'SetInstrumentParameters', instrument: PERP, parameters: PARAMETERS },
    {
      type: 'SetHouseParameters',
      parameters: {
        tickMaxMs: LATER_MS,
        frameValidMs: LATER_MS,
        callWindowMs: LATER_MS,
        saleTicks: 4,
        approvals: 2,
      },
    },
    { type: 'Tick', time: LATER_MS, source: 'bench' },
    frame(LATER_MS, FIRST_PRICE),
  ];
}
const print = (number: number): string => number.toString(16).padStart(64, '0');

/** A price of the one instrument. */
export const frame = (time: number, ticks: number): Command => ({
  type: 'PublishFrame',
  time,
  validUntil: time + LATER_MS,
  source: 'bench',
  prices: [{ instrument: PERP, price: (ticks / 100).toFixed(2) }],
});
/** The time of the frame after the first, number `n` of them. */
export const frameTime = (n: number): number => LATER_MS + n;

/**
 * Founds a house whose reference lane runs.
 *
 * @param venuePrint  hash of the secret with which the venue's key calls the API
 */
export async function found(yard: Yard, assets: number, venuePrint = print(2)): Promise<void> {
  const [first, ...rest] = founding(assets, venuePrint);
  await yard.order(REFERENCE, [first], SYSTEM);
  await yard.order(REFERENCE, rest, OPERATOR);
  await yard.quiet();
}

/** The same facts for lanes that run without a reference lane. */
export function listed(assets: number): Event[] {
  const facts: Event[] = [{ type: 'MemberAdmitted', member: MEMBER, name: 'member' }];
  for (let number = 1; number <= assets; number++) {
    facts.push({ ...asset(number), type: 'AssetListed', asset: number as AssetId });
  }
  facts.push({ type: 'Ticked', tick: 1, time: LATER_MS, outageMs: 0, source: 'bench' });
  return facts;
}
