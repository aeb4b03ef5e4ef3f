import { accountsLane } from '@ringfence/domain-accounts';
import { anyLane, type ShadowPlan } from '@ringfence/service-kit/shadow';

/** For the threads that take snapshots beside the lanes. */
export const plan: ShadowPlan = {
  definitions: [anyLane(accountsLane)],
};
