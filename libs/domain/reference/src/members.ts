import type { CommandOf, Event, Order } from '@ringfence/contracts';
import { accept, reject, type Decision, type MemberId, type Role } from '@ringfence/kernel';
import { refuseUnlessFounder, refuseUnlessOperator } from './permission.js';
import { nextNumber, type ReferenceState } from './state.js';

/** SHA-256 in lower-case hexadecimal: one writing per key, so that it is found twice. */
const PRINT = /^[0-9a-f]{64}$/;
/** Roles that act for the house itself; a key of another member never has one. */
const HOUSE_ROLES: ReadonlySet<Role> = new Set(['operator', 'approver', 'system']);
const HOUSE = 0 as MemberId;

/**
 * Admits a clearing member under the next number.
 *
 * @returns `MemberAdmitted`; or `role-not-allowed`, `name-missing`
 */
export function admitMember(
  command: CommandOf<'AdmitMember'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessFounder(state, order);
  if (refused) return refused;
  if (command.name.trim() === '') return reject('name-missing');
  // member 0 is in the table from the beginning
  const member = state.members.size as MemberId;
  return accept<Event>({ type: 'MemberAdmitted', member, name: command.name });
}

/**
 * Issues an API key to a member. The log holds the print of its secret, never the secret.
 *
 * @returns `KeyIssued`; or `role-not-allowed`, `member-unknown`, `role-not-for-member` (operators,
 *          approvers and sources belong to the house), `print-malformed`, `print-taken`
 */
export function issueKey(
  command: CommandOf<'IssueKey'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessFounder(state, order);
  if (refused) return refused;
  const { member, role, print, label } = command;
  if (!state.members.has(member)) return reject('member-unknown', { member });
  if (HOUSE_ROLES.has(role) && member !== HOUSE) return reject('role-not-for-member', { role });
  if (!PRINT.test(print)) return reject('print-malformed');
  if (state.prints.has(print)) return reject('print-taken');
  const key = nextNumber(state.keys);
  return accept<Event>({ type: 'KeyIssued', key, member, role, print, label });
}

/**
 * Revokes a key for ever; its print stays taken. Revoking it again is no fact.
 *
 * @returns `KeyRevoked`, nothing when it is revoked already; or `role-not-allowed`, `key-unknown`
 */
export function revokeKey(
  command: CommandOf<'RevokeKey'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const key = state.keys.get(command.key);
  if (!key) return reject('key-unknown', { key: command.key });
  return key.revoked ? accept() : accept<Event>({ type: 'KeyRevoked', key: command.key });
}
