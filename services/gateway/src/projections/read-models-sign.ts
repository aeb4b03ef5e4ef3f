import { accountText, type AccountId } from '@ringfence/kernel';
import { faultText, type HealthSign } from '@ringfence/service-kit';
import type { OpeningReadModels } from './opening-read-models.js';

/** Parked accounts that are named; the others are counted. */
const NAMED_MAX = 20;

/**
 * How the read models stand. Parked accounts are named and leave it up: all others flow, and
 * starting the house again would not mend them. While the database is away it is down, and says
 * why and since when.
 */
export function readModelsSign(models: OpeningReadModels): ReturnType<HealthSign['look']> {
  const { isOn, fault, outage, parked, isComparing } = models;
  if (fault !== undefined) return { isUp: false, shown: { fault: faultText(fault) } };
  if (outage) {
    const since = new Date(outage.since).toISOString();
    const { attempts } = outage;
    return { isUp: false, shown: { waitsFor: faultText(outage.fault), since, attempts } };
  }
  const named = [...parked].slice(0, NAMED_MAX).map(([account, reason]) => ({
    account: accountText(account as AccountId),
    reason,
  }));
  const standing = { isOn, parked: parked.size, accounts: named };
  return { isUp: true, shown: isComparing ? { ...standing, isComparing } : standing };
}
