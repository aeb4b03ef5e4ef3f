import { bytes } from './bytes.js';
import { cpu } from './cpu.js';
import type { DistributedBench } from './ground.js';
import { latency } from './latency.js';
import { postgresBaseline } from './postgres-baseline.js';
import { profile } from './profile.js';
import { projectionRate } from './projection-rate.js';
import { recovery } from './recovery.js';

/**
 * All of them, in the order in which they run: what others compare with comes first; what leaves
 * the disk much to do, last.
 */
export const DISTRIBUTED: readonly DistributedBench[] = [
  postgresBaseline,
  cpu,
  latency,
  projectionRate,
  recovery,
  bytes,
  profile,
];
