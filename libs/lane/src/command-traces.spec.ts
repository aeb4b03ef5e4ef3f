import { catalogue } from '@ringfence/contracts';
import { parseCommandId, present, SYSTEM } from '@ringfence/kernel';
import type { ClientCommand } from './batch.js';
import { packCommands, unpackCommands } from './command-stream.js';
import { splitHeadLine, withHeadLine } from './head-line.js';

const A = `00-${'a'.repeat(32)}-${'1'.repeat(16)}-01`;
const B = `00-${'b'.repeat(32)}-${'2'.repeat(16)}-01`;

const order = (number: number, trace?: string): ClientCommand => {
  const text = number.toString(16).padStart(32, '0');
  const id = present(parseCommandId(text), 'an id');
  const command = { type: 'AdmitMember', name: `member ${number}` } as const;
  return trace === undefined ? { id, by: SYSTEM, command } : { id, by: SYSTEM, command, trace };
};
const traces = (bytes: Uint8Array): unknown[] =>
  unpackCommands(bytes).map((each) => (each.command === null ? null : each.trace));
const headOf = (bytes: Uint8Array) => present(splitHeadLine(bytes), 'a head line');

describe('traces of orders on their way to a lane', () => {
  it('travel in the head line, each for its own orders (LANE-040)', () => {
    const bytes = packCommands('g', [order(1, A), order(2, A), order(3), order(4, B), order(5, A)]);
    expect(traces(bytes)).toEqual([A, A, undefined, B, A]);
    expect(headOf(bytes).head['trace']).toEqual([
      [0, 2, A],
      [3, 1, B],
      [4, 1, A],
    ]);
  });

  it('leave no mark on the orders, and none at all where nobody is followed (LANE-041)', () => {
    const followed = packCommands('g', [order(1, A)]);
    const alone = packCommands('g', [order(1)]);
    expect(headOf(followed).body).toEqual(headOf(alone).body);
    expect(Object.keys(headOf(alone).head)).toEqual(['v', 'sender', 'n', 'contracts']);
    expect(catalogue.decode(headOf(followed).body)).toHaveLength(1);
  });

  it.each([['nonsense'], [[['0', 1, A]]], [[[-1, 2, A]]], [[null]], [{}]])(
    'are left out when they are %j; the orders go on (LANE-042)',
    (trace) => {
      const { head, body } = headOf(packCommands('g', [order(1, A)]));
      expect(traces(withHeadLine({ ...head, trace }, body))).toEqual([undefined]);
    },
  );

  it('reach no further than the orders do (LANE-043)', () => {
    const { head, body } = headOf(packCommands('g', [order(1, A)]));
    expect(traces(withHeadLine({ ...head, trace: [[0, 1e9, B]] }, body))).toEqual([B]);
  });
});
