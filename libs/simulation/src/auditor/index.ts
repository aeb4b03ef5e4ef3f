export { Auditor, type AuditorOptions } from './auditor.js';
export type { Guarantee, Violation } from './findings.js';
export type { AuditedHead, AuditedRange, AuditedRecord } from './record.js';
