import {
  catalogue,
  type Command,
  type Decided,
  type Event,
  type LaneDefinition,
} from '@ringfence/contracts';
import type { AccountsState } from '@ringfence/domain-accounts';
import {
  decodeHead,
  encodeRecord,
  follow,
  LogTruncated,
  type Journal,
  type Rule,
} from '@ringfence/journal';
import {
  addressNumber,
  addressText,
  cross,
  EXCESS,
  indexOf,
  type Address,
} from '@ringfence/kernel';
import { IdTable, logStream, StateDiverged } from '@ringfence/lane';
import { HOUSE_LANES } from '../definitions.js';
import type { Alter, Order } from '../house.js';
import { Run, type RunOptions } from '../run.js';
import { MAJORS, OPERATOR, USDT, venueOf } from '../town.js';
import { done, inhabitant, lanes } from './asks.fixture.js';
import { broken, evolving } from './plant.fixture.js';
import { HARSH } from './trial.fixture.js';

const A0 = lanes.accounts(0);
const A1 = lanes.accounts(1);
const R0 = lanes.risk(0);

async function founded(options: Partial<RunOptions> = {}): Promise<Run> {
  const usual = { seed: 1, steps: 0, partitions: 2, calm: true, climate: HARSH };
  const run = new Run({ ...usual, definitions: HOUSE_LANES, ...options });
  await run.found();
  return run;
}
const rulesOf = (run: Run): string[] => {
  run.audit();
  return [...new Set(run.violations.map(({ guarantee, rule }) => `${guarantee}: ${rule}`))];
};
/** A little money moves from a client's excess into margin, or out of it through the gate. */
async function moves(run: Run, way: 'in' | 'out', id?: Order['id']): Promise<Order> {
  const one = inhabitant(run, 'client-individual');
  const [source, target] = way === 'in' ? [EXCESS, cross(MAJORS)] : [cross(MAJORS), EXCESS];
  const what = { account: one.account, asset: USDT, amount: 1_000n };
  const command: Command = { type: 'MoveCollateral', source, target, ...what };
  const order = run.house.order(A0, command, venueOf(one.member), id);
  await run.house.exhaust();
  return order;
}
/** House money goes to the same house's account on the other partition. */
const pays = (run: Run): Promise<Order> =>
  done(
    run,
    A0,
    {
      type: 'TransferCollateral',
      from: inhabitant(run, 'house', 0).account,
      to: inhabitant(run, 'house', 1).account,
      asset: USDT,
      amount: 1_000_000n,
    },
    OPERATOR,
  );
async function deposits(run: Run): Promise<void> {
  const to = 'nobody';
  const payment = { transaction: `t${run.town.heights[0]}`, to, asset: USDT, amount: 5n };
  await done(run, lanes.custody(0), run.town.block(0, [payment]), OPERATOR);
}
async function snapshot(run: Run, address: Address): Promise<void> {
  const taken = run.snapshot(address);
  await run.house.exhaust();
  await taken;
}
/** @returns why the new owner does not open; null when it does */
async function restarted(run: Run, address: Address): Promise<unknown> {
  run.house.crash(address);
  run.house.start(address);
  await run.house.exhaust();
  return run.house.owners(address)[0].fault;
}

/** Snapshots come back without the ids that they should remember. */
const forgetsIds: Alter = (_address, options) => ({
  ...options,
  snapshots: {
    ...options.snapshots,
    load: async (address) => {
      const saved = await options.snapshots.load(address);
      if (!saved) return undefined;
      return { ...saved, ids: new IdTable(saved.ids.seed).save() };
    },
  },
});

/** Takes whatever custody wrote for the next record, again and out of order. */
const takesTwins: Rule = (head, offset, bytes) => {
  const followed = follow(head, offset, bytes);
  if (followed.kind === 'accepted') return followed;
  const { head: of } = decodeHead(bytes);
  if (!of.writer.startsWith('custody/')) return followed;
  const epoch = of.opened ? of.epoch - 1 : of.epoch;
  return follow({ seq: of.seq - 1, epoch, hash: of.prev, offset: offset - 1 }, offset, bytes);
};

describe('an id that came before', () => {
  const again = async (alter?: Alter, idsPerGeneration?: number): Promise<Run> => {
    const run = await founded({ alter, idsPerGeneration });
    const { id } = await moves(run, 'in');
    await moves(run, 'out');
    await snapshot(run, A0);
    await restarted(run, A0);
    await moves(run, 'in', id);
    return run;
  };
  /** Ids that only files hold, as the newest snapshot names them. */
  const sealed = (run: Run): number => {
    const [newest] = run.house.savedSnapshots(A0).slice(-1);
    return newest.ids.sealed.reduce((sum, { count }) => sum + count, 0);
  };
  it('acts once after a restart (SIM-201)', async () => {
    expect(rulesOf(await again())).toEqual([]);
  });
  it('is found out to act twice when a snapshot forgot it (SIM-202)', async () => {
    expect(rulesOf(await again(forgetsIds))).toContain('6: an-id-acts-once');
  });
  it('acts once when its generation is sealed, whatever became of the file (SIM-216)', async () => {
    const run = await again(undefined, 1);
    expect(sealed(run)).toBeGreaterThan(0);
    expect(rulesOf(run)).toEqual([]);
    for (const file of run.house.ids.files.keys()) run.house.ids.files.set(file, new Uint8Array(9));
    await restarted(run, A0);
    await moves(run, 'in', run.house.orders.at(-1)?.id);
    expect(run.house.ids.heard).toContainEqual(expect.stringContaining('it has 9 bytes'));
    expect(rulesOf(run)).toEqual([]);
  });
  it('is found out to act twice when a generation forgot it (SIM-217)', async () => {
    expect(rulesOf(await again(forgetsIds, 1))).toContain('6: an-id-acts-once');
  });
});

describe('an answer', () => {
  /** A disk that says that a record is durable, and forgets it. */
  const lies = (isOn: () => boolean): Alter => {
    const forgetful = (journal: Journal): Journal => ({
      append: async (stream, bytes) =>
        isOn()
          ? { kind: 'appended', offset: await journal.end(stream) }
          : journal.append(stream, bytes),
      read: (...asked) => journal.read(...asked),
      end: (stream) => journal.end(stream),
      watch: (...asked) => journal.watch(...asked),
      close: () => journal.close(),
    });
    return (address, options) =>
      addressText(address) === addressText(A0)
        ? { ...options, journal: forgetful(options.journal) }
        : options;
  };
  it('is given for what is durable (SIM-214)', async () => {
    const run = await founded();
    expect((await moves(run, 'in')).answer).not.toBeNull();
    expect(rulesOf(run)).toEqual([]);
  });
  it('is found out to stand for nothing on a disk that lies (SIM-215)', async () => {
    let isOn = false;
    const run = await founded({ alter: lies(() => isOn) });
    isOn = true;
    expect((await moves(run, 'in')).answer).not.toBeNull();
    expect(rulesOf(run)).toContain('6: acknowledged-is-in-the-log');
  });
});

describe('a channel', () => {
  it('brings every message (SIM-203)', async () => {
    const run = await founded();
    await pays(run);
    await pays(run);
    expect(rulesOf(run)).toEqual([]);
  });
  it('is found out to have a gap when its receiver takes the second next (SIM-204)', async () => {
    const run = await founded();
    await pays(run);
    const channel = run.house.lane(A1)?.channels.get(addressNumber(A0));
    if (!channel) throw new Error('a channel between two lanes');
    channel.taken++;
    await Promise.all([pays(run), pays(run)]);
    expect(rulesOf(run)).toContain('6: channel-without-gap');
  });
});

describe('a late twin of a record', () => {
  const withTwins = async (alter?: Alter): Promise<string[]> => {
    const run = await founded({ alter });
    run.house.journalFaults({ duplicate: 1 });
    for (let i = 0; i < 3; i++) await deposits(run);
    return rulesOf(run);
  };
  it('is as if it were not there (SIM-205)', async () => {
    expect(await withTwins()).toEqual([]);
  });
  it('is found out when one reader accepts it (SIM-206)', async () => {
    const accepts: Alter = ({ service, partition }, options) =>
      service === 'accounts' && partition === 0 ? { ...options, rule: takesTwins } : options;
    expect(await withTwins(accepts)).toContain('6: reads-each-record-once');
  });
});

describe('a fold that changed without a number of its own', () => {
  /** From the second opening on, moves leave a trace that they did not leave before. */
  const anew = (): Alter => {
    const opened = new Set<string>();
    const { definitions } = evolving<AccountsState>(
      'accounts',
      'CollateralMoved',
      (evolve, state, event, ...rest) => {
        evolve(state, event, ...rest);
        if (event.type !== 'CollateralMoved') return;
        const account = state.accounts[indexOf(event.account)];
        if (account) (account as { reference: string }).reference += '!';
      },
    );
    return (address, options) => {
      const isFirst = !opened.has(addressText(address));
      opened.add(addressText(address));
      const changed = definitions.find(({ service }) => service === address.service);
      return isFirst || !changed ? options : { ...options, definition: changed };
    };
  };
  const overSnapshot = async (alter?: Alter): Promise<unknown> => {
    const run = await founded({ alter });
    await snapshot(run, A0);
    for (let i = 0; i < 70; i++) await moves(run, 'in');
    return restarted(run, A0);
  };
  it('goes on from an old snapshot when nothing changed (SIM-207)', async () => {
    expect(await overSnapshot()).toBeNull();
  });
  it('is found out by the digest in the log (SIM-208)', async () => {
    expect(await overSnapshot(anew())).toBeInstanceOf(StateDiverged);
  });
});

describe('a log that lost its end', () => {
  const shortened = async (): Promise<Run> => {
    const run = await founded();
    for (let i = 0; i < 4; i++) await moves(run, 'out');
    await snapshot(run, A0);
    const stream = logStream('accounts', 0);
    run.house.journal.truncate(stream, run.house.journal.log(stream).entries.length - 3);
    return run;
  };
  const NAMED = /^log\.accounts\/0: .* has seen sequence \d+, hash [0-9a-f]{64}; the log/;

  it('is refused by its owner, who has a snapshot beyond it (SIM-209)', async () => {
    const fault = await restarted(await shortened(), A0);
    expect(fault).toBeInstanceOf(LogTruncated);
    expect(String((fault as Error).message)).toMatch(NAMED);
  });
  it('is refused by a peer that has read further (SIM-210)', async () => {
    const fault = await restarted(await shortened(), R0);
    expect(fault).toBeInstanceOf(LogTruncated);
    expect(String((fault as Error).message)).toMatch(NAMED);
  });
  it('is taken for whole by nobody else’s fault (SIM-211)', async () => {
    const run = await founded();
    await snapshot(run, A0);
    expect([await restarted(run, A0), await restarted(run, R0)]).toEqual([null, null]);
  });
});

describe('history', () => {
  /** A deposit long credited was twice as much, says somebody with access to the disk. */
  function rewrite(run: Run): void {
    const { entries } = run.house.journal.log(logStream('accounts', 0));
    const index = entries.findIndex((bytes) => {
      const { head, bodyStart } = decodeHead(bytes);
      return head.n > 0 && credits(bytes.subarray(bodyStart)).length > 0;
    });
    const { head, bodyStart } = decodeHead(entries[index]);
    const decided = catalogue.decode(entries[index].subarray(bodyStart)) as Decided<
      Command,
      Event
    >[];
    const doubled = decided.map((one) => ({ ...one, events: one.events.map(twice) }));
    entries[index] = encodeRecord(head, catalogue.encode(doubled));
  }
  const credits = (body: Uint8Array): Event[] =>
    (catalogue.decode(body) as Decided<Command, Event>[])
      .flatMap(({ events }) => events)
      .filter(({ type }) => type === 'CollateralCredited');
  const twice = (event: Event): Event =>
    event.type === 'CollateralCredited' ? { ...event, amount: event.amount * 2n } : event;

  it('cannot be rewritten: every reader’s chain breaks there (SIM-212)', async () => {
    const run = await founded();
    await moves(run, 'out');
    rewrite(run);
    const fault = await restarted(run, R0);
    expect(fault).toBeInstanceOf(LogTruncated);
    expect(String((fault as Error).message)).toMatch(
      /^log\.accounts\/0: risk\/0 has seen sequence/,
    );
  });

  it('gives one state, or a fold that hides some of it is found out (SIM-213)', async () => {
    let opened = 0;
    const hides = broken<AccountsState>('accounts', (definition) => counting(definition));
    function counting(definition: LaneDefinition<AccountsState>): LaneDefinition<AccountsState> {
      const real = definition.evolve.AccountOpened;
      return {
        ...definition,
        evolve: {
          ...definition.evolve,
          AccountOpened: (state, event, mail, at) =>
            real?.(state, { ...event, reference: `${++opened}` }, mail, at),
        },
      };
    }
    const options = { seed: 1, steps: 10, partitions: 2, climate: HARSH };
    const { violations } = await new Run({ ...options, calm: true, ...hides }).go();
    expect(violations.map(({ guarantee }) => guarantee)).toContain(7);
    const { violations: none } = await new Run({
      ...options,
      calm: true,
      definitions: HOUSE_LANES,
    }).go();
    expect(none).toEqual([]);
  });
});
