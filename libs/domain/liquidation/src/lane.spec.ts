import { digestOf, InvariantViolation } from '@ringfence/kernel';
import type { Event } from '@ringfence/contracts';
import fc from 'fast-check';
import { liquidationLane } from './lane.js';
import {
  applied,
  breached,
  called,
  callMet,
  CLIENT,
  credited,
  cured,
  ETHER,
  evaluated,
  fromAccounts,
  lapsed,
  listedScene,
  moved,
  released,
  report,
  roundApplied,
  roundOpened,
  tick,
  varied,
  WALL,
  walled,
  type Scene,
} from './lane-scene.fixture.js';

fc.configureGlobal({ seed: 65, numRuns: 400 });

type Step = (scene: Scene, now: { tick: number; seq: number }) => void;
const see =
  (service: 'risk' | 'accounts', make: (seq: number) => Event): Step =>
  (scene, now) => {
    now.seq++;
    scene.see(service, make(now.seq));
  };
const small = fc.integer({ min: -120, max: 120 });
/** Any fact at any time, in no sensible order: late, repeated, contradictory. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((scene, now) => scene.see('reference', tick(++now.tick))),
  fc.constant<Step>((scene) => scene.drain()),
  fc
    .tuple(small, fc.integer({ min: -9_000, max: 12_000 }), fc.boolean())
    .map(([lots, equity, isLate]) =>
      see('risk', (seq) => evaluated(lots, BigInt(equity), { accountsSeq: isLate ? 0 : seq })),
    ),
  fc.constantFrom(
    see('risk', () => called(1)),
    see('risk', () => callMet()),
    see('risk', () => lapsed()),
    see('risk', () => breached()),
    see('risk', () => breached(WALL)),
    see('risk', () => cured()),
    see('accounts', () => varied({ debt: 900n })),
    see('accounts', () => varied({ deficit: 90n })),
    see('accounts', () => credited(WALL, 400n)),
    see('accounts', (seq) => roundApplied(seq)),
    see('accounts', () => applied(0, -5, { purpose: 'adl' })),
  ),
  fc.nat({ max: 4 }).chain((slice) =>
    fc.constantFrom(
      see('accounts', () => applied(slice, -3)),
      see('accounts', () => released(slice)),
    ),
  ),
  fc.constant<Step>((scene) => {
    const round = scene.state.clearings.get(1 as never)?.round ?? 0;
    scene.see('reference', roundOpened(round));
    if (scene.state.clearings.get(1 as never)?.phase.kind !== 'collecting') return;
    scene.order(report(round), fromAccounts(0));
    scene.drain();
    scene.order({ type: 'RoundDone', domain: 1 as never, round }, fromAccounts(0));
  }),
);

const play = (steps: readonly Step[], each: (scene: Scene) => void = () => undefined): Scene => {
  const scene = walled(listedScene());
  scene.see('accounts', credited(CLIENT, 60n, ETHER));
  scene.see('accounts', moved(60n, ETHER));
  const now = { tick: 0, seq: 0 };
  for (const move of steps) {
    move(scene, now);
    each(scene);
  }
  return scene;
};
/** The digest as it would be, were every aggregate digested again. */
const wholeDigest = ({ state }: Scene): bigint => {
  const parts: [string, unknown][] = [
    ...[...state.closeOuts].map(([key, c]): [string, unknown] => [`close-out:${key}`, c]),
    ...[...state.clearings].map(([key, c]): [string, unknown] => [`clearing:${key}`, c]),
  ];
  const { slice, sale, sized } = state.counters;
  if (slice + sale + sized > 0) parts.push(['counters:0', state.counters]);
  return BigInt.asUintN(
    64,
    parts.reduce((sum, part) => sum + digestOf(part), 0n),
  );
};

describe('facts in any order', () => {
  it('stop nothing, keep the digest of the whole, and always come to the same', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const digests: bigint[] = [];
        const first = play(steps, (scene) => {
          digests.push(liquidationLane.digest(scene.state));
          expect(digests.at(-1)).toBe(wholeDigest(scene));
        });
        const second = play(steps);
        expect(liquidationLane.digest(second.state)).toBe(digests.at(-1) ?? 0n);
        expect(second.facts).toEqual(first.facts);
        expect(structuredClone(first.state)).toEqual(first.state);
      }),
    ));

  it('at most one open slice per bucket, each answered once', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const open = new Map<number, number>();
        for (const event of play(steps).facts) {
          if (event.type === 'SliceSized') {
            expect(open.has(event.account)).toBe(false);
            expect(event.tick % 2).toBe(0);
            open.set(event.account, event.slice);
          }
          const isAnswer = event.type === 'SliceFilled' || event.type === 'SliceRefused';
          if (!isAnswer || event.slice === 0) continue;
          expect(open.get(event.account)).toBe(event.slice);
          open.delete(event.account);
        }
      }),
    ));
});

describe('the lane', () => {
  it('stops on a fact that its own past excludes', () => {
    const scene = listedScene();
    const { RoundDecided } = liquidationLane.evolve;
    const lanes: never[] = [];
    const none = { collected: 0n, claims: 0n, debts: 0n, deficits: 0n, insuranceUsed: 0n };
    const event = { type: 'RoundDecided' as const, domain: 1 as never, round: 1, ...none };
    const rest = { cutByAdl: 0n, cut: 0n, paid: 0n, due: 0n, lanes };
    const at = { service: 'liquidation' as const, partition: 0, seq: 1, ordinal: 0, time: 0 };
    const mail = { send: (): void => undefined };
    expect(() => RoundDecided?.(scene.state, { ...event, ...rest }, mail, at)).toThrow(
      InvariantViolation,
    );
  });
});
