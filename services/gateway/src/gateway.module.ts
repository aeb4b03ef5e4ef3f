import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Address } from '@ringfence/kernel';
import type { FastifyInstance } from 'fastify';
import {
  faultText,
  HealthSigns,
  HOSTED_LANES,
  Meters,
  type CommandBus,
  type FollowedLog,
  LocalStillness,
  type HostedLanes,
  type LaneGround,
  type LocalLanes,
  type ServiceCalls,
  type Stillness,
} from '@ringfence/service-kit';
import { Conclusions } from './api/conclusions.js';
import { Drain } from './api/drain.js';
import { HttpMeter } from './api/http-meter.js';
import { issueFirstKey, issueFirstKeyLater } from './api/first-key.js';
import { OrderDesk } from './api/order-desk.js';
import { registerOrders } from './api/order-routes.js';
import { registerReads } from './api/read-routes.js';
import { ReferenceReader } from './api/reference-reader.js';
import { RESOURCES } from './api/resources.js';
import { serveApi, type FaultHearer } from './api/server.js';
import { Live } from './feed/live.js';
import type { GatewayConfig } from './gateway.config.js';
import { makeProjections } from './projections/all-projections.js';
import { OpeningReadModels } from './projections/opening-read-models.js';
import { readModelsOn } from './projections/read-models-meter.js';
import { RowSpans } from './projections/row-spans.js';
import { readModelsSign } from './projections/read-models-sign.js';
import { ReadModels } from './projections/read-models.js';

export interface GatewayOptions {
  readonly ground: LaneGround;
  readonly transport: CommandBus & ServiceCalls;
  /** when nothing waits in the house; by default of the lanes of this very process */
  readonly stillness?: Stillness;
  /** logs that the process follows anyway; without it the gateway reads those that it needs */
  readonly followed?: (address: Address) => FollowedLog;
  readonly config: GatewayConfig;
}
const OPTIONS = Symbol('GatewayOptions');

/** The way in and the views out: owns no balance and no rule. */
@Injectable()
export class Gateway {
  readonly reference: ReferenceReader;
  readonly live: Live;
  readModels = new OpeningReadModels();
  readonly requests = new HttpMeter();
  readonly drain = new Drain();
  #closing = false;
  readonly #rowSpans: RowSpans | undefined;
  readonly #onFault: FaultHearer;

  constructor(
    @Inject(OPTIONS) readonly options: GatewayOptions,
    @Inject(HOSTED_LANES) readonly lanes: readonly HostedLanes[],
    @Inject(HttpAdapterHost) readonly http: HttpAdapterHost,
    @Inject(HealthSigns) readonly signs: HealthSigns,
    @Inject(Meters) readonly meters: Meters,
  ) {
    const { journal, options: ground } = options.ground;
    this.#onFault = (fault, trace) =>
      options.ground.say(`gateway: ${faultText(fault)}`, { level: 'error', trace });
    const { tracer } = ground;
    const shown: RowSpans['shown'] = (...lane) => this.readModels.seqOf(...lane);
    if (tracer && options.config.projections === 'on') this.#rowSpans = new RowSpans(tracer, shown);
    const reference = new ReferenceReader(journal, ground.cache, this.#onFault);
    this.reference = reference;
    const { ground: of, config, followed } = options;
    this.live = new Live({ ground: of, reference, config, followed, onFault: this.#onFault });
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
    this.signs.joinReadiness({
      name: 'intake',
      waitsFor: () => (this.drain.isClosing ? 'ends' : ''),
    });
    this.signs.joinReadiness({ name: 'reference', waitsFor: () => this.#waitsForReference() });
    this.meters.join((page) => readModelsOn(page, this.readModels));
    this.meters.join((page) => this.requests.write(page));
    this.meters.join((page) => {
      for (const [name, value] of Object.entries(live.gauges())) page.gauge(name, value);
    });
    const stillness =
      this.options.stillness ?? new LocalStillness(ground, lanes as readonly LocalLanes[]);
    const of = { desk, reference, conclusions, limits, lanes, live, stillness };
    const traces = { tracer: options.tracer, rowSpans: this.#rowSpans };
    const edge = { ...of, ...traces, ground, calls: transport, readModels };
    serveApi(
      server,
      (scope) => {
        this.requests.watch(scope);
        this.drain.watch(scope);
        registerOrders(scope, RESOURCES, edge);
        registerReads(scope, edge);
      },
      this.#onFault,
    );
  }

  /** Keys and names are in the reference log: without it nobody is known. */
  #waitsForReference(): string {
    const end = this.lanes.find(({ service }) => service === 'reference')?.endOf(0) ?? 0;
    const { seq } = this.reference;
    if (seq === 0 && end > 0) return `read to 0 of ${end}`;
    const { operatorPrint } = this.options.config;
    const isClosed = operatorPrint !== undefined && this.reference.names.keysIssued === 0;
    return isClosed ? 'the first key is not issued yet' : '';
  }

  /** Nest calls it when the lanes are open. */
  async onApplicationBootstrap(): Promise<void> {
    const { transport, config } = this.options;
    await this.reference.read();
    const { operatorPrint } = config;
    if (!(await issueFirstKey(operatorPrint, this.reference, transport))) {
      const isOver = (): boolean => this.#closing;
      issueFirstKeyLater(operatorPrint, this.reference, transport, isOver).catch(this.#onFault);
    }
    if (config.projections === 'off') return;
    this.readModels = new OpeningReadModels(this.#openReadModels());
  }

  #openReadModels(): ReadModels {
    const { ground, config } = this.options;
    const { reference, lanes } = this;
    return new ReadModels({
      journal: ground.journal,
      cache: ground.options.cache,
      partitions: ground.partitions,
      projections: () => makeProjections((id) => reference.unitOf(id)),
      reference: (seq) => reference.reach(seq),
      endOf: (service, partition) =>
        lanes.find((each) => each.service === service)?.endOf(partition) ?? 0,
      database: config.database,
      onFault: this.#onFault,
      say: (line) => ground.say(`gateway: ${line}`),
      onReflected: () => this.#rowSpans?.reflected(),
    });
  }

  /** Nest calls it before the lanes close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#closing = true;
    // the lanes still decide: what was taken is answered; streams would never end
    this.live.streams.close();
    await this.drain.close();
    await this.live.close();
    this.reference.close();
    await this.readModels.close();
    this.#rowSpans?.close();
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
