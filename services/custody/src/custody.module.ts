import { Controller, Inject, Module, type DynamicModule } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { custodyLane } from '@ringfence/domain-custody';
import { hosting, type LaneGround } from '@ringfence/service-kit';
import {
  SimulatedChain,
  type Mined,
  type MineOrder,
} from './effects/chain-simulated/simulated-chain.js';

/** Lets a driver mine blocks of the simulated chain. */
@Controller()
export class ChainController {
  constructor(@Inject(SimulatedChain) readonly chain: SimulatedChain) {}
  @MessagePattern('chain.mine')
  mine(@Payload() order: MineOrder): Promise<readonly Mined[]> {
    return this.chain.mine(order);
  }
}

/** What is really held, and every way in and out of it. */
@Module({})
export class CustodyModule {
  static on(ground: LaneGround): DynamicModule {
    const chain = new SimulatedChain(ground.partitions);
    ground.join(chain);
    const lanes = hosting(custodyLane, ground, undefined, [chain]);
    return {
      module: CustodyModule,
      providers: [...lanes.providers, { provide: SimulatedChain, useValue: chain }],
      controllers: [...lanes.controllers, ChainController],
      exports: lanes.exports,
    };
  }
}
