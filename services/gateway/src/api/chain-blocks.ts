import { catalogue, type CommandOf } from '@ringfence/contracts';
import { parseUnits } from '@ringfence/money';
import type { Answer } from '@ringfence/lane';
import { commandIdText, type Role, type CommandId } from '@ringfence/kernel';
import { derivedId, problem } from '@ringfence/service-kit';
import { Refused } from './callers.js';
import { readCommandId } from './command-ids.js';
import type { Edge } from './edge.js';
import type { ReferenceNames } from './names.js';
import { wrongField, type Call, type ReadRoute, type Shown } from './read-route.js';

const PAYMENTS_MAX = 1000;
const ROLES: ReadonlySet<Role> = new Set<Role>(['operator']);

/** What the custody service answers for each partition. */
interface Mined {
  readonly partition: number;
  readonly answer: Answer | { readonly kind: 'busy' };
}

/**
 * Mines one block of the simulated chain. Payments name an account by its text; amounts are
 * decimals of their asset, so they go through the same parser as every order.
 */
async function mine(edge: Edge, call: Call): Promise<Shown> {
  const { id, payments } = blockOf(edge.reference.names, call);
  const mined = (await edge.calls.call('custody', 'chain.mine', {
    id: commandIdText(id),
    payments,
  })) as readonly Mined[] | undefined;
  if (!mined)
    throw new Refused(problem('lane-stopped', { detail: 'no simulated chain runs here' }));
  return { id: commandIdText(id), blocks: ofOwners(mined).map(minedShown) };
}

/** Processes that do not own a partition's lane answer that they are busy: its owner counts. */
function ofOwners(mined: readonly Mined[]): readonly Mined[] {
  const blocks = new Map<number, Mined>();
  for (const block of mined) {
    if (block.answer.kind !== 'busy' || !blocks.has(block.partition)) {
      blocks.set(block.partition, block);
    }
  }
  return [...blocks.values()].toSorted((a, b) => a.partition - b.partition);
}

function minedShown({ partition, answer }: Mined): Shown {
  if (answer.kind !== 'answered') return { partition, status: answer.kind };
  const { decided, receipt } = answer;
  const height = decided.command?.type === 'ObserveBlock' ? decided.command.height : undefined;
  const { outcome } = decided;
  const rejection = outcome.kind === 'rejected' ? outcome.rejection : undefined;
  return { partition, status: outcome.kind, height, seq: receipt.seq, ...rejection };
}

interface Block {
  readonly id: CommandId;
  readonly payments: CommandOf<'ObserveBlock'>['payments'];
}

function blockOf(names: ReferenceNames, { body, by }: Call): Block {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw wrongField('', 'must be an object', 'wrong-type');
  }
  const { id: named, payments = [], ...strange } = body as Record<string, unknown>;
  const id = typeof named === 'string' && named !== '' ? readCommandId(named) : undefined;
  if (id === undefined) {
    throw wrongField('id', 'must be 32 hexadecimal digits, or a UUID', 'malformed-command-id');
  }
  const [unknown] = Object.keys(strange);
  if (unknown !== undefined) {
    throw wrongField(unknown, 'is not a field of this request', 'unknown-field');
  }
  if (!Array.isArray(payments) || payments.length > PAYMENTS_MAX) {
    throw wrongField('payments', `must be a list of at most ${PAYMENTS_MAX}`, 'wrong-type');
  }
  const inUnits = payments.map((payment: unknown, i) =>
    inSmallestUnits(payment, `${id}/${i}`, names),
  );
  const block = { chain: 'simulated', height: 1, payments: inUnits, confirmed: [] };
  const parsed = catalogue.parse('ObserveBlock', block, names);
  if (!parsed.ok) throw new Refused(problem('invalid-request', { errors: parsed.problems }));
  const own = derivedId(`mine/${by.member}/${id}`);
  return { id: own, payments: (parsed.value as CommandOf<'ObserveBlock'>).payments };
}

/** What cannot be read stays as it is: the parser says what is wrong with it. */
function inSmallestUnits(payment: unknown, place: string, names: ReferenceNames): unknown {
  if (typeof payment !== 'object' || payment === null) return payment;
  const { amount, asset, transaction } = payment as Record<string, unknown>;
  const listed = typeof asset === 'string' ? names.asset(asset) : undefined;
  const units = listed && typeof amount === 'string' ? parseUnits(amount, listed.scale) : undefined;
  return {
    ...payment,
    transaction: transaction ?? derivedText(place),
    amount: typeof units === 'bigint' ? String(units) : amount,
  };
}
const derivedText = (place: string): string => commandIdText(derivedId(`payment/${place}`));

export const CHAIN_ROUTES: readonly ReadRoute[] = [
  {
    method: 'POST',
    path: '/v1/simulated-chain/blocks',
    roles: ROLES,
    summary: 'Mine one block of the simulated chain, with payments to accounts of the house',
    answer: mine,
  },
];
