import { accountsLane } from '@ringfence/domain-accounts';
import { custodyLane } from '@ringfence/domain-custody';
import { liquidationLane } from '@ringfence/domain-liquidation';
import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import type { AnyDefinition } from './house.js';

/** The lanes of the house: the very definitions that the services run. */
export const HOUSE_LANES = [
  referenceLane,
  accountsLane,
  custodyLane,
  riskLane,
  liquidationLane,
] as unknown as readonly AnyDefinition[];
