import type { Order } from '@ringfence/contracts';
import { reject, type Decision } from '@ringfence/kernel';
import type { ReferenceState } from './state.js';

/**
 * Only operators change what the house is made of.
 *
 * @returns the rejection `role-not-allowed`, or null when the order may pass
 */
export const refuseUnlessOperator = ({ by }: Order): Decision<never> | null =>
  by.role === 'operator' ? null : reject('role-not-allowed', { role: by.role });

/** Prices and time come from operators and the house's own sources; see `refuseUnlessOperator`. */
export const refuseUnlessSource = ({ by }: Order): Decision<never> | null =>
  by.role === 'operator' || by.role === 'system'
    ? null
    : reject('role-not-allowed', { role: by.role });

/** Until the first key exists nobody can be an operator, so the house itself admits and issues. */
export function refuseUnlessFounder(state: ReferenceState, order: Order): Decision<never> | null {
  if (state.keys.size === 0 && order.by.role === 'system') return null;
  return refuseUnlessOperator(order);
}
