import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findParts, startStack, type Part, type Stack } from '@ringfence/stack';
import type { Report, Scale } from '../bench.js';
import type { DistributedBench } from './ground.js';
import { killClusters } from './rig.js';

/**
 * Runs groups over one set of servers; those whose servers cannot be had are skipped by name.
 *
 * @returns the groups that failed, each with its fault on standard error; the others ran
 */
export async function runDistributed(
  groups: readonly DistributedBench[],
  scale: Scale,
  report: Report,
): Promise<ReadonlySet<string>> {
  const failures = new Set<string>();
  const missing = await missingParts();
  const possible = groups.filter((group) => {
    const why = group.needs.flatMap((part) => missing.get(part) ?? []);
    if (why.length > 0) report.skip(group.name, why.join('; '));
    return why.length === 0;
  });
  const parts = [...new Set(possible.flatMap(({ needs }) => needs))];
  if (parts.length === 0) return failures;
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-bench-'));
  const stack = (await startStack({ parts })) as Stack<Part>;
  let isInterrupted = false;
  const endNow = async (): Promise<void> => {
    await killClusters();
    await stack.stop();
    if (isInterrupted || failures.size === 0) await rm(folder, { recursive: true, force: true });
    else console.error(`what the processes said is kept in ${folder}`);
  };
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= endNow());
  const interrupted = (): void => {
    isInterrupted = true;
    void end().finally(() => process.exit(1));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const ground = { stack, folder, known: new Map<string, number>() };
    for (const group of possible) {
      if (isInterrupted) break;
      await group.run(scale, report, ground).catch((fault: unknown) => {
        failures.add(group.name);
        if (!isInterrupted) console.error(`${group.name}:`, fault);
      });
    }
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await end();
  }
  return failures;
}

/** Why a part cannot be had here, by part; CPU is read as Linux tells it. */
async function missingParts(): Promise<Map<Part, string>> {
  const missing = new Map<Part, string>();
  const findings = await findParts();
  for (const part of ['kafka', 'postgres', 'redis'] as const) {
    const finding = findings[part];
    if ('missing' in finding) missing.set(part, `${part}: ${finding.missing}`);
    else if (process.platform !== 'linux') missing.set(part, 'reads CPU times from /proc');
  }
  return missing;
}
