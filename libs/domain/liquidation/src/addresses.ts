import type { Address, DomainId } from '@ringfence/kernel';

/** Where time, prices and rounds come from. */
export const REFERENCE: Address = { service: 'reference', partition: 0 };

export const accountsLane = (partition: number): Address => ({ service: 'accounts', partition });

/** The liquidation lane that decides the rounds of a domain. */
export const clearingLane = (domain: DomainId, partitions: number): Address => ({
  service: 'liquidation',
  partition: domain % partitions,
});
