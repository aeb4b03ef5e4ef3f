import type { Service } from '@ringfence/kernel';
import { present } from '@ringfence/kernel';
import type { HostedLanes, LaneGround } from '@ringfence/service-kit';
import type { ReferenceReader } from '../api/reference-reader.js';
import type { Parked } from '../read-store/parked.entity.js';
import { ReadStore, type Position } from '../read-store/read-store.js';
import { accountsProjection } from './accounts/accounts.projection.js';
import { balancesProjection } from './balances/balances.projection.js';
import { CallsProjection } from './calls/calls.projection.js';
import { PositionsProjection } from './positions/positions.projection.js';
import { Projector, type LogLag } from './projector.js';
import { roundsProjection } from './rounds/rounds.projection.js';
import { TradesProjection } from './trades/trades.projection.js';
import { WithdrawalsProjection } from './withdrawals/withdrawals.projection.js';

export interface ReadModelOptions {
  readonly ground: LaneGround;
  readonly reference: ReferenceReader;
  readonly lanes: readonly HostedLanes[];
  readonly databaseUrl?: string;
  readonly onFault: (fault: unknown) => void;
  /** hears that the rows show more than before */
  readonly onReflected?: () => void;
}

/** Everything that is shown and decides nothing: rows in a database, and how far they are. */
export interface ReadModels {
  readonly store: ReadStore;
  readonly fault: unknown;
  /** accounts whose rows stand still: what is shown of them may be old, or nothing */
  readonly parked: Parked;
  /** records in the logs that no row reflects yet */
  lag(): number;
  /** the same per log */
  lags(): readonly LogLag[];
  /** somebody waits for the lag to end */
  hurry(): void;
  positionOf(service: Service, partition: number): Position | undefined;
  close(): Promise<void>;
}

export async function openReadModels(options: ReadModelOptions): Promise<ReadModels> {
  const { ground, reference, lanes, databaseUrl, onFault, onReflected } = options;
  const { names } = reference;
  const projections = [
    accountsProjection,
    balancesProjection,
    new PositionsProjection((id) => present(names.instruments.get(id), 'an instrument').unit),
    new CallsProjection(),
    new TradesProjection(),
    roundsProjection,
    new WithdrawalsProjection(),
  ];
  const tables = projections.flatMap((each) => each.tables);
  const store = await ReadStore.open(tables, databaseUrl);
  const projector = await Projector.start({
    journal: ground.journal,
    cache: ground.options.cache,
    partitions: ground.partitions,
    store,
    projections,
    reference: (seq) => reference.reach(seq),
    onFault,
    onReflected,
    onParked: (line) => ground.say(`gateway: ${line}`, { level: 'error' }),
  });
  const endOf = (service: Service, partition: number): number =>
    lanes.find((each) => each.service === service)?.endOf(partition) ?? 0;
  return {
    store,
    get fault() {
      return projector.fault;
    },
    get parked() {
      return projector.parked;
    },
    lag: () => projector.lag(endOf),
    lags: () => projector.lags(endOf),
    hurry: () => projector.hurry(),
    positionOf: (service, partition) => projector.positionOf(service, partition),
    async close() {
      await projector.close();
      await store.close();
    },
  };
}
