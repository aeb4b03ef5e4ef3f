import { accountsLane } from '@ringfence/domain-accounts';
import { custodyLane } from '@ringfence/domain-custody';
import { liquidationLane } from '@ringfence/domain-liquidation';
import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import type { LaneDefinition } from '@ringfence/contracts';
import type { Service } from '@ringfence/kernel';

/** A lane whose state only its own definition can read. */
export type AnyLane = LaneDefinition<unknown>;

/** The lane of every service: the very definitions that the services run. */
export const LANES = {
  reference: referenceLane,
  accounts: accountsLane,
  custody: custodyLane,
  risk: riskLane,
  liquidation: liquidationLane,
} as unknown as Readonly<Record<Service, AnyLane>>;
