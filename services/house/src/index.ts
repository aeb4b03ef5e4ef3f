export { Cluster, type ClusterOptions } from './cluster/cluster.js';
export {
  PROCESSES,
  ServiceProcess,
  type ProcessPlan,
  type ProcessService,
} from './cluster/service-process.js';
export { houseConfig, type HouseConfig } from './house.config.js';
export { HouseFolderUnfit } from './house-file.js';
export { DEFINITIONS } from './plan.js';
export { startHouse, type House } from './start-house.js';
