import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditMargin } from '../cli/audit-margin.js';
import { HouseFolderUnfit } from '../house-file.js';
import { furnish, publish, START, venueKey, Walk } from './walk.fixture.js';

const TIME_MAX = 60_000;

it(
  'recomputes the margin that a running house recorded, from its logs alone',
  async () => {
    const walk = await Walk.begin();
    try {
      await furnish(walk);
      const [buyer, seller] = [
        await walk.openAccount(1, 'anna'),
        await walk.openAccount(2, 'bert'),
      ];
      await walk.quiet();
      const bucket = 'isolated:BTC-PERP';
      for (const [member, account] of [buyer, seller].entries()) {
        await walk.deposit(account, 'USDT', '1000');
        const move = { account, source: 'excess', target: bucket, asset: 'USDT', amount: '500' };
        await walk.must('/v1/moves', move, venueKey(member + 1));
        const granted = { account, venue: 1 };
        await walk.must('/v1/trading-authorities', granted, venueKey(member + 1));
      }
      await walk.quiet();
      const sides = { buyer, buyerBucket: bucket, seller, sellerBucket: bucket };
      const trade = { id: walk.id(), instrument: 'BTC-PERP', lots: '0.05', price: '10000' };
      await walk.post('/v1/trades', { ...trade, ...sides }, venueKey(1), { prefer: 'wait=10' });
      await walk.quiet();
      await publish(walk, START + 60_000, '10100');
      await walk.quiet();
      const { lines, findings } = await auditMargin(walk.config.folder);
      expect(findings).toBe(0);
      expect(lines).toHaveLength(2);
      const compared = lines.map((line) =>
        Number(/: (\d+) evaluations, 0 differ$/.exec(line)?.[1]),
      );
      expect(compared.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(2);
    } finally {
      await walk.end();
    }
  },
  TIME_MAX,
);

it("refuses a folder that is no house's, and makes none of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-audit-'));
  await expect(auditMargin(folder)).rejects.toThrow(HouseFolderUnfit);
  await rm(folder, { recursive: true });
});
