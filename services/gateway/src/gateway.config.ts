import { z } from 'zod';
import type { Rate } from './ephemeral/rate.js';

/** SHA-256 of a secret, in lower-case hexadecimal. */
const PRINT = /^[0-9a-f]{64}$/;
/** Requests per second: one in a quarter of an hour, and more than one process serves. */
const RATE_MIN = 0.001;
const RATE_MAX = 1_000_000;

/** The gateway's part of the environment. */
export const GATEWAY_VARIABLES = {
  /** print of the first operator's key: issued when the house has no key yet */
  RINGFENCE_OPERATOR_PRINT: z.string().regex(PRINT, 'must be 64 hexadecimal digits').optional(),
  /** `off`: no read models, their resources answer 503 */
  RINGFENCE_PROJECTIONS: z.enum(['on', 'off']).default('on'),
  /**
   * a PostgreSQL for the read models; without it they live in memory and are rebuilt at every
   * start
   */
  RINGFENCE_DATABASE_URL: z.url().optional(),
  /** a Redis that the gateways of this house share; without it each has its own memory */
  RINGFENCE_REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis: or rediss: URL' })
    .optional(),
  /** requests per second and API key over time; without it nobody is limited */
  RINGFENCE_RATE_PER_SECOND: z.coerce.number().min(RATE_MIN).max(RATE_MAX).optional(),
  /** requests at once after a pause; else what one second brings, at least one */
  RINGFENCE_RATE_BURST: z.coerce.number().int().min(1).max(RATE_MAX).optional(),
  /** `limited`: an operator's ticks and frames count too */
  RINGFENCE_RATE_CLOCK: z.enum(['free', 'limited']).default('free'),
};
type Variables = z.infer<z.ZodObject<typeof GATEWAY_VARIABLES>>;

export interface GatewayConfig {
  readonly operatorPrint?: string;
  readonly projections: 'on' | 'off';
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** per API key; undefined: nobody is limited */
  readonly rate?: Rate;
  /** whether an operator's ticks and frames count too */
  readonly limitsClock?: boolean;
}

/** What the variables mean. */
export function gatewayConfig(variables: Variables): GatewayConfig {
  const { RINGFENCE_RATE_PER_SECOND: perSecond, RINGFENCE_RATE_BURST: burst } = variables;
  return {
    operatorPrint: variables.RINGFENCE_OPERATOR_PRINT,
    projections: variables.RINGFENCE_PROJECTIONS,
    databaseUrl: variables.RINGFENCE_DATABASE_URL,
    redisUrl: variables.RINGFENCE_REDIS_URL,
    rate:
      perSecond === undefined
        ? undefined
        : { perSecond, burst: burst ?? Math.max(1, Math.ceil(perSecond)) },
    limitsClock: variables.RINGFENCE_RATE_CLOCK === 'limited',
  };
}
