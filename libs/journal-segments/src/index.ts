export * from './faults.js';
export { nodeFiles, type Files } from './files.js';
export * from './segment-journal.js';
export type { Cut, SegmentSizes } from './stream-writer.js';
