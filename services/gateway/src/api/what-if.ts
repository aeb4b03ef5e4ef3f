import type { EventOf } from '@ringfence/contracts';
import { partitionOf, type AccountId, type BucketId, type InstrumentId } from '@ringfence/kernel';
import { bucketKind, parseBucket } from '@ringfence/kernel';
import { parseUnits } from '@ringfence/money';
import { problem } from '@ringfence/service-kit';
import { cellsOf, type Evaluated } from '../projections/margins/margins.projection.js';
import type { Row } from '../read-store/row.entity.js';
import { Refused } from './callers.js';
import type { Edge } from './edge.js';
import type { ReferenceNames } from './names.js';
import { numbered } from './orders.js';
import { ANYONE, wrongField, type Call, type ReadRoute, type Shown } from './read-route.js';
import { accountOf } from './read-rows.js';
import { marginShown, mustSee } from './reads-margin.js';

const TRADES_MAX = 100;
const FIELDS = new Set(['instrument', 'side', 'lots', 'price']);

/** A trade in the numbers of the lanes: signed lots, ticks; price 0 is the newest mark. */
export interface AskedTrade {
  readonly instrument: InstrumentId;
  readonly lots: number;
  readonly price: number;
}
/** What the service risk answers, each process that it runs in. */
type Answer =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'refused'; readonly trade: number }
  | {
      readonly kind: 'imagined';
      readonly seq: number;
      readonly before: Evaluated;
      readonly after: Evaluated;
      readonly verdicts: readonly EventOf<'GateJudged'>[];
    };

/**
 * What trades would do to a bucket: a pure read of the newest state of its lane of risk, by the
 * functions that judge and record there. Nothing is recorded, nothing reserved.
 */
async function whatIf(edge: Edge, call: Call): Promise<Shown> {
  const { names } = edge.reference;
  const account = accountOf(call.params['account'], 'account');
  const bucket = bucketOf(call.params['bucket'], names);
  const trades = tradesOf(call.body, names);
  await mustSee(edge, call);
  const answer = await imagined(edge, { account, bucket, trades });
  const margin = (evaluated: Evaluated): Shown => marginShown(names, rowOf(evaluated));
  return {
    before: margin(answer.before),
    after: margin(answer.after),
    passes: answer.verdicts.every(({ passed }) => passed),
    verdicts: answer.verdicts.map(({ passed, reason }) => ({ passed, reason })),
    asOf: { service: 'risk', partition: partitionOf(account), seq: answer.seq },
  };
}

interface Asked {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly trades: readonly AskedTrade[];
}
async function imagined(edge: Edge, asked: Asked): Promise<Extract<Answer, { kind: 'imagined' }>> {
  const said = await edge.calls.call('risk', 'margin.what-if', asked);
  const answers = (said ?? []) as readonly Answer[];
  const answer = answers.find(({ kind }) => kind !== 'elsewhere');
  if (answer?.kind === 'imagined') return answer;
  if (answer?.kind === 'refused') {
    const field = `trades[${answer.trade}].instrument`;
    throw wrongField(field, 'is not known to the lane yet', 'unknown-instrument');
  }
  throw new Refused(problem('lane-stopped', { detail: 'no lane of risk decides for the account' }));
}

/** An evaluation as the read model would hold it. */
function rowOf(evaluated: Evaluated): Row {
  const cells = { account: evaluated.account, bucket: evaluated.bucket, ...cellsOf(evaluated) };
  return Object.fromEntries(
    Object.entries(cells).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? String(value) : value,
    ]),
  );
}

function bucketOf(text: string | undefined, names: ReferenceNames): BucketId {
  const bucket = parseBucket(numbered(text ?? '', names));
  if (bucket !== undefined && bucketKind(bucket) !== 'excess') return bucket;
  const rule = 'must be a margin bucket, like "cross:linear" or "isolated:3"';
  throw wrongField('bucket', rule, 'malformed-bucket');
}

/** @throws Refused naming the field and the rule */
export function tradesOf(body: unknown, names: ReferenceNames): AskedTrade[] {
  const { trades, ...strange } = objectOf(body, '');
  const [unknown] = Object.keys(strange);
  if (unknown !== undefined) throw stranger(unknown);
  if (!Array.isArray(trades) || trades.length === 0 || trades.length > TRADES_MAX) {
    throw wrongField('trades', `must be a list of 1 to ${TRADES_MAX}`, 'wrong-type');
  }
  return trades.map((trade: unknown, i) => tradeOf(trade, `trades[${i}]`, names));
}

function tradeOf(item: unknown, field: string, names: ReferenceNames): AskedTrade {
  const trade = objectOf(item, field);
  const unknown = Object.keys(trade).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw stranger(`${field}.${unknown}`);
  const { instrument: symbol, side, lots: size, price } = trade;
  const named = typeof symbol === 'string' ? names.instrument(symbol) : undefined;
  if (!named) throw wrongField(`${field}.instrument`, 'must be listed', 'unknown-instrument');
  if (side !== 'buy' && side !== 'sell') {
    throw wrongField(`${field}.side`, 'must be buy or sell', 'not-one-of');
  }
  const lots = stepsOf(size, named.lot, `${field}.lots`);
  return {
    instrument: named.id,
    lots: side === 'buy' ? lots : -lots,
    price: price === undefined ? 0 : stepsOf(price, named.tick, `${field}.price`),
  };
}

/** A decimal as whole lots or ticks, more than 0. */
function stepsOf(
  text: unknown,
  step: { readonly units: bigint; readonly scale: number },
  field: string,
): number {
  if (typeof text !== 'string') throw wrongField(field, 'must be a decimal text', 'wrong-type');
  const units = parseUnits(text, step.scale);
  if (units === 'amount-not-a-decimal') {
    throw wrongField(field, 'must be a plain decimal', 'not-a-decimal');
  }
  if (typeof units === 'string' || units % step.units !== 0n) {
    throw wrongField(field, 'must be a whole number of the ticks or lots', 'not-a-multiple');
  }
  const steps = units / step.units;
  if (steps <= 0n) throw wrongField(field, 'must be more than 0', 'not-positive');
  if (steps > BigInt(STEPS_MAX)) throw wrongField(field, 'is too large', 'too-large');
  return Number(steps);
}
/** Lots times ticks stay far below what an amount of the log holds. */
const STEPS_MAX = 1e12;

function objectOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw wrongField(field, 'must be an object', 'wrong-type');
}
const stranger = (field: string): Refused =>
  wrongField(field, 'is not a field of this request', 'unknown-field');

export const WHAT_IF: ReadRoute = {
  method: 'POST',
  path: '/v1/accounts/:account/buckets/:bucket/what-if',
  roles: ANYONE,
  summary: 'What trades would require of a bucket, before and after; nothing is recorded',
  answer: whatIf,
};
