import type { MemberId } from '@ringfence/kernel';
import { OPERATOR, PRINT, SYSTEM, VENUE, admit, by, given, issue } from './house.fixture.js';
import type { ReferenceCommand } from '@ringfence/contracts';

const FOUNDED = [by(SYSTEM, issue())];
const OTHER_PRINT = '01'.repeat(32);
const revoke = (key: number): ReferenceCommand => ({ type: 'RevokeKey', key });
const rejected = (code: string, detail: Record<string, string> = {}) => ({
  accepted: false,
  rejection: { code, detail },
});

describe('founding the house', () => {
  it('lets the system issue the first key', () =>
    expect(given().when(by(SYSTEM, issue()))).toEqual({
      accepted: true,
      events: [
        { type: 'KeyIssued', key: 1, member: 0, role: 'operator', print: PRINT, label: 'desk' },
      ],
    }));
  it('lets the system admit while no key exists', () =>
    expect(given().when(by(SYSTEM, admit())).accepted).toBe(true));
  it('leaves both to operators once a key exists', () => {
    expect(given(...FOUNDED).when(by(SYSTEM, admit()))).toEqual(
      rejected('role-not-allowed', { role: 'system' }),
    );
    expect(given(...FOUNDED).when(by(SYSTEM, issue({ print: OTHER_PRINT }))).accepted).toBe(false);
    expect(given(...FOUNDED).when(by(OPERATOR, admit())).accepted).toBe(true);
  });
  it('never lets a venue in', () => {
    expect(given().when(by(VENUE, admit())).accepted).toBe(false);
    expect(given().when(by(VENUE, issue())).accepted).toBe(false);
  });
});

describe('members and keys', () => {
  it('numbers members from 1, the house being 0', () =>
    expect(given(...FOUNDED, admit('Alpha')).when(admit('Beta'))).toEqual({
      accepted: true,
      events: [{ type: 'MemberAdmitted', member: 2, name: 'Beta' }],
    }));
  it('asks for a name', () => expect(given().when(admit(' '))).toEqual(rejected('name-missing')));
  it('gives keys to members only', () => {
    const venue = issue({ member: 1 as MemberId, role: 'venue' });
    expect(given().when(venue)).toEqual(rejected('member-unknown', { member: '1' }));
    expect(given(admit()).when(venue).accepted).toBe(true);
  });
  it('keeps operators, approvers and sources in the house', () => {
    for (const role of ['operator', 'approver', 'system'] as const) {
      expect(given(admit()).when(issue({ member: 1 as MemberId, role }))).toEqual(
        rejected('role-not-for-member', { role }),
      );
    }
  });
  it('takes a print of 64 lower hexadecimal digits', () => {
    for (const print of [PRINT.slice(1), `${PRINT}0`, PRINT.toUpperCase(), 'g'.repeat(64)]) {
      expect(given().when(issue({ print }))).toEqual(rejected('print-malformed'));
    }
  });
  it('never takes a print twice, not even a revoked one', () => {
    expect(given(issue()).when(issue())).toEqual(rejected('print-taken'));
    expect(given(issue(), revoke(1)).when(issue())).toEqual(rejected('print-taken'));
    expect(given(issue()).when(issue({ print: OTHER_PRINT })).accepted).toBe(true);
  });
  it('revokes a key once', () => {
    expect(given(issue()).when(revoke(1))).toEqual({
      accepted: true,
      events: [{ type: 'KeyRevoked', key: 1 }],
    });
    expect(given(issue(), revoke(1)).when(revoke(1))).toEqual({ accepted: true, events: [] });
    expect(given(issue()).when(revoke(2))).toEqual(rejected('key-unknown', { key: '2' }));
    expect(given(issue()).when(by(SYSTEM, revoke(1))).accepted).toBe(false);
  });
});
