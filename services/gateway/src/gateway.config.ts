import { z } from 'zod';
import {
  DATABASE_VARIABLES,
  databaseOf,
  type DatabaseConfig,
} from './read-store/database.config.js';

/** SHA-256 of a secret, in lower-case hexadecimal. */
const PRINT = /^[0-9a-f]{64}$/;

/** The gateway's part of the environment. */
export const GATEWAY_VARIABLES = {
  /** print of the first operator's key: issued when the house has no key yet */
  RINGFENCE_OPERATOR_PRINT: z.string().regex(PRINT, 'must be 64 hexadecimal digits').optional(),
  /** `off`: no read models, their resources answer 503 */
  RINGFENCE_PROJECTIONS: z.enum(['on', 'off']).default('on'),
  ...DATABASE_VARIABLES,
};

export interface GatewayConfig {
  readonly operatorPrint?: string;
  readonly projections: 'on' | 'off';
  /** without it the read models live in memory and are rebuilt at every start */
  readonly database?: DatabaseConfig;
}

/** From the checked environment. */
export const gatewayConfig = (
  variables: z.infer<z.ZodObject<typeof GATEWAY_VARIABLES>>,
): GatewayConfig => ({
  operatorPrint: variables.RINGFENCE_OPERATOR_PRINT,
  projections: variables.RINGFENCE_PROJECTIONS,
  database: databaseOf(variables),
});
