export { readSeries, type Bar, type Series } from './bars.js';
export { observe, type LossAt, type Observation } from './coverage.js';
export { kupiec, type Kupiec } from './kupiec.js';
export { parseParameters, type RateParameters } from './parameters.js';
export { BacktestProblem } from './problem.js';
export { coverageOf, uncovered, type CoverageRow } from './table.js';
