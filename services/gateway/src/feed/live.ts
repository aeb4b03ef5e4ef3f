import type { FollowedLog, HealthSign, LaneGround } from '@ringfence/service-kit';
import type { ReferenceReader } from '../api/reference-reader.js';
import { RequestLimits } from '../api/request-limits.js';
import type { Ephemeral } from '../ephemeral/ephemeral.js';
import { GuardedEphemeral } from '../ephemeral/guarded-ephemeral.js';
import { MemoryEphemeral } from '../ephemeral/memory-ephemeral.js';
import { RedisEphemeral } from '../ephemeral/redis-ephemeral.js';
import type { GatewayConfig } from '../gateway.config.js';
import { Streams } from '../stream/streams.js';
import type { Topic } from '../stream/topics.js';
import { partitionOf, type Address } from '@ringfence/kernel';
import type { Feed } from './feed.js';
import { Feeds } from './feeds.js';
import { HotAccounts } from './hot-accounts.js';
import { Prices } from './prices.js';

export interface LiveOptions {
  readonly ground: LaneGround;
  readonly reference: ReferenceReader;
  readonly config: GatewayConfig;
  /** logs that the process follows anyway */
  readonly followed?: (address: Address) => FollowedLog;
  readonly onFault: (fault: unknown) => void;
}

/** What the gateway knows from the logs' newest records, and what it may forget. */
export class Live {
  readonly memory: Ephemeral;
  readonly limits: RequestLimits;
  readonly hot: HotAccounts;
  readonly prices: Prices;
  readonly streams: Streams;
  readonly #feeds: Feeds;
  readonly #guarded: GuardedEphemeral | undefined;

  constructor({ ground, reference, config, followed, onFault }: LiveOptions) {
    const { redisUrl, rate, limitsClock } = config;
    const house = (): string | undefined => reference.house;
    this.#guarded =
      redisUrl === undefined
        ? undefined
        : new GuardedEphemeral(new RedisEphemeral({ url: redisUrl, house }));
    this.memory = this.#guarded ?? new MemoryEphemeral();
    this.limits = new RequestLimits({ memory: this.memory, rate, limitsClock });
    this.#feeds = new Feeds({ ground, reference, followed, onFault });
    this.hot = new HotAccounts(this.memory, (p) => this.#feeds.of('accounts', p));
    this.prices = new Prices(reference, this.memory);
    this.streams = new Streams({ reference, feedsOf: (topic) => this.#feedsOf(topic) });
  }

  /** Redis away is no fault of the house: it is shown, and leaves it up. */
  sign(): ReturnType<HealthSign['look']> {
    const guarded = this.#guarded;
    const redis = guarded ? (guarded.isReachable ? 'reachable' : 'away') : 'none';
    return { isUp: true, shown: { redis } };
  }
  gauges(): Readonly<Record<string, number>> {
    const { limits, hot, streams } = this;
    const guarded = this.#guarded;
    return {
      ...(guarded && {
        redis_reachable: guarded.isReachable ? 1 : 0,
        redis_missed: guarded.missed,
      }),
      requests_rate_limited: limits.refused.rateLimited,
      requests_nonce_used: limits.refused.nonceUsed,
      hot_accounts_found: hot.counts.found,
      hot_accounts_missed: hot.counts.missed,
      streams_open: streams.count,
    };
  }
  async close(): Promise<void> {
    this.streams.close();
    this.prices.close();
    this.#feeds.close();
    await this.memory.close();
  }

  #feedsOf(topic: Topic): readonly Feed[] {
    if (topic.kind === 'account') {
      const partition = partitionOf(topic.account);
      return [this.#feeds.of('accounts', partition), this.#feeds.of('risk', partition)];
    }
    if (topic.name === 'calls') return this.#feeds.all('risk');
    const reference = this.#feeds.of('reference', 0);
    return topic.name === 'prices' ? [reference] : [reference, ...this.#feeds.all('liquidation')];
  }
}
