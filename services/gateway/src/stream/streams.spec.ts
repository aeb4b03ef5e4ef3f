import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Event } from '@ringfence/contracts';
import {
  accountId,
  cross,
  type AssetId,
  type By,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import type { Service } from '@ringfence/kernel';
import { ReferenceNames } from '../api/names.js';
import { Listeners, type Feed } from '../feed/feed.js';
import { Recent } from '../feed/recent.js';
import { WAITING_MAX_BYTES } from './event-stream.js';
import { Streams } from './streams.js';
import { mayHear, parseTopics, topicText, type Topic } from './topics.js';

/** A log that grows when a test says so. */
class PlantedFeed implements Feed {
  readonly recent: Recent;
  readonly names = new ReferenceNames();
  isAwake = true;
  seq = 0;
  readonly #listeners = new Listeners();
  readonly listen = this.#listeners.listen;

  constructor(
    readonly service: Service,
    readonly partition: number,
    messagesMax = 1000,
  ) {
    this.recent = new Recent(messagesMax);
  }
  use(): Promise<void> {
    return Promise.resolve();
  }
  grow(...events: Event[]): void {
    const head = { seq: ++this.seq };
    const record = { head, hash: '', offset: 0, decided: [{ events }] } as unknown as LogRecord;
    this.recent.push(record);
    this.#listeners.tell(record);
  }
  get heardBy(): number {
    return this.#listeners.size;
  }
}

/** A client that reads nothing, or everything at once. */
class Client extends EventEmitter {
  readonly #chunks: string[] = [];
  #length = 0;
  destroyed = false;
  isReading = true;
  get writableLength(): number {
    return this.isReading ? 0 : this.#length;
  }
  get text(): string {
    return this.#chunks.join('');
  }
  get newest(): string {
    return this.#chunks.at(-1) ?? '';
  }
  write(text: string): boolean {
    this.#chunks.push(text);
    this.#length += text.length;
    return true;
  }
  end(text: string): void {
    this.write(text);
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  get lines(): string[] {
    return this.text.split('\n').filter((line) => line.startsWith('event:'));
  }
}

const by: By = { key: 1, member: 0 as MemberId, role: 'operator' };
const account = accountId(0, 7);
const credited = (amount: bigint): Event => ({
  type: 'CollateralCredited',
  account,
  asset: 1 as AssetId,
  amount,
  deposit: 1,
});
const BUCKET = { account, bucket: cross(1 as DomainId) };
const opened: Event = {
  type: 'AuctionOpened',
  auction: 4,
  ...BUCKET,
  instrument: 1 as InstrumentId,
  version: 1,
  terms: { startPpm: 980_000, cutoffPpm: 800_000, fastTicks: 10, slowTicks: 50, minLots: 2 },
  from: 6,
  until: 66,
};
const ended: Event = { type: 'AuctionEnded', auction: 4, ...BUCKET, reason: 'sold' };
const TOPIC = `account:${topicText({ kind: 'account', account }).slice(8)}`;

function scene(messagesMax?: number) {
  const accounts = new PlantedFeed('accounts', 0, messagesMax);
  const risk = new PlantedFeed('risk', 0);
  const reference = new PlantedFeed('reference', 0);
  const liquidation = new PlantedFeed('liquidation', 0);
  const feedsOf = (topic: Topic): readonly Feed[] => {
    if (topic.kind === 'account') return [accounts, risk];
    return topic.name === 'auctions' ? [liquidation] : [reference];
  };
  const streams = new Streams({ reference, feedsOf });
  const open = async (lastEventId?: string, topics = TOPIC): Promise<Client> => {
    const client = new Client();
    const request = { by, topics: parseTopics(topics), lastEventId };
    await streams.open(request, () => client as unknown as ServerResponse);
    return client;
  };
  return { accounts, risk, reference, liquidation, streams, open };
}

describe('streams', () => {
  it('tell each fact once, under its place in the log', async () => {
    const { accounts, streams, open } = scene();
    accounts.grow(credited(1n));
    const client = await open();
    accounts.grow(credited(2n), credited(3n));
    expect(client.lines).toEqual(['event: open', 'event: account', 'event: account']);
    expect(client.text).toContain('id: accounts/0:1,risk/0:0\nevent: open');
    expect(client.text).toContain('id: accounts/0:2:0,risk/0:0\nevent: account');
    expect(client.text).toContain('id: accounts/0:2:1,risk/0:0\nevent: account');
    streams.close();
  });

  it('tell members what is auctioned and when it is over, on its topic alone', async () => {
    const { liquidation, streams, open } = scene();
    expect(mayHear('venue', { kind: 'plain', name: 'auctions' })).toBe(true);
    const client = await open(undefined, 'auctions');
    const other = await open(undefined, 'rounds');
    liquidation.grow(opened, ended);
    expect(client.lines).toEqual(['event: open', 'event: auctions', 'event: auctions']);
    expect(client.text).toContain('"auction":"0-4"');
    expect(client.text).toContain('"until":66');
    expect(client.newest).toContain('"status":"ended","reason":"sold"');
    expect(other.lines).toEqual(['event: open']);
    streams.close();
  });

  it('go on in the middle of a record', async () => {
    const { accounts, risk, streams, open } = scene();
    risk.grow();
    accounts.grow(credited(1n), credited(2n), credited(3n));
    accounts.grow(credited(4n));
    const client = await open('accounts/0:1:0,risk/0:1');
    const told = [...client.text.matchAll(/"available":"(\d)"/g)].map(([, amount]) => amount);
    expect(told).toEqual(['2', '3', '4']);
    accounts.grow(credited(5n));
    expect(client.text).toContain('id: accounts/0:3:0,risk/0:1\n');
    expect(client.text).not.toContain('event: reset');
    streams.close();
  });

  it('say reset when what was missed is not there any more, and go on from now', async () => {
    const { accounts, streams, open } = scene(4);
    for (let i = 0; i < 9; i++) accounts.grow(credited(1n));
    const client = await open('accounts/0:2:0,risk/0:0');
    expect(client.lines).toEqual(['event: open', 'event: reset']);
    accounts.grow(credited(2n));
    expect(client.lines).toHaveLength(3);
    streams.close();
  });

  it('close on a client that does not read, with a reason, and let go of the log', async () => {
    const { accounts, streams, open } = scene();
    const [slow, quick] = [await open(), await open()];
    slow.isReading = false;
    const before = WAITING_MAX_BYTES / 100;
    const isOpen = (): boolean => !slow.newest.includes('closed');
    for (let i = 0; i < before && isOpen(); i++) accounts.grow(credited(1n));
    expect(slow.text.slice(-60)).toContain('event: closed\ndata: {"reason":"slow"}');
    expect(slow.text.length).toBeLessThan(WAITING_MAX_BYTES + 1000);
    const { length } = slow.text;
    accounts.grow(credited(1n));
    expect(slow.text).toHaveLength(length);
    expect(quick.text).not.toContain('closed');
    slow.destroy();
    quick.destroy();
    expect([streams.count, accounts.heardBy]).toEqual([0, 0]);
    streams.close();
  });

  it('are so many of a key; a log that cannot be read takes no slot', async () => {
    const { accounts, streams, open } = scene();
    accounts.isAwake = false;
    await expect(open()).rejects.toMatchObject({ problem: { code: 'not-caught-up' } });
    accounts.isAwake = true;
    for (let i = 0; i < 16; i++) await open();
    await expect(open()).rejects.toMatchObject({ problem: { code: 'too-many-streams' } });
    streams.close();
  });

  it('hold no slot for a client that went while the logs were read', async () => {
    const { streams } = scene();
    const client = new Client();
    client.destroyed = true;
    const request = { by, topics: parseTopics(TOPIC), lastEventId: undefined };
    await streams.open(request, () => client as unknown as ServerResponse);
    expect([streams.count, client.text]).toEqual([0, '']);
    streams.close();
  });

  it('end when the house does, and when their key is revoked', async () => {
    const { reference, streams, open } = scene();
    const client = await open();
    reference.grow({ type: 'KeyRevoked', key: 2 });
    expect(client.text).not.toContain('closed');
    reference.grow({ type: 'KeyRevoked', key: 1 });
    expect(client.text).toContain('{"reason":"key-revoked"}');
    const other = await open();
    streams.close();
    expect(other.text).toContain('{"reason":"house-stops"}');
  });
});
