import { MarginAudit, type MarginFinding } from '@ringfence/domain-risk';
import { SegmentJournal } from '@ringfence/journal-segments';
import { accountText, bucketText, type AccountId, type BucketId } from '@ringfence/kernel';
import { foldLane, NO_SNAPSHOTS } from '@ringfence/lane';
import { journalFolder } from '@ringfence/service-kit';
import { partitionsOf } from '../house-file.js';
import { waitForLog } from './log-cat.js';

/** What an audit found, ready to be printed. */
export interface MarginAudited {
  readonly lines: readonly string[];
  /** recorded evaluations that their inputs do not give */
  readonly findings: number;
}

/**
 * Recomputes every evaluation of margin that a house recorded, from the inputs that its logs name,
 * and compares bit for bit. Reads the logs from their beginnings and changes nothing; the house may
 * be running.
 *
 * @throws HouseFolderUnfit when the folder is no house's
 */
export async function auditMargin(folder: string): Promise<MarginAudited> {
  const partitions = partitionsOf(folder);
  const journal = await SegmentJournal.open(journalFolder(folder), { readOnly: true });
  const lines: string[] = [];
  let findings = 0;
  try {
    for (let partition = 0; partition < partitions; partition++) {
      const audit = new MarginAudit();
      const { head } = await foldLane({
        definition: audit.lane(),
        partition,
        partitions,
        journal,
        seed: 1,
        wait: waitForLog,
        snapshots: NO_SNAPSHOTS,
      });
      const { compared } = audit;
      findings += audit.findings.length;
      const differ = `${audit.findings.length} differ`;
      lines.push(`risk/${partition} to record ${head.seq}: ${compared} evaluations, ${differ}`);
      lines.push(...audit.findings.map(lineOf));
    }
  } finally {
    await journal.close();
  }
  return { lines, findings };
}

function lineOf({ account, bucket, frame, differences }: MarginFinding): string {
  const whose = `${accountText(account as AccountId)} ${bucketText(bucket as BucketId)}`;
  const what = differences.map(
    ({ field, recorded, computed }) => `${field} recorded ${recorded}, computed ${computed}`,
  );
  return `  ${whose} at frame ${frame}: ${what.join('; ')}`;
}
