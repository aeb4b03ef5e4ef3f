import type { Command } from '@ringfence/contracts';
import { MemoryJournal, type AppendFault } from '@ringfence/journal';
import type { Address, AccountId, AssetId } from '@ringfence/kernel';
import type { Packet } from './channels.js';
import { channelStream, JournalExchange, packPacket, unpackPacket } from './journal-exchange.js';

const FROM: Address = { service: 'accounts', partition: 0 };
const TO: Address = { service: 'accounts', partition: 1 };
const DEADLINE_MS = 5_000;

const message = (amount: bigint): Command => ({
  type: 'TransferCollateral',
  from: 1025 as AccountId,
  to: 2049 as AccountId,
  asset: 1 as AssetId,
  amount,
});
const packet = (first: number, ...amounts: bigint[]): Packet => ({
  from: FROM,
  first,
  messages: amounts.map(message),
  ack: 3,
  reference: 17,
});

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error('it did not come to pass');
    await new Promise((resume) => setImmediate(resume));
  }
}

describe('packets between processes', () => {
  it('come out as they went in; anything else is no packet (LANE-036)', () => {
    const sent = packet(7, 1n, 10n ** 30n);
    expect(unpackPacket(packPacket(sent))).toEqual(sent);
    expect(unpackPacket(packPacket(packet(7)))).toEqual(packet(7));
    expect(unpackPacket(packPacket(sent).subarray(0, -1))).toBeUndefined();
    expect(unpackPacket(new TextEncoder().encode('{"v":1}\n'))).toBeUndefined();
    const strange = '{"v":1,"from":["nobody",0],"first":1,"ack":0}\n';
    expect(unpackPacket(new TextEncoder().encode(strange))).toBeUndefined();
  });

  it('reach whoever joined, in order, and not who left (LANE-037)', async () => {
    const journal = new MemoryJournal();
    const exchange = new JournalExchange(journal);
    exchange.send(TO, packet(1, 1n));
    await until(() => exchange.idle);
    const heard: number[] = [];
    const leave = exchange.join(TO, ({ first }) => heard.push(first));
    const other = new JournalExchange(journal);
    // a receiver hears what comes after it joined
    await until(() => {
      other.send(TO, packet(2, 2n));
      return heard.length > 0;
    });
    await until(() => other.idle);
    const from = heard.length;
    for (let first = 3; first < 40; first++) other.send(TO, packet(first, BigInt(first)));
    await until(() => heard.at(-1) === 39);
    expect(heard.slice(from).filter((first) => first > 2)).toEqual(
      Array.from({ length: 37 }, (_, i) => i + 3),
    );
    expect(heard.includes(1)).toBe(false);
    leave();
    const before = heard.length;
    other.send(TO, packet(40, 40n));
    await until(() => other.idle);
    expect(heard).toHaveLength(before);
  });

  it('may be lost, and are told of: whoever sent them sends again (LANE-038)', async () => {
    const appends: AppendFault[] = ['lost-append'];
    const journal = new MemoryJournal({ faults: { appends } });
    const lost: string[] = [];
    const exchange = new JournalExchange(journal, { onLost: (_, why) => lost.push(why) });
    exchange.send(TO, packet(1, 1n));
    exchange.send(TO, packet(2, 2n));
    await until(() => exchange.idle);
    expect(lost).toHaveLength(1);
    const entries = await journal.read(channelStream(TO), 0);
    expect(entries.map(({ bytes }) => unpackPacket(bytes)?.first)).toEqual([2]);
  });

  it('go on being heard after the journal could not be read (LANE-039)', async () => {
    const journal = new MemoryJournal();
    const exchange = new JournalExchange(journal);
    const heard: number[] = [];
    exchange.join(TO, ({ first }) => heard.push(first));
    await new Promise((resume) => setImmediate(resume));
    const read = journal.read.bind(journal);
    let failing = 2;
    journal.read = (...asked) =>
      failing-- > 0 ? Promise.reject(new Error('away')) : read(...asked);
    exchange.send(TO, packet(1, 1n));
    await until(() => heard.length > 0);
    expect(heard).toEqual([1]);
  });
});
