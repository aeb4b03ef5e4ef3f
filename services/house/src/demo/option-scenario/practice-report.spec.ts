import { practiceLines } from './practice-report.js';

describe('the table of practices', () => {
  it('shows requirement, savings, losses, calls and liquidations (DEMO-050)', () => {
    const lines = practiceLines({
      requirements: {
        first: { isolated: 2_000_000, cross: 2_000_000, portfolio: 500_000.4 },
        most: { isolated: 2_500_000, cross: 2_100_000, portfolio: 700_000 },
      },
      tallies: {
        isolated: { calls: 1_200, liquidations: 900, deficits: '1234567890' },
        portfolio: { calls: 3, liquidations: 2, deficits: '0' },
      },
    });
    const rows = lines.filter((each) => each !== '').map((each) => each.trim().split(/ {2,}/));
    expect(rows).toEqual([
      [
        'practice',
        'requirement',
        'at most',
        'saves',
        'loss reaching others',
        'calls',
        'liquidations',
      ],
      ['isolated', '2 000 000', '2 500 000', '0.0 %', '1 235', '1 200', '900'],
      ['cross', '2 000 000', '2 100 000', '0.0 %', '0', '0', '0'],
      ['portfolio', '500 000', '700 000', '75.0 %', '0', '3', '2'],
    ]);
  });
});
