import type { CommandOf } from '@ringfence/contracts';
import { SYSTEM, type MemberId } from '@ringfence/kernel';
import { derivedId, type CommandBus } from '@ringfence/service-kit';
import type { ReferenceReader } from './reference-reader.js';

const HOUSE = 0 as MemberId;

const RETRY_MS = 250;

/**
 * The house's first operator: while there is no key nobody could issue one.
 *
 * @returns whether there is a key now; false: the reference lane does not decide yet
 */
export async function issueFirstKey(
  print: string | undefined,
  reference: ReferenceReader,
  bus: CommandBus,
): Promise<boolean> {
  if (print === undefined || reference.names.keysIssued > 0) return true;
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
  const [first] = answer.kind === 'answers' ? answer.answers : [];
  if (first?.kind !== 'answered') return false;
  await reference.reach(first.receipt.seq);
  return true;
}

/** Goes on until there is a key, or nobody wants it any more. */
export async function issueFirstKeyLater(
  print: string | undefined,
  reference: ReferenceReader,
  bus: CommandBus,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver() && !(await issueFirstKey(print, reference, bus))) {
    await new Promise((resume) => setTimeout(resume, RETRY_MS));
    await reference.read();
  }
}
