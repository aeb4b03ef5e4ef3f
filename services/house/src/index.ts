export { houseConfig, type HouseConfig } from './house.config.js';
export { HouseFolderUnfit } from './house-file.js';
export { DEFINITIONS } from './plan.js';
export { startHouse, type House } from './start-house.js';
