export { DecodeError } from './bytes.js';
export { compile, type Catalogue } from './catalogue.js';
export type { Decimal, NamedAsset, NamedInstrument, Names, Problem, ProblemCode } from './edge.js';
export * from './field.js';
export type { Parsed } from './generate-parse.js';
export type { JsonValue } from './json.js';
export * from './message.js';
export type { JsonSchema } from './schema.js';
