import { catalogue, type Event } from '@ringfence/contracts';
import type { Address } from '@ringfence/kernel';
import { ChainWriter, encodeRecord, type Journal } from '@ringfence/journal';
import { logStream, type HouseDecided } from '@ringfence/lane';

const RECORD_EVENTS_MAX = 1000;

/**
 * Writes facts into the log of a service that does not run here.
 *
 * @returns the sequence number of the last record
 */
export async function scribe(
  journal: Journal,
  address: Address,
  facts: readonly Event[],
): Promise<number> {
  const opened = await ChainWriter.open(journal, logStream(address.service, address.partition), {
    writer: 'scribe',
    witnesses: [],
    contracts: catalogue.fingerprint,
    now: 0,
    wait: () => Promise.reject(new Error('the scribe has no patience')),
    onRecord: () => undefined,
  });
  if (opened.kind !== 'active') throw new Error('somebody else writes that log');
  for (let from = 0; from < facts.length; from += RECORD_EVENTS_MAX) {
    const events = facts.slice(from, from + RECORD_EVENTS_MAX);
    const decided: HouseDecided[] = [
      { origin: { kind: 'continuation' }, command: null, outcome: { kind: 'accepted' }, events },
    ];
    const head = {
      v: 1,
      p: address.partition,
      ...opened.writer.next(),
      writer: 'scribe',
      ts: 0,
      in: [],
      n: decided.length,
      contracts: catalogue.fingerprint,
    } as const;
    await opened.writer.append(encodeRecord(head, catalogue.encode(decided)));
  }
  return opened.writer.head.seq;
}
