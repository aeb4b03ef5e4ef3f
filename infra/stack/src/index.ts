export { findParts, type Finding, type Findings } from './find-parts.js';
export type { Kafka } from './kafka.js';
export type { SingleServer } from './postgres.js';
export { freshDatabase, query, uniqueName } from './postgres-wire.js';
export { command } from './redis-wire.js';
export { PartMissing, StackError, type Part } from './stack-error.js';
export { PARTS, startStack, type Stack, type StackOptions } from './stack.js';
