import { custodyLane } from '@ringfence/domain-custody';
import { anyLane, type ShadowPlan } from '@ringfence/service-kit/shadow';

/** For the threads that take snapshots beside the lanes. */
export const plan: ShadowPlan = {
  definitions: [anyLane(custodyLane)],
};
