import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import {
  faultText,
  HealthSigns,
  HOSTED_LANES,
  type CommandBus,
  LocalStillness,
  type HostedLanes,
  type LaneGround,
  type LocalLanes,
  type ServiceCalls,
  type Stillness,
} from '@ringfence/service-kit';
import { Conclusions } from './api/conclusions.js';
import { issueFirstKey, issueFirstKeyLater } from './api/first-key.js';
import { OrderDesk } from './api/order-desk.js';
import { registerOrders } from './api/order-routes.js';
import { registerReads } from './api/read-routes.js';
import { ReferenceReader } from './api/reference-reader.js';
import { RESOURCES } from './api/resources.js';
import { serveApi } from './api/server.js';
import { Live } from './feed/live.js';
import type { GatewayConfig } from './gateway.config.js';
import { OpeningReadModels } from './projections/opening-read-models.js';
import { readModelsSign } from './projections/read-models-sign.js';
import { openReadModels } from './projections/read-models.js';

export interface GatewayOptions {
  readonly ground: LaneGround;
  readonly transport: CommandBus & ServiceCalls;
  /** when nothing waits in the house; by default of the lanes of this very process */
  readonly stillness?: Stillness;
  readonly config: GatewayConfig;
}
const OPTIONS = Symbol('GatewayOptions');

/** The way in and the views out: owns no balance and no rule. */
@Injectable()
export class Gateway {
  readonly reference: ReferenceReader;
  readonly live: Live;
  readModels = new OpeningReadModels(undefined);
  #closing = false;
  readonly #onFault: (fault: unknown) => void;

  constructor(
    @Inject(OPTIONS) readonly options: GatewayOptions,
    @Inject(HOSTED_LANES) readonly lanes: readonly HostedLanes[],
    @Inject(HttpAdapterHost) readonly http: HttpAdapterHost,
    @Inject(HealthSigns) readonly signs: HealthSigns,
  ) {
    const { journal, options: ground } = options.ground;
    this.#onFault = (fault) => options.ground.say(`gateway: ${faultText(fault)}`);
    const reference = new ReferenceReader(journal, ground.cache, this.#onFault);
    this.reference = reference;
    const { ground: of, config } = options;
    this.live = new Live({ ground: of, reference, config, onFault: this.#onFault });
  }

  /** Nest calls it before the server listens. */
  onModuleInit(): void {
    const { ground, transport } = this.options;
    const { reference, lanes, live } = this;
    const { limits } = live;
    const { journal, options } = ground;
    const desk = new OrderDesk(transport, ground.partitions);
    const conclusions = new Conclusions(journal, options.cache);
    const server = this.http.httpAdapter.getInstance<FastifyInstance>();
    const readModels = (): OpeningReadModels => this.readModels;
    this.signs.join({ name: 'read-models', look: () => readModelsSign(this.readModels) });
    this.signs.join({ name: 'ephemeral', look: () => live.sign() });
    const stillness =
      this.options.stillness ?? new LocalStillness(ground, lanes as readonly LocalLanes[]);
    const of = { desk, reference, conclusions, limits, lanes, live, stillness };
    const edge = { ...of, ground, calls: transport, readModels };
    serveApi(
      server,
      (scope) => {
        registerOrders(scope, RESOURCES, edge);
        registerReads(scope, edge);
      },
      this.#onFault,
    );
  }

  /** Nest calls it when the lanes are open. */
  async onApplicationBootstrap(): Promise<void> {
    const { transport, ground, config } = this.options;
    await this.reference.read();
    const { operatorPrint } = config;
    if (!(await issueFirstKey(operatorPrint, this.reference, transport))) {
      const isOver = (): boolean => this.#closing;
      issueFirstKeyLater(operatorPrint, this.reference, transport, isOver).catch(this.#onFault);
    }
    if (config.projections === 'off') return;
    const opening = openReadModels({
      ground,
      reference: this.reference,
      lanes: this.lanes,
      databaseUrl: config.databaseUrl,
      onFault: this.#onFault,
    });
    this.readModels = new OpeningReadModels(opening, this.#onFault);
  }

  /** Nest calls it before the lanes close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#closing = true;
    await this.live.close();
    this.reference.close();
    await this.readModels.close();
  }
}

@Module({})
export class GatewayModule {
  static on(options: GatewayOptions): DynamicModule {
    return {
      module: GatewayModule,
      providers: [{ provide: OPTIONS, useValue: options }, Gateway],
      exports: [Gateway],
    };
  }
}
