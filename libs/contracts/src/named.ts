import type { AccountsCommand, AccountsEvent } from './accounts.js';
import type { CustodyCommand, CustodyEvent } from './custody.js';
import type { LiquidationCommand, LiquidationEvent } from './liquidation.js';
import type { ReferenceCommand, ReferenceEvent } from './reference.js';
import type { RiskCommand, RiskEvent } from './risk.js';

/**
 * Every order of the house: commands of clients, reactions, bounded pieces and channel messages.
 */
export type Command =
  | ReferenceCommand
  | AccountsCommand
  | CustodyCommand
  | RiskCommand
  | LiquidationCommand;
/** Every fact of the house. */
export type Event = ReferenceEvent | AccountsEvent | CustodyEvent | RiskEvent | LiquidationEvent;
/** The command of that name, as it stands in memory. */
export type CommandOf<Name extends Command['type']> = Extract<Command, { type: Name }>;
/** The event of that name, as it stands in memory. */
export type EventOf<Name extends Event['type']> = Extract<Event, { type: Name }>;
