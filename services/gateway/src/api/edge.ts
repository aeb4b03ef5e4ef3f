import type { HostedLanes, LaneGround, ServiceCalls, Stillness } from '@ringfence/service-kit';
import type { OpeningReadModels } from '../projections/opening-read-models.js';
import type { Live } from '../feed/live.js';
import type { OrderEdge } from './order-routes.js';

/** Everything that the routes work with. */
export interface Edge extends OrderEdge {
  readonly lanes: readonly HostedLanes[];
  readonly ground: LaneGround;
  readonly calls: ServiceCalls;
  readonly stillness: Stillness;
  readonly live: Live;
  readonly readModels: () => OpeningReadModels;
}
