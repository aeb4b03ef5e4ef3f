import { z } from 'zod';

/** SHA-256 of a secret, in lower-case hexadecimal. */
const PRINT = /^[0-9a-f]{64}$/;

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
};

export interface GatewayConfig {
  readonly operatorPrint?: string;
  readonly projections: 'on' | 'off';
  readonly databaseUrl?: string;
}

/** The gateway's part of what was read. */
export const gatewayConfigOf = (
  config: z.infer<z.ZodObject<typeof GATEWAY_VARIABLES>>,
): GatewayConfig => ({
  operatorPrint: config.RINGFENCE_OPERATOR_PRINT,
  projections: config.RINGFENCE_PROJECTIONS,
  databaseUrl: config.RINGFENCE_DATABASE_URL,
});
