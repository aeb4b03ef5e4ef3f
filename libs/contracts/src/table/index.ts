export * from './catalogue.js';
export * from './field.js';
export * from './message.js';
