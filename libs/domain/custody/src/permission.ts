import type { Order } from '@ringfence/contracts';
import { reject, type Decision, type Role } from '@ringfence/kernel';

/**
 * Orders that only some roles may give.
 *
 * @returns the rejection `role-not-allowed`, or null when the order may pass
 */
export function refuseUnless({ by }: Order, ...roles: readonly Role[]): Decision<never> | null {
  return roles.includes(by.role) ? null : reject('role-not-allowed', { role: by.role });
}
