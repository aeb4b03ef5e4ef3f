import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import { SegmentJournal } from '@ringfence/journal-segments';
import { anyLane, type ShadowPlan } from '@ringfence/service-kit/shadow';

/** For the threads that take snapshots beside the lanes. */
export const plan: ShadowPlan = {
  definitions: [anyLane(referenceLane), anyLane(riskLane)],
  openToRead: (folder) => SegmentJournal.open(folder, { readOnly: true }),
};
