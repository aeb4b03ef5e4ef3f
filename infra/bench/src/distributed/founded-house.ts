import { commandIdText } from '@ringfence/kernel';
import { sleep } from '../clock.js';
import { Ids } from '../ids.js';
import { Client } from './client.js';
import { DEADLINE_MS } from './ground.js';
import { OPERATOR_SECRET, type Rig } from './rig.js';

const BATCH = 1000;
/** far more than all transfers of a run can move out of one wall */
const HELD = '1000000000';
const CAIP = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
/** a look at a house that is still takes a few exchanges with its processes */
const LOOK_MS = 100;
const PAUSE_MS = 50;

/**
 * A house with funded walls on every partition. They are the house's own: all accounts of a client
 * lie on one partition, so nobody else can order transfers from one partition to another.
 */
export class FoundedHouse {
  readonly operator: Client;
  /** accounts as the API writes them, by partition */
  readonly walls: (readonly string[])[] = [];
  readonly #ids = new Ids(1);

  private constructor(url: string) {
    this.operator = new Client(url, OPERATOR_SECRET);
  }

  /**
   * Founds it over the public API: an asset, time, accounts, deposits.
   *
   * @param perPartition  walls on each partition
   */
  static async found({ url, options }: Rig, perPartition: number): Promise<FoundedHouse> {
    const house = new FoundedHouse(url);
    await house.#untilKeyed();
    await house.#list();
    for (let partition = 0; partition < options.partitions; partition++) {
      house.walls.push(await house.#open(partition, perPartition));
    }
    const all = house.walls.flat();
    for (let at = 0; at < all.length; at += BATCH) {
      await house.#mine(all.slice(at, at + BATCH));
    }
    await house.#mine([]);
    await house.#mine([]);
    await house.untilQuiet();
    return house;
  }
  close(): void {
    this.operator.close();
  }

  /**
   * Waits until every order ended and, where they are on, the read models show it. It looks seldom:
   * each look costs every process something.
   */
  async untilQuiet(): Promise<void> {
    for (const end = performance.now() + DEADLINE_MS; ;) {
      const path = `/v1/house/quiet?wait=${LOOK_MS}`;
      const found = await this.operator.get<{ readonly quiet: boolean }>(path);
      if (found.quiet) return;
      if (performance.now() > end) throw new Error(`not quiet: ${JSON.stringify(found)}`);
      await sleep(PAUSE_MS);
    }
  }

  /** The first key is issued when the reference lane has an owner. */
  async #untilKeyed(): Promise<void> {
    for (const end = performance.now() + DEADLINE_MS; ;) {
      const fault = await this.operator.get('/v1/whoami').then(() => undefined, String);
      if (fault === undefined) return;
      if (performance.now() > end) throw new Error(`the first key is not issued: ${fault}`);
      await sleep(PAUSE_MS);
    }
  }
  async #list(): Promise<void> {
    const terms = { scale: 6, haircutPpm: 0, confirmations: 1, pricedBy: '' };
    await this.#order('/v1/assets', { caip: CAIP, symbol: 'USDT', ...terms });
    await this.#order('/v1/ticks', { time: 1_600_000_000_000, source: 'bench' });
  }
  async #open(partition: number, count: number): Promise<readonly string[]> {
    const own = { member: 0, owner: 'house', class: 'house', domain: null, reference: '' };
    const opened: string[] = [];
    while (opened.length < count) {
      const orders = Array.from({ length: Math.min(BATCH, count - opened.length) }, () => ({
        id: this.#id(),
        ...own,
      }));
      const said = await this.operator.must(`/v1/accounts?partition=${partition}`, orders);
      const { results } = JSON.parse(said) as { readonly results: readonly Opened[] };
      for (const result of results) {
        if (!result.facts) throw new Error(`an account is not opened: ${JSON.stringify(result)}`);
        opened.push(result.facts.account);
      }
    }
    return opened;
  }
  /** Mines a block; a lane of custody that was busy gets the same block again. */
  async #mine(walls: readonly string[]): Promise<void> {
    const payments = walls.map((to) => ({ to, asset: 'USDT', amount: HELD }));
    const block = JSON.stringify({ id: this.#id(), payments });
    for (const end = performance.now() + DEADLINE_MS; ;) {
      const said = await this.operator.must('/v1/simulated-chain/blocks', block);
      const { blocks } = JSON.parse(said) as { readonly blocks: readonly Mined[] };
      if (blocks.every(({ status }) => status === 'accepted')) return;
      if (performance.now() > end) throw new Error(`a block is not mined: ${said}`);
      await sleep(PAUSE_MS);
    }
  }
  async #order(path: string, fields: object): Promise<void> {
    await this.operator.must(path, { id: this.#id(), ...fields });
  }
  #id(): string {
    return commandIdText(this.#ids.next());
  }
}
interface Opened {
  readonly facts?: { readonly account: string };
}
interface Mined {
  readonly status: string;
}
