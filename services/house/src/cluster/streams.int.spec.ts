import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith, uniqueName } from '@ringfence/stack';
import { accountPerPartition, walkOn } from '../backup/backup.fixture.js';
import { EventReader } from '../journey/event-reader.fixture.js';
import { furnish, OPERATOR, type Walk } from '../journey/walk.fixture.js';

const RUN_MS = 240_000;
const TRANSFERS = 10;

/** What a stream told of transfers that left the account, by amount, in order. */
const amountsIn = (reader: EventReader): string[] =>
  reader
    .of('account')
    .filter(({ data }) => data['fact'] === 'TransferReserved')
    .map(({ data }) => (data['changes'] as { reserved: string }[])[0].reserved);

describeWith(['kafka'], 'streams of a house with two gateways', ({ kafka }) => {
  it(
    'go on at the other gateway when one is killed, with no gap and nothing twice (HOUSE-063)',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ringfence-streams-'));
      chmodSync(folder, 0o755);
      const { walk, cluster } = await walkOn({
        folder,
        partitions: 2,
        brokers: kafka.brokers,
        topicPrefix: `${uniqueName('streams')}.`,
        gateways: 2,
        environment: { RINGFENCE_PROJECTIONS: 'off' },
      });
      try {
        await furnish(walk);
        const [from, to] = await accountPerPartition(walk, 2);
        await walk.deposit(from, 'USDT', '1000');
        const other = { house: { url: cluster.of('gateway', 1).url } } as Walk;
        const transfer = (n: number): Promise<unknown> =>
          walk.must('/v1/transfers', { from, to, asset: 'USDT', amount: `${n}` });

        const first = await EventReader.open(other, `account:${from}`, OPERATOR);
        let sent = 0;
        while (sent < TRANSFERS) await transfer(++sent);
        await first.until(() => amountsIn(first).length > TRANSFERS / 2);
        await cluster.of('gateway', 1).kill();
        await first.until(() => first.ended);
        while (sent < 2 * TRANSFERS) await transfer(++sent);

        // nobody listened here before, and what was missed is here all the same
        const second = await EventReader.open(walk, `account:${from}`, OPERATOR, first.lastId);
        while (sent < 3 * TRANSFERS) await transfer(++sent);
        const told = (): string[] => [...amountsIn(first), ...amountsIn(second)];
        await second.until(() => told().length >= sent);
        second.close();
        expect(second.of('reset')).toEqual([]);
        const all = Array.from({ length: sent }, (_, i) => `${i + 1}.000000`);
        expect(told()).toEqual(all);
      } finally {
        await walk.house.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    RUN_MS,
  );
});
