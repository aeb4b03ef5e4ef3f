import { FaultProxy, type Fault } from '@ringfence/journal-kafka/fault-proxy';

const PRELOAD = new URL('./redirect-preload.js', import.meta.url);
const POISON_PRELOAD = new URL('./poison-preload.js', import.meta.url);

/** A network that loses and delays what services send to the brokers, as it is told. */
export class FaultyNetwork {
  private constructor(
    readonly brokers: readonly string[],
    readonly proxies: readonly FaultProxy[],
  ) {}

  static async before(brokers: readonly string[]): Promise<FaultyNetwork> {
    const proxies = await Promise.all(brokers.map((broker) => FaultProxy.before(broker)));
    // signs of life may be lost without loss: the faults are for what counts
    for (const proxy of proxies) proxy.concerns = (topic) => !/(^|\.)beat\./.test(topic);
    return new FaultyNetwork(brokers, proxies);
  }

  /** Variables of a process that is to live behind it. @param poison  see `poison-preload.ts` */
  environment(poison: string): Record<string, string> {
    const ports = this.brokers.map((broker, i) => [broker.split(':')[1], this.proxies[i].port]);
    return {
      NODE_OPTIONS: [PRELOAD, POISON_PRELOAD].map((url) => `--import=${url.href}`).join(' '),
      RINGFENCE_CHAOS_REDIRECT: JSON.stringify(Object.fromEntries(ports)),
      RINGFENCE_CHAOS_POISON: poison,
    };
  }

  /** Every k-th of the next appends suffers, each fault in turn. */
  everyOf(k: number, appends: number, faults: readonly Fault[]): void {
    for (const proxy of this.proxies) proxy.everyOf(k, appends, faults);
  }
  /** From now on everything goes through. */
  heal(): void {
    for (const proxy of this.proxies) proxy.plan.length = 0;
  }
  get suffered(): number {
    return this.proxies.reduce((sum, { suffered }) => sum + suffered, 0);
  }
  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}
