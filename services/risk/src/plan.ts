import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import { anyLane, type ShadowPlan } from '@ringfence/service-kit/shadow';

/** For the threads that take snapshots beside the lanes. */
export const plan: ShadowPlan = {
  definitions: [anyLane(referenceLane), anyLane(riskLane)],
};
