import type { Command } from '@ringfence/contracts';
import type { CustodyState } from '@ringfence/domain-custody';
import { accountId, accountText, type AssetId } from '@ringfence/kernel';
import type { Answer, ClientCommand, Lane, LogRecord } from '@ringfence/lane';
import { SimulatedChain } from './simulated-chain.js';

const PARTITIONS = 4;
const answered = ({ command }: ClientCommand): Answer =>
  ({ kind: 'answered', decided: { command }, receipt: { seq: 1 } }) as unknown as Answer;

/** A custody lane that notes what it is ordered and has not decided anything yet. */
function laneOf(partition: number, withdrawals: [number, string][] = []) {
  const orders: ClientCommand[] = [];
  const state = {
    withdrawals: new Map(withdrawals.map(([no, status]) => [no, { progress: { status } }])),
    sent: new Map([['simulated-1-5', 5]]),
    chains: new Map([['simulated', { height: 8 }]]),
  };
  const lane = {
    address: { service: 'custody', partition },
    state,
    answerOf: async (id: string) => {
      const known = orders.find((order) => order.id === id);
      return known && { decided: { command: known.command }, receipt: { seq: 1 } };
    },
    submit: (commands: ClientCommand[], done: (answers: Answer[]) => void) => {
      orders.push(...commands);
      done(commands.map(answered));
      return true;
    },
  } as unknown as Lane<CustodyState>;
  return { lane, orders };
}
const commandsOf = (orders: ClientCommand[]): Command[] => orders.map(({ command }) => command);

describe('the simulated chain', () => {
  const asset = 1 as AssetId;

  it('sends what is instructed, also by an earlier process, under ids that follow', async () => {
    const chain = new SimulatedChain(PARTITIONS);
    const { lane, orders } = laneOf(2, [
      [4, 'instructed'],
      [5, 'sent'],
      [6, 'placed'],
    ]);
    chain.opened(lane);
    expect(commandsOf(orders)).toEqual([
      { type: 'ReportSent', withdrawal: 4, transaction: 'simulated-2-4' },
    ]);
    const instructed = { type: 'WithdrawalInstructed', withdrawal: 4 };
    chain.durable(lane, { decided: [{ events: [instructed] }] } as unknown as LogRecord);
    expect(orders[1].id).toBe(orders[0].id);
    await Promise.resolve();
    expect(chain.quiet()).toBe(true);
  });

  it('mines the next block of every partition, each with its own payments', async () => {
    const chain = new SimulatedChain(PARTITIONS);
    const lanes = Array.from({ length: PARTITIONS }, (_, p) => laneOf(p, [[5, 'sent']]));
    for (const { lane } of lanes) chain.opened(lane);
    const to = accountText(accountId(3, 9));
    const payments = [
      { transaction: 'a', to, asset, amount: 5n },
      { transaction: 'b', to: 'nobody', asset, amount: 7n },
    ];
    const mined = await chain.mine({ id: 'one', payments });
    expect(mined.map(({ partition, answer }) => [partition, answer.kind])).toEqual(
      lanes.map((_, p) => [p, 'answered']),
    );
    const blocks = lanes.map(({ orders }) => commandsOf(orders)[0]);
    expect(blocks[3]).toMatchObject({
      type: 'ObserveBlock',
      chain: 'simulated',
      height: 9,
      confirmed: ['simulated-1-5'],
    });
    const paid = blocks.flatMap((block) => (block.type === 'ObserveBlock' ? block.payments : []));
    expect(paid).toHaveLength(2);
    expect(blocks[3]).toMatchObject({ payments: expect.arrayContaining([payments[0]]) });
    expect(await chain.mine({ id: 'one', payments })).toHaveLength(PARTITIONS);
    for (const { orders } of lanes) expect(orders).toHaveLength(1);
  });
});
