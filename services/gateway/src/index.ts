export { Gateway, GatewayModule, type GatewayOptions } from './gateway.module.js';
export { GATEWAY_VARIABLES, gatewayConfig, type GatewayConfig } from './gateway.config.js';
export { RESOURCES, partitionOfOwner } from './api/resources.js';
export { READS } from './api/read-routes.js';
