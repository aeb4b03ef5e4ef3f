import { Module, type DynamicModule } from '@nestjs/common';
import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import { hosting, type LaneGround } from '@ringfence/service-kit';
import { WhatIfController } from './what-if.controller.js';

/** Exposure, requirement, gate and calls; and the reference lane, which the whole house reads. */
@Module({})
export class RiskModule {
  static on(ground: LaneGround): DynamicModule {
    const risk = hosting(riskLane, ground);
    const reference = hosting(referenceLane, ground);
    return {
      module: RiskModule,
      providers: [...reference.providers, ...risk.providers],
      controllers: [...reference.controllers, ...risk.controllers, WhatIfController],
      exports: [...reference.exports, ...risk.exports],
    };
  }
}
