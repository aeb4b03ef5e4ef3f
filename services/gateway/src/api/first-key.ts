import type { CommandOf } from '@ringfence/contracts';
import { SYSTEM, type MemberId } from '@ringfence/kernel';
import { derivedId, type CommandBus } from '@ringfence/service-kit';
import type { ReferenceReader } from './reference-reader.js';

const HOUSE = 0 as MemberId;

/** The house's first operator: while there is no key nobody could issue one. */
export async function issueFirstKey(
  print: string | undefined,
  reference: ReferenceReader,
  bus: CommandBus,
): Promise<void> {
  if (print === undefined || reference.names.keysIssued > 0) return;
  const command: CommandOf<'IssueKey'> = {
    type: 'IssueKey',
    member: HOUSE,
    role: 'operator',
    print,
    label: 'first operator',
  };
  const id = derivedId(`first-key/${print}`);
  const commands = [{ id, by: SYSTEM, command }];
  const answer = await bus.hand({ service: 'reference', partition: 0, commands });
  if (answer.kind !== 'answers') return;
  const [first] = answer.answers;
  if (first?.kind === 'answered') await reference.reach(first.receipt.seq);
}
