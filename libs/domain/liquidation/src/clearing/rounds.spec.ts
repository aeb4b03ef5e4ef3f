import type { Command } from '@ringfence/contracts';
import { InvariantViolation, type DomainId, type InstrumentId } from '@ringfence/kernel';
import {
  breached,
  BUCKET,
  CLIENT,
  DOMAIN,
  evaluated,
  fromAccounts,
  listedScene,
  PERP,
  report,
  roundApplied,
  roundOpened,
  tick,
  types,
  type Scene,
} from '../lane-scene.fixture.js';
import { waitingFor } from './rounds.js';

const PARTITIONS = 2;
/** Domain 1 is cleared by lane 1 of two. */
const clearing = (): Scene => listedScene(1, PARTITIONS);
const schedule = (domain = DOMAIN): Command => ({
  type: 'ScheduleRound',
  domain,
  funding: [{ instrument: PERP, ratePpb: 100 }],
});
const wanted = (round: number): Command => ({
  type: 'RoundWanted',
  domain: DOMAIN,
  account: CLIENT,
  bucket: BUCKET,
  round,
});
const done = (round: number): Command => ({ type: 'RoundDone', domain: DOMAIN, round });
const opened = (scene: Scene, round: number): Scene => {
  scene.see('reference', roundOpened(round));
  return scene;
};
/** Both lanes report, the round is decided. */
const decided = (scene: Scene, round: number, first = {}): Scene => {
  scene.order(report(round, first), fromAccounts(0));
  scene.order(report(round), fromAccounts(1));
  scene.drain();
  return scene;
};
const closed = (scene: Scene, round: number): Scene => {
  scene.order(done(round), fromAccounts(0));
  scene.order(done(round), fromAccounts(1));
  return scene;
};
const last = (scene: Scene): unknown => scene.facts.at(-1);
const failing = { account: CLIENT, bucket: BUCKET, instrument: PERP, lots: 5 };

describe('a scheduled round', () => {
  it('is asked for at once and goes through its states', () => {
    const scene = clearing();
    scene.order(schedule());
    expect(types(scene.facts)).toEqual(['RoundScheduled', 'RoundAsked']);
    expect(scene.sent).toEqual([
      {
        to: { service: 'reference', partition: 0 },
        message: {
          type: 'RoundRequest',
          domain: DOMAIN,
          round: 1,
          cause: 'schedule',
          funding: [{ instrument: PERP, ratePpb: 100 }],
        },
      },
    ]);
    expect(types(scene.see('reference', roundOpened(1)))).toEqual(['RoundStarted']);
    expect(scene.see('reference', roundOpened(1))).toEqual([]);
    decided(scene, 1);
    expect(last(scene)).toMatchObject({ type: 'RoundDecided', round: 1 });
    const decisions = scene.sent.filter(({ message }) => message.type === 'RoundDecision');
    expect(decisions.map(({ to }) => to.partition)).toEqual([0, 1]);
    scene.order(done(1), fromAccounts(1));
    expect(last(scene)).toMatchObject({ type: 'LaneDone', partition: 1 });
    scene.order(done(1), fromAccounts(0));
    expect(last(scene)).toMatchObject({ type: 'RoundClosed', round: 1, again: 0 });
  });

  it('waits while another is open, and is asked for when that one closes', () => {
    const scene = clearing();
    scene.order(schedule());
    expect(scene.order(schedule())).toMatchObject({ accepted: true, events: [{}] });
    expect(scene.order(schedule())).toMatchObject({
      rejection: { code: 'round-already-scheduled' },
    });
    closed(decided(opened(scene, 1), 1), 1);
    expect(types(scene.facts).slice(-2)).toEqual(['RoundClosed', 'RoundAsked']);
    expect(last(scene)).toMatchObject({ round: 2, cause: 'schedule' });
    expect(scene.order(schedule()).accepted).toBe(true);
  });

  it.each([
    ['role-not-allowed', schedule(), 'venue' as const],
    ['role-not-allowed', schedule(), 'regulator' as const],
    ['domain-unknown', schedule(7 as DomainId), 'operator' as const],
    [
      'instrument-unknown',
      { ...schedule(), funding: [{ instrument: 9 as InstrumentId, ratePpb: 1 }] } as Command,
      'operator' as const,
    ],
    [
      'instrument-twice',
      {
        ...schedule(),
        funding: [
          { instrument: PERP, ratePpb: 1 },
          { instrument: PERP, ratePpb: 2 },
        ],
      } as Command,
      'operator' as const,
    ],
  ])('is refused: %s', (code, command, role) => {
    const by = { key: 1, member: 0 as never, role };
    expect(clearing().order(command, { by })).toMatchObject({ rejection: { code } });
  });

  it('is refused by a lane that does not clear the domain', () => {
    expect(listedScene(0, PARTITIONS).order(schedule())).toMatchObject({
      rejection: { code: 'wrong-partition', detail: { partition: '1' } },
    });
  });
});

describe('an unscheduled round', () => {
  it('is asked for on an odd tick only, whoever wished for it', () => {
    const scene = clearing();
    expect(scene.order(wanted(0)).accepted).toBe(true);
    expect(types(scene.facts)).toEqual(['RoundWantedNoted']);
    expect(scene.order(wanted(0))).toEqual({ accepted: true, events: [] });
    expect(scene.see('reference', tick(2))).toEqual([]);
    expect(types(scene.see('reference', tick(3)))).toEqual(['RoundAsked']);
    expect(last(scene)).toMatchObject({ cause: 'deficit', funding: [] });
    expect(scene.see('reference', tick(5))).toEqual([]);
  });

  it('a wish that the open round may serve is dropped, one for the next is kept', () => {
    const scene = clearing();
    scene.order(schedule());
    expect(scene.order(wanted(0))).toEqual({ accepted: true, events: [] });
    decided(opened(scene, 1), 1);
    scene.order(wanted(1));
    expect(last(scene)).toMatchObject({ type: 'RoundWantedNoted', round: 1 });
    expect(scene.see('reference', tick(1))).toEqual([]);
    closed(scene, 1);
    expect(types(scene.see('reference', tick(3)))).toEqual(['RoundAsked']);
  });

  it.each([
    ['something failed', { failing: [failing] }],
    [
      'a deficit was taken',
      {
        claims: 5n,
        deficits: 5n,
        failed: [{ account: CLIENT, bucket: BUCKET, deficit: 5n }],
      },
    ],
  ])('follows a round in which %s', (_, first) => {
    const scene = clearing();
    scene.order(schedule());
    closed(decided(opened(scene, 1), 1, first), 1);
    expect(last(scene)).toMatchObject({ type: 'RoundClosed', again: 1 });
    expect(scene.see('reference', tick(2))).toEqual([]);
    expect(types(scene.see('reference', tick(3)))).toEqual(['RoundAsked']);
    closed(decided(opened(scene, 2), 2), 2);
    expect(last(scene)).toMatchObject({ again: 0 });
    expect(scene.see('reference', tick(5))).toEqual([]);
  });

  it('is asked for in the same decision that finds the wish unmet, on the lane itself', () => {
    const scene = listedScene();
    scene.see('risk', evaluated(100, 4_000n));
    scene.see('risk', breached());
    scene.see('reference', tick(2));
    expect(types(scene.see('reference', tick(3)))).toEqual(['RoundAsked']);
    scene.see('accounts', roundApplied(1));
  });
});

describe('reports', () => {
  it('may come before the lane itself saw the round open, and wait for its marks', () => {
    const scene = clearing();
    scene.order(schedule());
    decided(scene, 1);
    expect(types(scene.facts)).not.toContain('RoundDecided');
    opened(scene, 1);
    expect(scene.drain()).toBe(1);
    expect(types(scene.facts)).toContain('RoundDecided');
    expect(scene.order({ type: 'DecideRound', domain: DOMAIN })).toEqual({
      accepted: true,
      events: [],
    });
  });

  it('of another round, twice, unasked or from elsewhere stop the lane', () => {
    const scene = clearing();
    const take =
      (round: number, from = fromAccounts(0)) =>
      (): unknown =>
        scene.order(report(round), from);
    expect(take(1)).toThrow(InvariantViolation);
    scene.order(schedule());
    expect(take(2)).toThrow(InvariantViolation);
    expect(take(0)).toThrow(InvariantViolation);
    expect(take(1, {})).toThrow(InvariantViolation);
    expect(take(1, fromAccounts(PARTITIONS))).toThrow(InvariantViolation);
    expect(take(1)).not.toThrow();
    expect(take(1)).toThrow(InvariantViolation);
  });

  it('done before the decision, or twice, stops the lane', () => {
    const scene = clearing();
    scene.order(schedule());
    const finish = (round: number) => (): unknown => scene.order(done(round), fromAccounts(0));
    expect(finish(1)).toThrow(InvariantViolation);
    decided(opened(scene, 1), 1);
    expect(finish(2)).toThrow(InvariantViolation);
    expect(finish(1)).not.toThrow();
    expect(finish(1)).toThrow(InvariantViolation);
  });
});

describe('whom a round waits for', () => {
  it('is readable at every stage', () => {
    const scene = clearing();
    const waiting = (): string[] =>
      waitingFor(scene.state, DOMAIN).map(({ service, partition }) => `${service}/${partition}`);
    expect(waiting()).toEqual([]);
    scene.order(schedule());
    expect(waiting()).toEqual(['reference/0', 'accounts/0', 'accounts/1']);
    opened(scene, 1);
    scene.order(report(1), fromAccounts(1));
    expect(waiting()).toEqual(['accounts/0']);
    scene.order(report(1), fromAccounts(0));
    expect(waiting()).toEqual([]);
    scene.drain();
    scene.order(done(1), fromAccounts(0));
    expect(waiting()).toEqual(['accounts/1']);
    scene.order(done(1), fromAccounts(1));
    expect(waiting()).toEqual([]);
  });
});
