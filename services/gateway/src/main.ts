import {
  checked,
  DISTRIBUTED_VARIABLES,
  readConfig,
  runLogged,
  SERVICE_VARIABLES,
} from '@ringfence/service-kit';
import { GATEWAY_VARIABLES } from './gateway.config.js';
import { serveGateway } from './serve-gateway.js';

/** The way in to a house whose services run beside this process on Kafka. */
const variables = { ...SERVICE_VARIABLES, ...DISTRIBUTED_VARIABLES, ...GATEWAY_VARIABLES };
await runLogged('gateway', async () => serveGateway(checked(readConfig(variables, process.env))));
