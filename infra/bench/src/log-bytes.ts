import type { Address } from '@ringfence/kernel';
import { decodeHead, encodeRecord, hash, type Head, type Journal } from '@ringfence/journal';
import { catalogue } from '@ringfence/contracts';
import { decodeRecord, logStream, type HouseDecided } from '@ringfence/lane';

/** A record as its lane made it, and its bytes. */
export interface Written {
  readonly head: Head;
  readonly decided: readonly HouseDecided[];
  readonly bytes: Uint8Array;
}

/** Reads back what a log holds after a sequence number, up to another. */
export async function written(
  journal: Journal,
  { service, partition }: Address,
  after: number,
): Promise<Written[]> {
  const stream = logStream(service, partition);
  const found: Written[] = [];
  // offsets follow sequence numbers as long as nobody else wrote
  for (let offset = after; ;) {
    const entries = await journal.read(stream, offset);
    if (entries.length === 0) return found;
    for (const { bytes, offset: at } of entries) {
      const { head, bodyStart, format } = decodeHead(bytes);
      const body = bytes.subarray(bodyStart);
      const record = { offset: at, hash: '', format, head, body, bytes };
      found.push({ head, decided: decodeRecord(record).decided, bytes });
      offset = at + 1;
    }
  }
}

/** Only encodes, hashes and appends what a lane decided: the least that any lane must do. */
export async function probe(
  journal: Journal,
  partition: number,
  records: readonly Written[],
): Promise<void> {
  const stream = { topic: 'log.probe', partition };
  for (const { head, decided } of records) {
    const bytes = encodeRecord(head, catalogue.encode(decided));
    hash(bytes);
    await journal.append(stream, bytes);
  }
}
