import {
  Body,
  Controller,
  ForbiddenException,
  Headers,
  HttpCode,
  Inject,
  Module,
  NotFoundException,
  Param,
  Post,
  type DynamicModule,
} from '@nestjs/common';
import { hash } from '@ringfence/journal';
import type { Address } from '@ringfence/kernel';
import type { LocalLanes } from '../hosted-lanes.js';
import type { LaneGround } from '../lane-ground.js';
import { HOSTED_LANES } from '../lanes.module.js';
import type { LaneStreams } from './lane-streams.js';
import {
  PEER_KEY_HEADER,
  type PeerCall,
  type PeerCalls,
  type PeerStanding,
} from './peer-protocol.js';
import { fromWire, wireText } from './wire.js';

export interface PeersOptions {
  readonly ground: LaneGround;
  readonly streams: LaneStreams;
  /** known to all processes of the house and to nobody else */
  readonly key: string;
}
const OPTIONS = Symbol('PeersOptions');

type Handlers = {
  readonly [Call in PeerCall]: (
    asked: PeerCalls[Call]['asked'],
  ) => Promise<PeerCalls[Call]['answer']> | PeerCalls[Call]['answer'];
};

const printOf = (key: string): string => hash(Buffer.from(key, 'utf8'));

/** Answers the gateways of the house. */
@Controller('peer')
export class PeersController {
  readonly #handlers: Handlers;
  readonly #print: string;

  constructor(
    @Inject(HOSTED_LANES) readonly hosts: readonly LocalLanes[],
    @Inject(OPTIONS) readonly options: PeersOptions,
  ) {
    this.#print = printOf(options.key);
    const { streams } = options;
    this.#handlers = {
      standings: () => this.#standings(),
      answer: async ({ id, ...address }) =>
        (await this.#hostOf(address).answerOf(address.partition, id)) ?? null,
      live: async (address) => (await this.#hostOf(address).live(address.partition)) ?? null,
      digest: (address) => this.#hostOf(address).digestOf(address.partition),
      resume: (address) => this.#hostOf(address).resume(address.partition),
      snapshot: async ({ service }) => {
        await this.#hostOf({ service, partition: 0 }).snapshot();
        return null;
      },
      call: ({ pattern, data }) => streams.ask(pattern, data),
    };
  }

  @Post(':call')
  @HttpCode(200)
  async answer(
    @Param('call') call: string,
    @Headers(PEER_KEY_HEADER) key: string | undefined,
    @Body() body: string,
  ): Promise<string> {
    // prints are compared, so the time it takes tells nothing of the key
    if (key === undefined || printOf(key) !== this.#print) throw new ForbiddenException();
    const handlers = this.#handlers as unknown as Readonly<
      Record<string, ((asked: unknown) => unknown) | undefined>
    >;
    const handler = Object.hasOwn(handlers, call) ? handlers[call] : undefined;
    if (!handler) throw new NotFoundException();
    return wireText((await handler(fromWire(body))) ?? null);
  }

  #hostOf({ service, partition }: Address): LocalLanes {
    const host = this.hosts.find((each) => each.service === service);
    if (!host || partition >= host.partitions) throw new NotFoundException();
    return host;
  }

  #standings(): readonly PeerStanding[] {
    const { ground, streams } = this.options;
    const others = ground.others.every((other) => other.quiet());
    return this.hosts.flatMap((host) => {
      const { service } = host;
      return Array.from({ length: host.partitions }, (_, partition) => partition).flatMap(
        (partition): PeerStanding[] => {
          const standing = host.standing(partition);
          if (!standing) return [];
          const { nextCommands, inputs } = standing;
          const isIdle = standing.isIdle && others && streams.isIdle({ service, partition });
          const { writer } = ground.options;
          const seq = host.endOf(partition);
          const gauges = host.gauges(partition);
          return [{ service, partition, writer, isIdle, seq, nextCommands, inputs, gauges }];
        },
      );
    });
  }
}

@Module({})
export class PeersModule {
  static on(options: PeersOptions): DynamicModule {
    const providers = [{ provide: OPTIONS, useValue: options }];
    return { module: PeersModule, providers, controllers: [PeersController] };
  }
}
