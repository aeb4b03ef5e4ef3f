import {
  Controller,
  Inject,
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { LaneDefinition } from '@ringfence/contracts';
import type { Service } from '@ringfence/kernel';
import { commandsPattern, type BatchAnswer, type CommandBatch } from './command-bus.js';
import { HealthSigns } from './health-signs.js';
import type { LaneGround } from './lane-ground.js';
import type { LaneEffect, LocalLanes, Sights } from './hosted-lanes.js';
import { LaneHost } from './lane-host.js';
import { Meters } from './metrics/meters.js';

/** Token of the lanes of one service. */
export const lanesToken = (service: Service): string => `lanes.${service}`;
/** Token of the lanes of all services in this process: `LocalLanes[]`. */
export const HOSTED_LANES = Symbol('LocalLanes');

/**
 * What a service's module needs to host the lanes of a definition: the host, and what listens to
 * its orders.
 */
export function hosting<State>(
  definition: LaneDefinition<State>,
  ground: LaneGround,
  sights?: Sights<State>,
  effects?: readonly LaneEffect<State>[],
): Required<Pick<ModuleMetadata, 'providers' | 'controllers' | 'exports'>> {
  const { service } = definition;
  const provide = lanesToken(service);
  return {
    providers: [{ provide, useFactory: () => new LaneHost(definition, ground, sights, effects) }],
    controllers: [ordersOf(service)],
    exports: [provide],
  };
}

/** Hands batches of orders to the service's lanes. */
function ordersOf(service: Service): Type {
  @Controller()
  class OrdersController {
    constructor(@Inject(lanesToken(service)) readonly lanes: LocalLanes) {}
    @MessagePattern(commandsPattern(service))
    take(@Payload() batch: CommandBatch): Promise<BatchAnswer> {
      return this.lanes.take(batch);
    }
  }
  return OrdersController;
}

/** All lanes of this process under one token, and what else it shows of its health. */
@Module({})
export class LanesModule {
  static of(modules: readonly DynamicModule[], services: readonly Service[]): DynamicModule {
    const lanes = {
      provide: HOSTED_LANES,
      useFactory: (...hosts: LocalLanes[]) => hosts,
      inject: services.map(lanesToken),
    };
    const exports = [HOSTED_LANES, HealthSigns, Meters];
    return {
      module: LanesModule,
      global: true,
      imports: [...modules],
      providers: [lanes, HealthSigns, Meters],
      exports,
    };
  }
}
