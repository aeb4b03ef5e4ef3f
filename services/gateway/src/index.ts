export { Gateway, GatewayModule, type GatewayOptions } from './gateway.module.js';
export { GATEWAY_VARIABLES, gatewayConfig, type GatewayConfig } from './gateway.config.js';
export { RESOURCES, partitionOfOwner } from './api/resources.js';
export { READS } from './api/read-routes.js';
export {
  DATABASE_VARIABLES,
  databaseOf,
  type DatabaseConfig,
} from './read-store/database.config.js';
export { checkpointWitnesses, type CheckpointWitness } from './read-store/checkpoint-witnesses.js';
export { makeReaderRole, READER_ROLE, ReaderRoleRefused } from './read-store/reader-role.js';
export { rebuild, RebuildRefused, type RebuildOptions, type Rebuilt } from './rebuild/rebuild.js';
