import type { Event } from '@ringfence/contracts';
import type { Answered } from '@ringfence/lane';
import { readCommandId } from './command-ids.js';
import { itemJson, outcomeOf, singleJson, type Outcome } from './outcome.js';
import type { Resource } from './resource.js';
import { RESOURCES } from './resources.js';
import type { CommandId } from '@ringfence/kernel';

const ID = '00112233445566778899aabbccddeeff';
const id = readCommandId(ID) as CommandId;
const place = { service: 'accounts', partition: 3 } as const;
const transfers = RESOURCES.find(({ command }) => command === 'TransferCollateral') as Resource;

const answered = (outcome: Answered['decided']['outcome'], ...events: object[]): Answered => ({
  kind: 'answered',
  repeated: false,
  receipt: { seq: 5, hash: 'f'.repeat(64), offset: 4 },
  decided: {
    origin: { kind: 'continuation' },
    command: null,
    outcome,
    events: events as readonly Event[],
  },
});
const said = (outcome: Outcome): unknown => JSON.parse(itemJson(outcome));

describe('what an answer of a lane means for its sender', () => {
  const reserved = { type: 'TransferReserved', reservation: 7 };
  const known = {
    id: ID,
    receipt: { service: 'accounts', partition: 3, seq: 5, hash: 'f'.repeat(64) },
  };

  it.each([
    ['pending while another lane has to answer', [reserved], { status: 'pending' }],
    [
      'accepted when all of it was one decision',
      [reserved, { type: 'TransferSettled', reservation: 7 }],
      { status: 'accepted' },
    ],
    [
      'returned, with the reason',
      [reserved, { type: 'TransferReturned', reservation: 7, reason: 'account-closed' }],
      { status: 'returned', reason: 'account-closed' },
    ],
  ])('%s', (_, events, expected) => {
    const outcome = outcomeOf(transfers, id, place, answered({ kind: 'accepted' }, ...events));
    expect(said(outcome)).toEqual({ ...known, ...expected, facts: { reservation: 7 } });
  });

  it("rejected, with the decider's own code and facts", () => {
    const rejection = { code: 'insufficient-available', detail: { available: '3' } };
    const outcome = outcomeOf(transfers, id, place, answered({ kind: 'rejected', rejection }));
    expect(JSON.parse(singleJson(outcome))).toEqual({
      ...known,
      outcome: 'rejected',
      status: 422,
      code: 'insufficient-available',
      type: 'urn:ringfence:problem:insufficient-available',
      title: 'The order was refused',
      facts: { available: '3' },
    });
  });

  it('a conflict, a fault, and what nobody can tell', () => {
    expect(said(outcomeOf(transfers, id, place, { kind: 'conflict' }))).toMatchObject({
      status: 'conflict',
      id: ID,
      problem: { status: 409, code: 'id-conflict' },
    });
    const faulted = answered({ kind: 'faulted', reason: 'a bug' });
    expect(said(outcomeOf(transfers, id, place, faulted))).toMatchObject({
      status: 'faulted',
      problem: { status: 500, detail: 'a bug' },
    });
    expect(said(outcomeOf(transfers, id, place, { kind: 'pending', reason: 'closed' }))).toEqual({
      status: 'pending',
      id: ID,
      reason: 'closed',
    });
  });
});
