import type { Journal } from '@ringfence/journal';
import { addressText, present, type Address, type CommandId } from '@ringfence/kernel';
import { LogTail, logStream, type LogRecord } from '@ringfence/lane';
import { lanesApart, linesApart, sumsApart, type LaneLine } from '../demo/apart.js';
import { runToEnd } from '../demo/child.js';
import { joined, type Part, type Rebuilt } from '../demo/rebuild.js';
import { PARTITIONS, type ChaosHouse } from './chaos-house.js';
import { judge, type Recorded, type Verdict } from './judge.js';
import type { OrderBook } from './order-book.js';
import { until } from './until.js';

const QUIET_MS = 60_000;
const CUT_MS = 120_000;
const RETRY_MS = 100;

/**
 * What a run left behind, once the house is at rest: every acknowledged order once and where its
 * receipt says, and one truth in the logs, the lanes, their snapshots and the read models.
 */
export async function audit(house: ChaosHouse, book: OrderBook): Promise<Verdict> {
  const { live, models, rebuilt } = await oneCut(house);
  const { recorded, wrongs } = await readLogs(house);
  const verdict = judge(book, recorded);
  const apart = [
    ...wrongs,
    ...lanesApart(live, rebuilt),
    ...linesApart('read models', models, rebuilt.balances),
    ...sumsApart(rebuilt),
  ];
  return { ...verdict, wrongs: [...verdict.wrongs, ...apart] };
}

interface Cut {
  readonly live: readonly LaneLine[];
  readonly models: readonly string[];
  readonly rebuilt: Rebuilt;
}

/**
 * The lanes, the read models and the logs at one and the same position: a lane of a house at rest
 * may still be taken over, so they are read between two equal looks at the heads.
 */
async function oneCut(house: ChaosHouse): Promise<Cut> {
  const lanes = async (): Promise<LaneLine[]> =>
    (await house.api.get<{ items: LaneLine[] }>('/v1/lanes')).items;
  const headsOf = (items: readonly LaneLine[]): string =>
    items.map(({ lane, hash }) => `${lane} ${hash}`).join();
  let cut: Cut | undefined;
  const isOne = async (): Promise<boolean> => {
    await atRest(house);
    const live = await lanes();
    const { items: models } = await house.api.get<{ items: string[] }>('/v1/house/ledger');
    cut = { live, models, rebuilt: await rebuild(house) };
    return headsOf(await lanes()) === headsOf(live);
  };
  await until('lanes are taken over without end', isOne, CUT_MS);
  return present(cut, 'what the house holds');
}

/** Nothing waits anywhere, and what is shown reflects it. @throws when that takes too long */
export async function atRest(house: ChaosHouse): Promise<void> {
  const path = '/v1/house/quiet?wait=1000';
  let said = '';
  const isQuiet = async (): Promise<boolean> => {
    const shown = await house.api.get<{ quiet: boolean }>(path);
    said = JSON.stringify(shown);
    return shown.quiet;
  };
  await until('the house does not come to rest', isQuiet, QUIET_MS).catch((fault: unknown) => {
    throw new Error(`${String(fault)}: ${said}`);
  });
}

/** Every order of a client in every log, from the beginning. */
export async function readLogs(
  house: Pick<ChaosHouse, 'journal' | 'watch'>,
): Promise<{ readonly recorded: readonly Recorded[]; readonly wrongs: readonly string[] }> {
  const recorded: Recorded[] = [];
  const wrongs: string[] = [];
  const paid = new Set<string>();
  for (const address of house.watch.addresses) {
    for await (const { decided, head, hash } of recordsOf(house.journal, address)) {
      for (const { origin, events } of decided) {
        const lane = addressText(address);
        if (origin.kind === 'client') {
          recorded.push({ id: digitsOf(origin.id), lane, seq: head.seq, hash });
        }
        for (const event of events) {
          if (event.type !== 'DepositAnnounced') continue;
          if (paid.has(event.transaction)) wrongs.push(`${event.transaction} was announced twice`);
          paid.add(event.transaction);
        }
      }
    }
  }
  return { recorded, wrongs };
}
const digitsOf = (id: CommandId): string => Buffer.from(id, 'latin1').toString('hex');

async function* recordsOf(
  journal: Journal,
  { service, partition }: Address,
): AsyncGenerator<LogRecord> {
  const tail = new LogTail(journal, service, logStream(service, partition));
  const wait = (): Promise<void> => new Promise((resume) => setTimeout(resume, RETRY_MS));
  for (;;) {
    const records = await tail.poll(wait);
    if (records.length === 0) return;
    yield* records;
  }
}

/** In processes of their own, as an auditor would: nothing of this one can help them. */
async function rebuild(house: ChaosHouse): Promise<Rebuilt> {
  const snapshots = Object.fromEntries(
    house.watch.addresses.map((lane) => [addressText(lane), house.snapshotFolders(lane)]),
  );
  const parts = Array.from({ length: PARTITIONS }, (_, part): Part => {
    return { journal: house.place, partitions: PARTITIONS, part, snapshots };
  });
  const found = parts.map((part) => runToEnd<Rebuilt>('./rebuild-main.js', [JSON.stringify(part)]));
  return joined(await Promise.all(found));
}
