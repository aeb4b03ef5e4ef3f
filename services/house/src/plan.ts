import { accountsLane } from '@ringfence/domain-accounts';
import { custodyLane } from '@ringfence/domain-custody';
import { liquidationLane } from '@ringfence/domain-liquidation';
import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import { anyLane, type AnyLane, type ShadowPlan } from '@ringfence/service-kit/shadow';

/** Every lane of the house, for threads and processes that read its logs beside it. */
export const DEFINITIONS: readonly AnyLane[] = [
  anyLane(referenceLane),
  anyLane(accountsLane),
  anyLane(custodyLane),
  anyLane(riskLane),
  anyLane(liquidationLane),
];

export const plan: ShadowPlan = { definitions: DEFINITIONS };
