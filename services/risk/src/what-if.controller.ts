import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { whatIf, type Imagined, type ImaginedTrade, type RiskState } from '@ringfence/domain-risk';
import { partitionOf, type AccountId, type BucketId } from '@ringfence/kernel';
import { LaneHost, lanesToken } from '@ringfence/service-kit';

/** What a gateway asks for one bucket. */
export interface WhatIfAsked {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly trades: readonly ImaginedTrade[];
}
/** `elsewhere`: this process does not decide for that account. */
export type WhatIfAnswer =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'refused'; readonly trade: number }
  | ({ readonly kind: 'imagined'; readonly seq: number } & Imagined);

/** Reads the newest state of a lane of risk; decides and records nothing. */
@Controller()
export class WhatIfController {
  constructor(@Inject(lanesToken('risk')) readonly lanes: LaneHost<RiskState>) {}

  /** @returns a list of one, so that answers of several processes become one list */
  @MessagePattern('margin.what-if')
  answer(@Payload() asked: WhatIfAsked): readonly WhatIfAnswer[] {
    const lane = this.lanes.lane(partitionOf(asked.account));
    if (lane?.status !== 'active') return [{ kind: 'elsewhere' }];
    const imagined = whatIf(lane.state, asked);
    if ('refused' in imagined) return [{ kind: 'refused', trade: imagined.trade }];
    return [{ kind: 'imagined', seq: lane.head.seq, ...imagined }];
  }
}
