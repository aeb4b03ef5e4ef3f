import type { Part } from './stack-error.js';
import type { Stack } from './stack.js';

/** Where a client finds each part. */
export interface Addresses {
  kafka: { brokers: string[] };
  postgres: { url: string };
  redis: { url: string };
}

/** The addresses of the parts that a stack was planned with; known before it starts. */
export function addressesOf(stack: Stack, parts: readonly Part[]): Partial<Addresses> {
  const addresses: Partial<Addresses> = {};
  if (parts.includes('kafka')) addresses.kafka = { brokers: stack.kafka.brokers };
  if (parts.includes('postgres')) addresses.postgres = { url: stack.postgres.url };
  if (parts.includes('redis')) addresses.redis = { url: stack.redis.url };
  return addresses;
}
