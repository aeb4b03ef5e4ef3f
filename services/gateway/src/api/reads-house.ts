import { SERVICES, type Service } from '@ringfence/kernel';
import { ledgerLines } from './ledger-lines.js';
import { faultText, type HostedLanes, type LaneReport } from '@ringfence/service-kit';
import type { Edge } from './edge.js';
import {
  ANYONE,
  notFound,
  numberOf,
  OPERATORS,
  OVERSEERS,
  type Call,
  type ReadRoute,
  type Shown,
} from './read-route.js';

const WAIT_MAX_MS = 30_000;

const laneShown = ({ head, ...report }: LaneReport): Shown => ({
  lane: `${report.service}/${report.partition}`,
  ...report,
  seq: head.seq,
  hash: head.hash,
  epoch: head.epoch,
});

async function lanesShown({ lanes }: Edge): Promise<Shown> {
  const items = lanes.flatMap((host) =>
    host.reports().map(async (report) => ({
      ...laneShown(report),
      digest: await host.digestOf(report.partition),
    })),
  );
  return { items: await Promise.all(items) };
}

function laneOf(edge: Edge, { params }: Call): { host: HostedLanes; partition: number } {
  const service = SERVICES.find((each) => each === params['service']) as Service | undefined;
  const host = edge.lanes.find((each) => each.service === service);
  const partition = numberOf(params['partition'], 'partition');
  if (!host || partition >= host.partitions) throw notFound('lane of that name');
  return { host, partition };
}

async function resumeLane(edge: Edge, call: Call): Promise<Shown> {
  const { host, partition } = laneOf(edge, call);
  return laneShown(await host.resume(partition));
}

async function takeSnapshots({ lanes }: Edge): Promise<Shown> {
  for (const host of lanes) await host.snapshot();
  return { taken: lanes.reduce((sum, { partitions }) => sum + partitions, 0) };
}

/** Answers when nothing waits anywhere and all that is shown reflects it, or when time is up. */
async function quiet(edge: Edge, { query }: Call): Promise<Shown> {
  const ms = numberOf(query['wait'], 'wait', { standard: 0, most: WAIT_MAX_MS });
  const withRows = query['projections'] !== 'false';
  const rows = edge.readModels();
  const isStill = await edge.stillness.until(() => !withRows || rows.areCaughtUp(), ms);
  const { fault } = rows;
  const shown = { quiet: isStill, projectionLag: rows.lag(), ...underWay(edge) };
  return fault === undefined ? shown : { ...shown, projectionFault: faultText(fault) };
}

/**
 * What a driver of time waits for: calls that are open, close-outs under way, rounds that are
 * open.
 */
function underWay({ lanes }: Edge): Shown {
  let [calls, closeOuts, openRounds] = [0, 0, 0];
  for (const host of lanes) {
    for (let p = 0; p < host.partitions; p++) {
      for (const { name, value, labels } of host.gauges(p)) {
        const status = name === 'close_outs' ? labels?.['status'] : undefined;
        if (status === 'called') calls += value;
        else if (status !== undefined && status !== 'waiting') closeOuts += value;
        if (name === 'open_round' && value > 0) openRounds++;
      }
    }
  }
  return { calls, closeOuts, openRounds };
}
function working(edge: Edge): Shown {
  const rssMb = Math.round(process.resourceUsage().maxRSS / KILOBYTES_PER_MEGABYTE);
  return { ...underWay(edge), rssMb };
}
const KILOBYTES_PER_MEGABYTE = 1024;

/** The newest state of a lane in plain lines, to compare with a replay. */
async function liveState(edge: Edge, call: Call): Promise<Shown> {
  const { host, partition } = laneOf(edge, call);
  const live = await host.live(partition);
  if (!live) throw notFound('lane that is open');
  const { head, digest, lines } = live;
  return { seq: head.seq, hash: head.hash, digest, lines };
}

/** The lanes themselves. */
export const HOUSE_READS: readonly ReadRoute[] = [
  {
    method: 'GET',
    path: '/v1/lanes',
    roles: OVERSEERS,
    summary: 'Every lane: whether it decides, its head, queue and faults',
    answer: lanesShown,
  },
  {
    method: 'POST',
    path: '/v1/lanes/:service/:partition/resume',
    roles: OPERATORS,
    summary: 'Open a lane again that stopped, after the build was mended',
    answer: resumeLane,
  },
  {
    method: 'GET',
    path: '/v1/lanes/:service/:partition/state',
    roles: OVERSEERS,
    summary: 'The newest state of a lane, for comparison with a replay',
    answer: liveState,
  },
  {
    method: 'POST',
    path: '/v1/snapshots',
    roles: OPERATORS,
    summary: 'Take a snapshot of every lane now',
    answer: takeSnapshots,
  },
  {
    method: 'GET',
    path: '/v1/house/quiet',
    roles: OPERATORS,
    query: ['wait', 'projections'],
    summary: 'Answers when every lane has done all there is to do, or after `wait` ms',
    answer: quiet,
  },
  {
    method: 'GET',
    path: '/v1/house/working',
    roles: OVERSEERS,
    summary: 'Close-outs and rounds under way',
    answer: working,
  },
  {
    method: 'GET',
    path: '/v1/house/ledger',
    roles: OVERSEERS,
    summary: 'Every balance and position of the read models, a line each, in smallest units',
    answer: ledgerLines,
  },
  {
    method: 'GET',
    path: '/v1/whoami',
    roles: ANYONE,
    summary: 'The key that calls',
    answer: (_, { by }) => ({ ...by }),
  },
];
