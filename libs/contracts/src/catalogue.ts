import { ACCOUNTS_COMMANDS, ACCOUNTS_EVENTS } from './accounts.js';
import { CUSTODY_COMMANDS, CUSTODY_EVENTS } from './custody.js';
import { LIQUIDATION_COMMANDS, LIQUIDATION_EVENTS } from './liquidation.js';
import { REFERENCE_COMMANDS, REFERENCE_EVENTS } from './reference.js';
import { RISK_COMMANDS, RISK_EVENTS } from './risk.js';
import type { Command, Event } from './named.js';
import { compile, type Catalogue } from './table/index.js';

/**
 * Every command, message and event of the house: codec, check, JSON and schema. One table for all
 * services.
 */
export const catalogue: Catalogue<Command, Event> = compile<Command, Event>([
  ...REFERENCE_COMMANDS,
  ...REFERENCE_EVENTS,
  ...ACCOUNTS_COMMANDS,
  ...ACCOUNTS_EVENTS,
  ...CUSTODY_COMMANDS,
  ...CUSTODY_EVENTS,
  ...RISK_COMMANDS,
  ...RISK_EVENTS,
  ...LIQUIDATION_COMMANDS,
  ...LIQUIDATION_EVENTS,
]);
