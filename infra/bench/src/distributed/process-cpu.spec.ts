import { timesIn, treeTicks } from './process-cpu.js';

const stat = (name: string, parent: number, times: readonly number[]): string =>
  `7 (${name}) S ${parent} 1 1 0 -1 0 0 0 0 0 ${times.join(' ')} 20 0 1 0 100 0 0`;

describe('the CPU of processes', () => {
  it('is read behind the name, whatever that holds', () => {
    expect(timesIn(stat('node', 3, [1, 20, 300, 4000]))).toEqual({ parent: 3, ticks: 4321 });
    expect(timesIn(stat('a) S 9 (b', 3, [1, 0, 0, 0]))).toEqual({ parent: 3, ticks: 1 });
  });

  it('counts what a process started, and what that started', () => {
    const table = new Map([
      [1, { parent: 0, ticks: 1000 }],
      [2, { parent: 1, ticks: 10 }],
      [3, { parent: 2, ticks: 1 }],
      [4, { parent: 1, ticks: 500 }],
    ]);
    expect(treeTicks(2, table)).toBe(11);
    expect(treeTicks(1, table)).toBe(1511);
  });

  it('is not 0 for a process that is gone', () => {
    expect(() => treeTicks(9, new Map())).toThrow('process 9 has ended');
  });
});
