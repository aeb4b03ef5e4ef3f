import { readConfig, SERVICE_VARIABLES, type ServiceConfig } from '@ringfence/service-kit';

/**
 * What the environment says of this service.
 *
 * @throws ConfigInvalid naming every variable that is wrong
 */
export const custodyConfig = (
  environment: Readonly<Record<string, string | undefined>>,
): ServiceConfig => readConfig(SERVICE_VARIABLES, environment);
