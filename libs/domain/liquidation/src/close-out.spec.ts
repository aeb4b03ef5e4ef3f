import type { EventOf } from '@ringfence/contracts';
import { accountId, isolated } from '@ringfence/kernel';
import {
  applied,
  breached,
  BUCKET,
  called,
  callMet,
  CLIENT,
  cured,
  DOMAIN,
  evaluated,
  lapsed,
  listedScene,
  PERP,
  released,
  roundApplied,
  tick,
  types,
  varied,
  WALL,
  walled,
  type Scene,
} from './lane-scene.fixture.js';

/** A client long 100 lots at 1,000 (notional 100,000, initial 10,000) with equity 4,000. */
const breachedScene = (): Scene => {
  const scene = walled(listedScene());
  scene.see('risk', evaluated(100, 4_000n));
  scene.see('risk', breached());
  return scene;
};
const sliced = (scene: Scene): EventOf<'SliceSized'> => {
  const slice = scene.facts.filter(({ type }) => type === 'SliceSized').at(-1);
  if (slice?.type !== 'SliceSized') throw new Error('no slice was sized');
  return slice;
};
/** As `breachedScene`, with slice 1 planned on tick 2. */
const sizedScene = (): Scene => {
  const scene = breachedScene();
  scene.see('reference', tick(2));
  return scene;
};
const statusOf = ({ state }: Scene): string | undefined =>
  [...state.closeOuts.values()].find(({ account }) => account === CLIENT)?.status;

describe('calls', () => {
  it('a call is noted, its repeat is not, a new one is', () => {
    const scene = listedScene();
    expect(types(scene.see('risk', called(1)))).toEqual(['CallNoted']);
    expect(scene.see('risk', called(1))).toEqual([]);
    expect(types(scene.see('risk', called(2)))).toEqual(['CallNoted']);
    expect(statusOf(scene)).toBe('called');
  });
  it('a met call is forgotten, and late news of it say nothing', () => {
    const scene = listedScene();
    scene.see('risk', called(1));
    expect(types(scene.see('risk', callMet()))).toEqual(['CloseOutCured']);
    expect(scene.see('risk', callMet())).toEqual([]);
    expect(scene.see('risk', cured())).toEqual([]);
    expect(scene.state.closeOuts.size).toBe(0);
  });
  it('a lapsed call begins the close-out, once', () => {
    const scene = listedScene();
    scene.see('risk', called(1));
    expect(types(scene.see('risk', lapsed()))).toEqual(['CloseOutOpened']);
    expect(scene.see('risk', lapsed())).toEqual([]);
    expect(scene.see('risk', breached())).toEqual([]);
    expect(scene.see('risk', called(2))).toEqual([]);
    expect(scene.see('risk', callMet())).toEqual([]);
    expect(statusOf(scene)).toBe('reducing');
  });
});

describe('slices', () => {
  it('a slice is planned on an even tick only', () => {
    const scene = breachedScene();
    expect(scene.see('reference', tick(1))).toEqual([]);
    expect(types(scene.see('reference', tick(2)))).toEqual(['SliceSized']);
  });

  it('sells what brings the bucket back to initial and buffer, against the wall', () => {
    const slice = sliced(sizedScene());
    // book of 100,000 units: 10 percent within 10 bp, half within 50, all within 100; 78 lots need
    // the third step: (100,000 × 0.11 − 4,000) / (110 − 10 slippage − 9.9 fee) = 77.7
    expect(slice).toMatchObject({ slice: 1, lots: -78, price: 990, against: WALL, tick: 2 });
    expect(slice.fee).toBe(773n);
    const equity = 4_000n - 78n * 10n - slice.fee;
    expect(equity >= (22n * 1_000n * 11n) / 100n).toBe(true);
  });

  it('is planned once: no second one while its answer is open', () => {
    const scene = sizedScene();
    expect(scene.see('reference', tick(4))).toEqual([]);
    expect(scene.order({ type: 'WorkCloseOuts', tick: 4 })).toEqual({ accepted: true, events: [] });
  });

  it('is not planned on a tick that has passed or on an odd one', () => {
    const scene = breachedScene();
    scene.see('reference', tick(3));
    for (const late of [2, 3, 4]) {
      expect(scene.order({ type: 'WorkCloseOuts', tick: late })).toEqual({
        accepted: true,
        events: [],
      });
    }
  });

  it('a fill is noted once, and only for the open slice', () => {
    const scene = sizedScene();
    expect(scene.see('accounts', applied(7, -78))).toEqual([]);
    expect(types(scene.see('accounts', applied(1, -78)))).toEqual(['SliceFilled']);
    expect(scene.see('accounts', applied(1, -78))).toEqual([]);
    expect(scene.see('accounts', applied(1, 78, { account: WALL }))).toEqual([]);
  });

  it('nothing is sized from an evaluation that is older than the last fill', () => {
    const scene = sizedScene();
    scene.see('accounts', applied(1, -50));
    const filledAt = scene.facts.at(-1) as EventOf<'SliceFilled'>;
    expect(scene.see('reference', tick(4))).toEqual([]);
    scene.see('risk', evaluated(50, 1_000n, { accountsSeq: filledAt.accountsSeq - 1 }));
    expect(scene.see('reference', tick(6))).toEqual([]);
    scene.see('risk', evaluated(50, 1_000n, { accountsSeq: filledAt.accountsSeq }));
    expect(types(scene.see('reference', tick(8)))).toEqual(['SliceSized']);
  });

  it('a partial close-out that cures ends it', () => {
    const scene = sizedScene();
    scene.see('accounts', applied(1, -78));
    scene.see('risk', evaluated(22, 2_440n, { accountsSeq: 3 }));
    expect(types(scene.see('risk', cured()))).toEqual(['CloseOutCured']);
    expect(scene.see('reference', tick(4))).toEqual([]);
    expect(scene.state.closeOuts.size).toBe(0);
  });

  it('a cure with an open slice waits for its answer before it forgets', () => {
    const scene = sizedScene();
    scene.see('risk', cured());
    expect(statusOf(scene)).toBe('ended');
    expect(scene.see('reference', tick(4))).toEqual([]);
    scene.see('risk', evaluated(100, 4_000n));
    expect(types(scene.see('risk', breached()))).toEqual(['CloseOutOpened']);
    expect(scene.see('reference', tick(6))).toEqual([]);
    scene.see('accounts', applied(1, -78));
    scene.see('risk', cured());
    expect(scene.state.closeOuts.size).toBe(0);
  });
});

describe('what no wall takes', () => {
  it('is offered at half on the next even tick, and goes to deleveraging the third time', () => {
    const scene = sizedScene();
    expect(types(scene.see('accounts', released(1)))).toEqual(['SliceRefused']);
    expect(scene.see('reference', tick(3))).toEqual([]);
    scene.see('reference', tick(4));
    expect(sliced(scene).lots).toBe(-39);
    expect(scene.see('accounts', released(1))).toEqual([]);
    scene.see('accounts', released(2));
    scene.see('reference', tick(6));
    expect(sliced(scene).lots).toBe(-19);
    expect(types(scene.see('accounts', released(3)))).toEqual([
      'SliceRefused',
      'AdlRequested',
      'RoundWantedNoted',
    ]);
    expect(statusOf(scene)).toBe('failing');
    expect(scene.see('reference', tick(8))).toEqual([]);
  });

  it('a fill between refusals starts the count and the size anew', () => {
    const scene = sizedScene();
    scene.see('accounts', released(1));
    scene.see('reference', tick(4));
    scene.see('accounts', applied(2, -39));
    scene.see('risk', evaluated(61, 2_000n, { accountsSeq: 99 }));
    scene.see('reference', tick(6));
    expect(-sliced(scene).lots > 39).toBe(true);
    expect(types(scene.see('accounts', released(3)))).toEqual(['SliceRefused']);
  });

  it('one lot refused is enough', () => {
    const scene = walled(listedScene());
    scene.see('risk', evaluated(1, 40n));
    scene.see('risk', breached());
    scene.see('reference', tick(2));
    expect(sliced(scene).lots).toBe(-1);
    expect(types(scene.see('accounts', released(1))).slice(0, 2)).toEqual([
      'SliceRefused',
      'AdlRequested',
    ]);
  });

  it('without a liquidity wall it goes to deleveraging at once, on an even tick', () => {
    const scene = listedScene();
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('risk', breached());
    expect(scene.see('reference', tick(1))).toEqual([]);
    expect(types(scene.see('reference', tick(2)))).toEqual(['AdlRequested', 'RoundWantedNoted']);
  });

  it('the wall itself in breach goes there on the next even tick', () => {
    const scene = walled(listedScene());
    scene.see('risk', evaluated(100, 0n, { account: WALL }));
    expect(types(scene.see('risk', breached(WALL)))).toEqual(['CloseOutOpened']);
    // and no client's slice is planned against it
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('risk', breached());
    expect(types(scene.see('reference', tick(2)))).toEqual([
      'AdlRequested',
      'RoundWantedNoted',
      'AdlRequested',
    ]);
  });

  it('nothing is sized on the tick on which the close-out opened', () => {
    const scene = walled(listedScene());
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('reference', tick(2));
    scene.see('risk', breached());
    expect(scene.see('reference', tick(3))).toEqual([]);
    expect(types(scene.see('reference', tick(4)))).toEqual(['SliceSized']);
  });

  it('nothing is sized for a bucket that meets its initial requirement again', () => {
    const scene = walled(listedScene());
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('risk', breached());
    scene.see('risk', evaluated(100, 1_000_000n));
    expect(scene.see('reference', tick(2))).toEqual([]);
  });

  it('a cure takes the wish back', () => {
    const scene = listedScene();
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('risk', breached());
    scene.see('reference', tick(2));
    const [withdrawn, end] = scene.see('risk', cured());
    expect(withdrawn).toMatchObject({ type: 'AdlRequested', wanted: 0, account: CLIENT });
    expect(end).toMatchObject({ type: 'CloseOutCured' });
    expect(scene.see('risk', cured())).toEqual([]);
  });

  it('asks again after a round that did not close it, on an even tick', () => {
    const scene = listedScene(0, 2); // domain 1 clears on lane 1
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('risk', breached());
    scene.see('reference', tick(2));
    expect(scene.see('reference', tick(3))).toEqual([]);
    scene.see('accounts', roundApplied(1));
    expect(scene.see('reference', tick(5))).toEqual([]);
    const [again] = scene.see('reference', tick(6));
    expect(again).toMatchObject({ type: 'AdlRequested', wanted: 1, round: 1 });
    expect(scene.see('reference', tick(8))).toEqual([]);
    const wishes = scene.sent.map(({ to, message }) => [to.partition, message]);
    const wish = { type: 'RoundWanted', domain: DOMAIN, account: CLIENT, bucket: BUCKET };
    expect(wishes).toEqual([
      [1, { ...wish, round: 0 }],
      [1, { ...wish, round: 1 }],
    ]);
  });
});

describe('deficits', () => {
  /** deleveraged to nothing with 50 missing */
  const lost = (): Scene => {
    const scene = listedScene(0, 2);
    scene.see('risk', evaluated(100, -40n));
    scene.see('risk', breached());
    scene.see('reference', tick(2));
    expect(types(scene.see('accounts', applied(0, -100, { purpose: 'adl' })))).toEqual([
      'SliceFilled',
    ]);
    return scene;
  };

  it('no position and negative equity ask for a round on the next even tick', () => {
    const scene = lost();
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 0 }));
    expect(scene.see('reference', tick(4))).toEqual([]);
    expect(scene.see('risk', evaluated(0, -50n, { accountsSeq: 1 }))).toEqual([]);
    expect(scene.see('reference', tick(5))).toEqual([]);
    const [found, ...rest] = scene.see('reference', tick(6));
    expect(found).toMatchObject({ type: 'DeficitFound', account: CLIENT, round: 0 });
    expect(rest).toEqual([]);
    expect(statusOf(scene)).toBe('deficit');
    expect(scene.see('reference', tick(8))).toEqual([]);
  });

  it('is resolved after the round that took it; the wish for deleveraging goes first', () => {
    const scene = lost();
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 1 }));
    scene.see('reference', tick(4));
    scene.see('accounts', varied({ deficit: 50n }));
    scene.see('accounts', roundApplied(1));
    scene.see('risk', evaluated(0, 0n, { accountsSeq: 3 }));
    expect(types(scene.see('reference', tick(6)))).toEqual(['AdlRequested', 'CloseOutResolved']);
    expect(scene.see('risk', cured())).toEqual([]);
    expect(scene.state.closeOuts.size).toBe(0);
  });

  it('counts as resolved also when the cure is heard first', () => {
    const scene = lost();
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 1 }));
    scene.see('reference', tick(4));
    scene.see('accounts', varied({ deficit: 50n }));
    expect(types(scene.see('risk', cured()))).toEqual(['AdlRequested', 'CloseOutResolved']);
  });

  it('a top-up before the round cures it', () => {
    const scene = lost();
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 1 }));
    scene.see('reference', tick(4));
    expect(types(scene.see('risk', cured()))).toEqual(['AdlRequested', 'CloseOutCured']);
  });

  it('a stale evaluation after the round asks for nothing', () => {
    const scene = lost();
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 1 }));
    scene.see('reference', tick(4));
    scene.see('accounts', varied({ deficit: 50n }));
    scene.see('accounts', roundApplied(1));
    expect(scene.see('reference', tick(6))).toEqual([]);
  });

  it('a round that did not take it is followed by another wish', () => {
    const scene = lost();
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 1 }));
    scene.see('reference', tick(4));
    scene.see('accounts', roundApplied(1));
    const again = scene.see('reference', tick(6));
    expect(again).toEqual([expect.objectContaining({ type: 'DeficitFound', round: 1 })]);
  });

  it('a pending leg keeps the bucket from being called empty', () => {
    const scene = lost();
    const line = { instrument: PERP, lots: 0, worst: -5, mark: 1_000, pnl: 0n };
    const lines = [{ ...line, initial: 0n, maintenance: 0n }];
    scene.see('risk', evaluated(0, -50n, { accountsSeq: 1, lines }));
    expect(scene.see('reference', tick(4))).toEqual([]);
  });
});

describe('many close-outs at once', () => {
  const COUNT = 600;
  const crowd = (): Scene => {
    const scene = walled(listedScene());
    for (let i = COUNT - 1; i >= 0; i--) {
      const of = { account: accountId(0, 10 + i), bucket: i % 2 ? isolated(PERP) : BUCKET };
      scene.see('risk', evaluated(100, 4_000n, of));
      scene.see('risk', { ...breached(of.account), ...of });
    }
    return scene;
  };

  it('are sized in bounded pieces, in account order, each once', () => {
    const scene = crowd();
    expect(scene.see('reference', tick(2)).length).toBe(256);
    expect(scene.drain()).toBe(2);
    const slices = scene.facts.filter((event) => event.type === 'SliceSized');
    expect(slices.map(({ slice }) => slice)).toEqual(slices.map((_, i) => i + 1));
    expect(slices.map(({ account }) => account)).toEqual(
      slices.map((_, i) => accountId(0, 10 + i)),
    );
    expect(scene.see('reference', tick(4))).toEqual([]);
  });

  it('never plan a slice and ask for a round on the same tick', () => {
    const scene = crowd();
    for (let number = 1; number < 12; number++) {
      const before = scene.facts.length;
      scene.see('reference', tick(number));
      scene.drain();
      const onTick = new Set(types(scene.facts.slice(before)));
      expect(onTick.has('SliceSized') && onTick.has('RoundAsked')).toBe(false);
      for (const { slice, type } of scene.facts.slice(before).map((e) => ({ slice: 0, ...e }))) {
        if (type !== 'SliceSized') continue;
        const plan = scene.facts.find((e) => e.type === 'SliceSized' && e.slice === slice);
        scene.see('accounts', {
          ...released(slice),
          ...(plan as EventOf<'SliceSized'>),
          type: 'LegReleased',
        });
      }
    }
    expect(types(scene.facts)).toContain('RoundAsked');
  });
});
