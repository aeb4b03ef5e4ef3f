import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash, type Journal } from '@ringfence/journal';
import { journalFolder } from '@ringfence/service-kit';
import { startHouse, type House } from '../start-house.js';
import type { HouseConfig } from '../house.config.js';

/** Any JSON of the API. */
export interface Json {
  readonly [member: string]: unknown;
}
interface Sent {
  readonly as?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

type OpenJournal = (folder: string) => Promise<Journal>;

const printOf = (secret: string): string => hash(Buffer.from(secret, 'utf8'));
export const OPERATOR = 'operator of the walk';
export const venueKey = (member: number): string => `venue ${member}`;
export const approverKey = (number: number): string => `approver ${number}`;

/** Starts the house of a walk elsewhere than in this process, for the first time or again. */
export type StartElsewhere = (config: HouseConfig) => Promise<Pick<House, 'url' | 'close'>>;
const ROWS_OPEN_WITHIN_MS = 120_000;

/** A running house in a folder of its own, and those who call it. */
export class Walk {
  /** where the houses of all walks run; in this process when undefined */
  static elsewhere: StartElsewhere | undefined;
  house: House;
  #ids = 0;

  private constructor(
    readonly config: HouseConfig,
    readonly openJournal: OpenJournal | undefined,
    house: House,
  ) {
    this.house = house;
  }

  /** @param openJournal  another journal than the folder's own */
  static async begin(more: Partial<HouseConfig> = {}, openJournal?: OpenJournal): Promise<Walk> {
    const folder = await mkdtemp(join(tmpdir(), 'ringfence-walk-'));
    const config: HouseConfig = {
      folder,
      partitions: 2,
      host: '127.0.0.1',
      port: 0,
      projections: 'off',
      operatorPrint: printOf(OPERATOR),
      ...more,
    };
    return new Walk(config, openJournal, await Walk.#open(config, openJournal));
  }
  static async #open(config: HouseConfig, openJournal: OpenJournal | undefined): Promise<House> {
    // who walks elsewhere has the API and nothing else
    if (Walk.elsewhere) return (await Walk.elsewhere(config)) as House;
    return startHouse(config, await openJournal?.(journalFolder(config.folder)));
  }
  async restart(): Promise<void> {
    await this.house.close();
    await this.start();
  }
  async start(): Promise<void> {
    this.house = await Walk.#open(this.config, this.openJournal);
  }
  async end(): Promise<void> {
    await this.house.close();
    await rm(this.config.folder, { recursive: true });
  }

  id(): string {
    return (++this.#ids).toString(16).padStart(32, '0');
  }
  async ask(method: string, path: string, init: Sent = {}): Promise<Reply> {
    const { as = OPERATOR, headers, ...rest } = init;
    const response = await fetch(this.house.url + path, {
      ...rest,
      method,
      headers: as === '' ? { ...headers } : { authorization: `Bearer ${as}`, ...headers },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const body = (isJson ? JSON.parse(text) : { text }) as Json;
    return { status: response.status, headers: response.headers, body };
  }
  post(path: string, body: unknown, as = OPERATOR, headers: Json = {}): Promise<Reply> {
    return this.ask('POST', path, {
      as,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
    });
  }
  get(path: string, as = OPERATOR): Promise<Reply> {
    return this.ask('GET', path, { as });
  }
  /** An order that must be taken. @returns its facts */
  async must(path: string, fields: Json, as = OPERATOR): Promise<Json> {
    const { status, body } = await this.post(path, { id: this.id(), ...fields }, as);
    if (status !== 202) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return (body['facts'] ?? {}) as Json;
  }
  async quiet(): Promise<void> {
    const { body } = await this.get('/v1/house/quiet?wait=20000');
    if (body['quiet'] !== true) throw new Error(`not quiet: ${JSON.stringify(body)}`);
  }
  /** Waits until the read models are open: on a busy machine that alone takes a while. */
  async untilRowsOpen(): Promise<void> {
    const end = performance.now() + ROWS_OPEN_WITHIN_MS;
    for (;;) {
      const { body } = await this.get('/v1/house/quiet?wait=1000');
      if (body['projectionLag'] !== undefined) return;
      if (performance.now() > end) throw new Error('the read models do not open');
    }
  }
  /** What every lane knows, as one text: refused orders leave it as it is. */
  async state(): Promise<string> {
    const { body } = await this.get('/v1/lanes');
    const lanes = body['items'] as { lane: string; digest: string }[];
    return lanes.map(({ lane, digest }) => `${lane} ${digest}`).join('\n');
  }

  async openAccount(member: number, owner: string, more: Json = {}): Promise<string> {
    const client = { class: 'client-individual', domain: null, reference: '' };
    const order = { member, owner, ...client, ...more };
    const { account } = await this.must('/v1/accounts', order, venueKey(member));
    return String(account);
  }
  async deposit(account: string, asset: string, amount: string): Promise<void> {
    const payments = [{ to: account, asset, amount }];
    await this.post('/v1/simulated-chain/blocks', { id: this.id(), payments });
    await this.quiet();
  }
}

export const START = 1_600_000_000_000;

/** Two members with keys, one domain of one instrument, prices, time. */
export async function furnish(walk: Walk): Promise<void> {
  for (const member of [1, 2]) {
    await walk.must('/v1/members', { name: `member ${member}` });
    const key = { member, role: 'venue', print: printOf(venueKey(member)), label: '' };
    await walk.must('/v1/keys', key);
  }
  for (const number of [1, 2]) {
    const print = printOf(approverKey(number));
    await walk.must('/v1/keys', { member: 0, role: 'approver', print, label: '' });
  }
  await walk.must('/v1/assets', {
    caip: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
    symbol: 'USDT',
    scale: 6,
    haircutPpm: 0,
    confirmations: 1,
    pricedBy: '',
  });
  await walk.must('/v1/domains', { name: 'linear', settlement: 'USDT' });
  const listed = {
    symbol: 'BTC-PERP',
    domain: 'linear',
    tick: '0.01',
    lot: '0.001',
    multiplier: 1,
  };
  await walk.must('/v1/instruments', listed);
  await walk.must('/v1/instrument-parameters', { instrument: 'BTC-PERP', parameters: PARAMETERS });
  await walk.must('/v1/house-parameters', {
    parameters: {
      tickMaxMs: 1_000_000,
      frameValidMs: 7_200_000,
      callWindowMs: 3_600_000,
      saleTicks: 8,
      approvals: 2,
    },
  });
  await walk.must('/v1/ticks', { time: START, source: 'walk' });
  await publish(walk, START, '10000');
}

/** Margin parameters of every instrument of a walk. */
export const PARAMETERS = {
  lambdaPpm: 970_000,
  multiplierPpm: 5_000_000,
  floorPpm: 20_000,
  capPpm: 500_000,
  stepPpm: 2_500,
  hysteresisPpm: 2_500,
  maintenancePpm: 500_000,
  callPpm: 750_000,
  releasePpm: 1_200_000,
  bandPpm: 250_000,
  tradeFeePpm: 200,
  closeOutFeePpm: 5_000,
  bufferPpm: 5_000,
  bookNotional: 1_000_000,
  depth: [{ bps: 10, cumulativePpm: 1_000_000 }],
};

export async function publish(walk: Walk, time: number, price: string): Promise<Reply> {
  const reply = await walk.post('/v1/frames', {
    id: walk.id(),
    ...frameOf(time, price),
  });
  await walk.quiet();
  return reply;
}
export const frameOf = (time: number, price: string): Json => ({
  time,
  validUntil: time + 3_600_000,
  source: 'walk',
  prices: [{ instrument: 'BTC-PERP', price }],
});
