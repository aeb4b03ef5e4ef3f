import type { HostedLanes, LaneGround, ServiceCalls, Stillness } from '@ringfence/service-kit';
import type { OpeningReadModels } from '../projections/opening-read-models.js';
import type { OrderEdge } from './order-routes.js';

/** Everything that the routes work with. */
export interface Edge extends OrderEdge {
  readonly lanes: readonly HostedLanes[];
  readonly ground: LaneGround;
  readonly calls: ServiceCalls;
  readonly stillness: Stillness;
  readonly readModels: () => OpeningReadModels;
}
