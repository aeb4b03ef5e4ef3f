import type { Command, CommandOf, Definition } from '@ringfence/contracts';
import type { DomainId, Role, Service } from '@ringfence/kernel';
import type { Saga } from './saga.js';

/** What the edge knows besides the command itself when it looks for the lane. */
export interface RouteHints {
  readonly partitions: number;
  /** the partition that the item or the query names */
  readonly partition: number | undefined;
}
/** The partition that decides a command; undefined when nobody can tell. */
export type RouteOf<C> = (command: C, hints: RouteHints) => number | undefined;

/** One kind of order that clients may send, and everything the API needs to know of it. */
export interface Resource {
  readonly path: string;
  readonly command: Command['type'];
  readonly service: Service;
  readonly roles: ReadonlySet<Role>;
  readonly summary: string;
  readonly route: RouteOf<never>;
  /** `required`: the item must name its partition; `operator`: only operators may */
  readonly partition: 'none' | 'operator' | 'required';
  /** what the order reserves and somebody else concludes */
  readonly saga: Saga | undefined;
  /** fields that hold a bucket, and fields that hold a domain */
  readonly buckets: readonly string[];
  readonly domains: readonly string[];
}

export interface ResourceOptions<Name extends Command['type']> {
  readonly service: Service;
  readonly roles: readonly Role[];
  readonly summary: string;
  readonly route: RouteOf<CommandOf<Name>>;
  readonly partition?: Resource['partition'];
  readonly saga?: Saga;
}

/** @param definition  the command's field table: names that the edge translates come from it */
export function resource<Name extends Command['type']>(
  path: string,
  definition: Definition & { readonly name: Name },
  options: ResourceOptions<Name>,
): Resource {
  const named = (kind: string): string[] =>
    Object.entries(definition.fields)
      .filter(([, { spec }]) => (spec.kind === 'optional' ? spec.item : spec).kind === kind)
      .map(([name]) => name);
  const { roles, partition = 'none', saga, ...rest } = options;
  return {
    ...rest,
    path,
    command: definition.name,
    roles: new Set(roles),
    partition,
    saga,
    buckets: named('bucket'),
    domains: named('domain'),
  };
}

/** The decider of a domain's rounds. */
export const clearingOf = (domain: DomainId, { partitions }: RouteHints): number =>
  domain % partitions;
