export type { KafkaCounters } from './counters.js';
export * from './ensure-topics.js';
export * from './faults.js';
export * from './kafka-journal.js';
export { type KafkaOptions, KafkaOptionsRefused } from './options.js';
export { openSocket, type SocketMaker, type SocketPlace } from './sockets.js';
export type { Durability } from './topic-settings.js';
