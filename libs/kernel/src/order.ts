import type { MemberId } from './ids.js';

export const ROLES = ['venue', 'operator', 'approver', 'regulator', 'system'] as const;
/**
 * `venue` acts for a member, `operator` and `approver` for the house, `regulator` reads, `system`
 * is a lane.
 */
export type Role = (typeof ROLES)[number];

/**
 * Who ordered a decision. It is recorded: the log must prove it, so ownership is decided in
 * `decide`.
 */
export interface By {
  /** dense number of the API key, 0 for lanes */
  readonly key: number;
  readonly member: MemberId;
  readonly role: Role;
}
/** A lane acting on a recorded fact of another lane. */
export const SYSTEM: By = { key: 0, member: 0 as MemberId, role: 'system' };

/** The services that own a log. */
export const SERVICES = ['reference', 'accounts', 'custody', 'risk', 'liquidation'] as const;
export type Service = (typeof SERVICES)[number];

/** A lane's address: one writer per service and partition. */
export interface Address {
  readonly service: Service;
  readonly partition: number;
}
/** Dense number of an address, for tables and for order: partition * services + service. */
export const addressNumber = (a: Address): number =>
  a.partition * SERVICES.length + SERVICES.indexOf(a.service);
/** The lanes of these services, where the reference lane is one for the whole house. */
export const addressesOf = (services: readonly Service[], partitions: number): Address[] =>
  services.flatMap((service) =>
    Array.from({ length: service === 'reference' ? 1 : partitions }, (_, partition) => ({
      service,
      partition,
    })),
  );
export const addressText = (a: Address): string => `${a.service}/${a.partition}`;
