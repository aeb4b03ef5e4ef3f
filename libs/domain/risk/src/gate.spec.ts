import {
  ALICE,
  BOB,
  BTC,
  COIN,
  CROSS,
  ETH,
  SOL,
  VALID_MS,
  frame,
  holds,
  legApplied,
  legReleased,
  legReserved,
  moveReleased,
  moveReserved,
  opened,
  paidIn,
  roundJoined,
  settled,
  tick,
  type Desk,
  type LegShape,
} from './desk.fixture.js';

/** Initial rate of the fixture: 6 percent of 1,000 ticks at unit 1 is 60 a lot. */
const verdict = (desk: Desk, leg: LegShape) => {
  desk.read('accounts', legReserved(leg));
  return desk.last('GateJudged');
};

describe('the margin gate', () => {
  it.each([
    ['buyer', 10, true],
    ['seller', -10, false],
  ])('passes the %s at exactly the initial requirement (RISK-001)', (_side, lots, offers) => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }));
    expect(verdict(desk, { reservation: 1, lots, offers })).toMatchObject({
      passed: true,
      reason: '',
      equity: 600n,
      requirement: 600n,
      account: ALICE,
      reservation: 1,
    });
  });
  it.each([
    ['buyer', 10, true],
    ['seller', -10, false],
  ])('refuses the %s one unit below it (RISK-002)', (_side, lots, offers) => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 599n }));
    expect(verdict(desk, { reservation: 1, lots, offers })).toMatchObject({
      passed: false,
      reason: 'insufficient-margin',
      equity: 599n,
      requirement: 600n,
    });
  });
  it('takes the fee as gone from its reservation on (RISK-003)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }));
    expect(verdict(desk, { reservation: 1, lots: 10, fee: 1n }).passed).toBe(false);
  });
  it('counts the loss of a price off the mark, never its gain (RISK-004)', () => {
    const dear = opened();
    dear.read('accounts', paidIn({ amount: 700n }));
    expect(verdict(dear, { reservation: 1, lots: 10, price: 1_010 })).toMatchObject({
      passed: true,
      equity: 600n,
    });
    const cheap = opened();
    cheap.read('accounts', paidIn({ amount: 599n }));
    expect(verdict(cheap, { reservation: 1, lots: 10, price: 900 })).toMatchObject({
      passed: false,
      equity: 599n,
    });
  });
  it('rounds a requirement up (RISK-005)', () => {
    const desk = opened();
    desk.read('reference', frame([{ price: 1_001 }]));
    desk.read('accounts', paidIn({ amount: 60n }));
    expect(verdict(desk, { reservation: 1, lots: 1, price: 1_001 })).toMatchObject({
      passed: false,
      requirement: 61n,
    });
  });
});

describe('pending legs at the gate', () => {
  it('never count as a hedge (RISK-006)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }));
    expect(verdict(desk, { reservation: 1, lots: 10 }).passed).toBe(true);
    expect(verdict(desk, { reservation: 2, lots: -10 })).toMatchObject({
      passed: true,
      requirement: 600n,
    });
    expect(verdict(desk, { reservation: 3, lots: -1 })).toMatchObject({
      passed: false,
      requirement: 660n,
    });
  });
  it('count at the worst of all buys and all sells with what is held (RISK-007)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 900n }), holds({ lots: 5 }));
    expect(verdict(desk, { reservation: 1, lots: -15 })).toMatchObject({ requirement: 600n });
    expect(verdict(desk, { reservation: 2, lots: 10 })).toMatchObject({ requirement: 900n });
    expect(verdict(desk, { reservation: 3, lots: 1 })).toMatchObject({ passed: false });
  });
  it('stop counting when released, and count on when they are refused twice (RISK-008)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }));
    verdict(desk, { reservation: 1, lots: 10 });
    desk.read('accounts', legReleased({ reservation: 1, lots: 10 }));
    expect(verdict(desk, { reservation: 2, lots: -10 }).passed).toBe(true);
  });
  it('are undone by a refusal: neither leg nor fee is missed in between (RISK-009)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }));
    expect(verdict(desk, { reservation: 1, lots: 1_000, fee: 500n }).passed).toBe(false);
    expect(verdict(desk, { reservation: 2, lots: 10 })).toMatchObject({ passed: true });
    desk.read('accounts', legReleased({ reservation: 1, lots: 1_000, fee: 500n }));
    expect(desk.state.book.buckets[0]?.balances[0]?.amount).toBe(600n);
    expect(desk.of('MaintenanceBreached')).toEqual([]);
  });
  it('share one pool in a cross bucket, instrument by instrument (RISK-010)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ bucket: CROSS, amount: 1_200n }));
    const shape = { bucket: CROSS, lots: 10 };
    expect(verdict(desk, { ...shape, reservation: 1 }).passed).toBe(true);
    const eth = { ...shape, instrument: ETH, price: 100 };
    expect(verdict(desk, { ...eth, reservation: 2 })).toMatchObject({
      passed: true,
      requirement: 1_200n,
    });
    expect(verdict(desk, { ...eth, reservation: 3, lots: 1 }).passed).toBe(false);
  });
});

describe('a leg that only reduces', () => {
  const short = () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 560n }), holds({ lots: 10 }));
    return desk;
  };
  it('passes although initial is not met, when the shortfall does not grow (RISK-011)', () => {
    expect(verdict(short(), { reservation: 1, lots: -1 })).toMatchObject({
      passed: true,
      reason: 'reduces',
    });
  });
  it.each([
    [1_000 - 60, true],
    [1_000 - 61, false],
  ])('may cost what it frees and not a unit more: at %i (RISK-012)', (price, passed) => {
    expect(verdict(short(), { reservation: 1, lots: -1, price }).passed).toBe(passed);
  });
  it('may not flip the position, other pending sells counted (RISK-013)', () => {
    expect(verdict(short(), { reservation: 1, lots: -11 }).passed).toBe(false);
    const desk = short();
    expect(verdict(desk, { reservation: 1, lots: -6 }).passed).toBe(true);
    expect(verdict(desk, { reservation: 2, lots: -5 }).passed).toBe(false);
    expect(verdict(desk, { reservation: 3, lots: -4 }).passed).toBe(true);
  });
  it('is the only one that passes in a stale frame (RISK-014)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 10_000n }), holds({ lots: 10 }));
    desk.read('reference', tick(VALID_MS));
    expect(verdict(desk, { reservation: 1, lots: 1 }).passed).toBe(true);
    desk.read('reference', tick(VALID_MS + 1));
    expect(verdict(desk, { reservation: 2, lots: 1 }).reason).toBe('stale-frame');
    expect(verdict(desk, { reservation: 3, lots: -1 })).toMatchObject({ passed: true });
  });
});

describe('what the gate cannot see', () => {
  it('refuses what has no price yet (RISK-015)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ bucket: CROSS, amount: 10_000n }));
    const leg = { reservation: 1, bucket: CROSS, instrument: SOL, lots: 1, price: 1 };
    expect(verdict(desk, leg).reason).toBe('no-price');
  });
  it('says nothing on a reservation that is gone or judged (RISK-016)', () => {
    const desk = opened();
    expect(desk.do({ type: 'JudgeGate', reservation: 7 })).toEqual([]);
    desk.read('accounts', paidIn({ amount: 600n }), legReserved({ reservation: 1, lots: 10 }));
    expect(desk.do({ type: 'JudgeGate', reservation: 1 })).toEqual([]);
  });
  it('never judges what closes a failing bucket, but who takes it over (RISK-017)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 600n }), holds({ lots: 10 }));
    const failing = { lots: -5, purpose: 'slice', offers: true } as const;
    desk.read('accounts', legReserved({ ...failing, reservation: 1 }));
    desk.read('accounts', legReserved({ ...failing, reservation: 2, purpose: 'adl' }));
    expect(desk.of('GateJudged')).toEqual([]);
    const taker = { reservation: 3, lots: 5, purpose: 'slice', offers: false } as const;
    desk.read('accounts', legReserved({ ...taker, account: BOB, bucket: CROSS }));
    expect(desk.last('GateJudged')).toMatchObject({ passed: false, account: BOB });
  });
  it('counts slices as pending until the next even tick, applied or not (RISK-027)', () => {
    const desk = opened();
    const wall = { account: BOB, bucket: CROSS, purpose: 'slice', offers: false } as const;
    desk.read('accounts', paidIn({ ...wall, amount: 600n }));
    const bought = { ...wall, reservation: 1, lots: 10, price: 990 };
    expect(verdict(desk, bought).passed).toBe(true);
    desk.read('accounts', legApplied(bought));
    // ten of these twenty would close what was bought, if that counted as applied
    const sold = { ...wall, lots: -20, price: 1_010 };
    expect(verdict(desk, { ...sold, reservation: 2 })).toMatchObject({
      passed: false,
      reason: 'insufficient-margin',
      requirement: 600n,
    });
    desk.read('reference', tick(3));
    expect(verdict(desk, { ...sold, reservation: 3 }).passed).toBe(false);
    desk.read('reference', tick(4));
    expect(verdict(desk, { ...sold, reservation: 4 }).passed).toBe(true);
  });
});

describe('a move out of a margin bucket', () => {
  const held = () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 1_000n }), holds({ lots: 10 }));
    return desk;
  };
  const move = (desk: Desk, reservation: number, amount: bigint) => {
    desk.read('accounts', moveReserved(reservation, { amount }));
    return desk.last('GateJudged');
  };
  it('takes what exceeds initial and not a unit more (RISK-018)', () => {
    expect(move(held(), 1, 400n).passed).toBe(true);
    expect(move(held(), 1, 401n)).toMatchObject({
      passed: false,
      reason: 'insufficient-margin',
      equity: 599n,
    });
  });
  it.each([
    [900n, false],
    [100n, true],
  ])('takes %d out of 1,000 over 900 or not, as published (RISK-026)', (amount, passed) => {
    // shared cases, guards: move-out-1 and move-out-2
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 1_000n }), holds({ lots: 15 }));
    expect(move(desk, 1, amount).passed).toBe(passed);
  });
  it('is undone by a refusal and not returned twice (RISK-019)', () => {
    const desk = held();
    move(desk, 1, 900n);
    expect(move(desk, 2, 400n).passed).toBe(true);
    desk.read('accounts', moveReleased(1, { amount: 900n }));
    expect(move(desk, 3, 1n).passed).toBe(false);
    expect(desk.of('MaintenanceBreached')).toEqual([]);
  });
  it('never moves an unsettled gain (RISK-020)', () => {
    const desk = held();
    desk.read('reference', frame([{ price: 1_100 }]));
    expect(move(desk, 1, 341n)).toMatchObject({ passed: false, equity: 659n, requirement: 660n });
    expect(move(desk, 2, 340n).passed).toBe(true);
  });
  it('needs no price where nothing is at stake (RISK-021)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 5n }));
    desk.read('reference', tick(VALID_MS + 1));
    expect(move(desk, 1, 5n).passed).toBe(true);
  });
  it('counts other collateral after its haircut, rounded down (RISK-022)', () => {
    const desk = opened();
    // 7 hundredths of a coin at 1,000 ticks of 100 units: 7,000, less 10 percent
    desk.read('accounts', paidIn({ asset: COIN, amount: 7n }), holds({ lots: 100, price: 1_000 }));
    expect(move(desk, 1, 0n)).toMatchObject({ passed: true, equity: 6_300n, requirement: 6_000n });
  });
});

describe('the gate while a round is open', () => {
  it('counts the loss at its mark and the loss since, each by itself (RISK-023)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 2_000n }), holds({ lots: 10 }));
    desk.read('reference', frame([{ price: 950 }]));
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 950 }]));
    desk.read('reference', frame([{ price: 1_000 }]));
    desk.read('accounts', moveReserved(1, { amount: 1n }));
    expect(desk.last('GateJudged').equity).toBe(1_499n);
    desk.read('accounts', settled(1, { variation: -500n, collected: 500n }));
    desk.read('accounts', moveReserved(2, { amount: 1n }));
    expect(desk.last('GateJudged').equity).toBe(1_498n);
  });
  it('counts pending legs at both marks (RISK-024)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 2_000n }));
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 950 }]));
    expect(verdict(desk, { reservation: 1, lots: 10, price: 1_000 }).equity).toBe(1_500n);
  });
  it('leaves legs of a later tag to the next round (RISK-025)', () => {
    const desk = opened();
    desk.read('accounts', paidIn({ amount: 2_000n }), holds({ lots: 10 }));
    desk.read('accounts', roundJoined(1, [{ instrument: BTC, price: 900 }]));
    desk.read('accounts', legApplied({ reservation: 1, lots: 5, price: 900, tag: 1 }));
    desk.read('reference', frame([{ price: 900 }]));
    const open = verdict(desk, { reservation: 2, lots: -1, price: 900 });
    expect(open.equity).toBe(1_000n);
    desk.read('accounts', settled(1, { variation: -1_000n, collected: 1_000n }));
    expect(desk.state.book.buckets[0]?.lines[0]).toMatchObject({
      lots: 15,
      cost: 13_500n,
      settlingLots: 15,
      settlingCost: 13_500n,
    });
  });
});
