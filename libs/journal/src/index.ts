export * from './chain.js';
export { LogTruncated, type CursorOptions, type Witness } from './cursor.js';
export * from './head.js';
export * from './memory.js';
export * from './port.js';
export * from './tail.js';
export type { OpenOptions } from './takeover.js';
export * from './writer.js';
