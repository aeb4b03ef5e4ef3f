import type { Bench } from './bench.js';
import { cross } from './cross.js';
import { http } from './http.js';
import { memory } from './memory.js';
import { portfolio } from './portfolio.js';
import { pricing } from './pricing.js';
import { replay } from './replay.js';
import { restart } from './restart.js';
import { round } from './round.js';
import { stages } from './stages.js';
import { storm } from './storm.js';
import { transfers } from './transfers.js';

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [
  pricing,
  portfolio,
  memory,
  transfers,
  stages,
  cross,
  replay,
  http,
  storm,
  round,
  restart,
];
