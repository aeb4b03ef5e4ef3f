import { catalogue, type Command } from '@ringfence/contracts';
import type { CommandId, InstrumentId } from '@ringfence/kernel';
import { problem, type FoundAnswer, type HostedLanes } from '@ringfence/service-kit';
import { LEGS } from '../projections/trades/trades.projection.js';
import type { Row } from '../read-store/row.entity.js';
import { Refused } from './callers.js';
import { readCommandId, writeCommandId } from './command-ids.js';
import type { Edge } from './edge.js';
import { answeredOutcome, itemJson, type Outcome } from './outcome.js';
import {
  ANYONE,
  notFound,
  wrongField,
  type Call,
  type ReadRoute,
  type Shown,
} from './read-route.js';
import { rowsOf, staleOf } from './read-rows.js';
import { RESOURCES } from './resources.js';
import { progressOf } from './saga.js';
import { shownAccount, shownBucket, shownInstrument, shownLots, shownPrice } from './shown.js';

const ASK_AGAIN_SECONDS = 5;

interface Found extends FoundAnswer {
  readonly lanes: HostedLanes;
  readonly partition: number;
}

/**
 * The lane that has it is not known from an id: each looks into its own table, which is in memory.
 *
 * @throws Refused `outcome-unknown` when none has it and one that may have it cannot tell
 */
async function find(edge: Edge, id: CommandId): Promise<Found | undefined> {
  const silent: string[] = [];
  for (const lanes of edge.lanes) {
    for (let partition = 0; partition < lanes.partitions; partition++) {
      const found = await lanes.answerOf(partition, id);
      if (found === 'unknown') silent.push(`${lanes.service}/${partition}`);
      else if (found) return { ...found, lanes, partition };
    }
  }
  if (silent.length === 0) return undefined;
  const detail = `${silent.join(', ')} cannot tell now: it may be recorded there`;
  throw new Refused(problem('outcome-unknown', { detail }), ASK_AGAIN_SECONDS);
}

const resourceOf = (command: Command) => RESOURCES.find((each) => each.command === command.type);

/** What became of an order, as of now or as soon as it ended. */
async function concluded(edge: Edge, call: Call, id: CommandId): Promise<[Outcome, Found]> {
  const found = await find(edge, id);
  const { command, origin } = found?.decided ?? {};
  const by = origin?.kind === 'client' ? origin.by : undefined;
  const isOwn = call.by.role !== 'venue' || by?.member === call.by.member;
  if (!found || !command || !isOwn) throw notFound('order of that id');
  const resource = resourceOf(command);
  const place = { service: found.lanes.service, partition: found.partition };
  const progress = progressOf(resource?.saga, found.decided.events);
  const { decided, receipt } = found;
  const answer = { decided, receipt, repeated: false };
  const outcome = answeredOutcome(progress, { id, place, answer });
  if (!resource?.saga || progress.kind !== 'open') return [outcome, found];
  const [ended] = await edge.conclusions.follow(resource.saga, [outcome], call.wait * 1000);
  return [ended ?? outcome, found];
}

function idOf({ params }: Call): CommandId {
  const id = readCommandId(params['id']);
  if (id !== undefined) return id;
  const rule = 'must be 32 hexadecimal digits, or a UUID';
  throw wrongField('id', rule, 'malformed-command-id');
}

async function oneCommand(edge: Edge, call: Call): Promise<Shown> {
  const [outcome, { decided }] = await concluded(edge, call, idOf(call));
  const { command, events } = catalogue.toJson(decided) as Shown;
  return { ...(JSON.parse(itemJson(outcome)) as Shown), command, events };
}

async function oneTrade(edge: Edge, call: Call): Promise<Shown> {
  const id = idOf(call);
  const [outcome, { decided }] = await concluded(edge, call, id);
  if (decided.command?.type !== 'SubmitTrade') throw notFound('trade of that id');
  const { names } = edge.reference;
  const { instrument, lots, price, buyer, buyerBucket, seller, sellerBucket } = decided.command;
  const models = await edge.readModels().opened();
  const legs = models
    ? await rowsOf(models, LEGS)
        .where('row.trade = :id', { id: writeCommandId(id) })
        .getMany()
    : undefined;
  return {
    ...(JSON.parse(itemJson(outcome)) as Shown),
    instrument: shownInstrument(names, instrument),
    lots: shownLots(names, instrument, lots),
    price: shownPrice(names, instrument, price),
    buyer: shownAccount(buyer),
    buyerBucket: shownBucket(buyerBucket),
    seller: shownAccount(seller),
    sellerBucket: shownBucket(sellerBucket),
    legs: models && legs?.map((leg) => ({ ...legShown(edge, leg), ...staleOf(models, leg) })),
  };
}

function legShown({ reference: { names } }: Edge, leg: Row): Shown {
  const instrument = Number(leg['instrument']) as InstrumentId;
  return {
    account: shownAccount(leg['account']),
    bucket: shownBucket(leg['bucket']),
    lots: shownLots(names, instrument, leg['lots']),
    price: shownPrice(names, instrument, leg['price']),
    status: leg['status'],
    reason: leg['reason'],
  };
}

/** How orders ended. */
export const ORDER_READS: readonly ReadRoute[] = [
  {
    method: 'GET',
    path: '/v1/commands/:id',
    roles: ANYONE,
    summary: 'What became of an order, by the id that its sender chose',
    answer: oneCommand,
  },
  {
    method: 'GET',
    path: '/v1/trades/:id',
    roles: ANYONE,
    summary: 'A trade and both of its legs',
    answer: oneTrade,
  },
];
