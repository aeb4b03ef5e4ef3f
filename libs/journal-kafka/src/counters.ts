/** What one process did with its brokers since it began; numbers only grow. */
export interface KafkaCounters {
  /** records that a broker acknowledged, and their bytes */
  appends: number;
  appendedBytes: number;
  /** appends whose outcome is not known */
  unknowns: number;
  /** requests for entries, polls too, and the bytes they brought */
  fetches: number;
  fetchedBytes: number;
  /** reads that were served without asking a broker */
  readsAhead: number;
  /** connections that were dropped after an error and opened anew */
  reconnects: number;
  /** polls and reads that were given up because no answer came */
  stalls: number;
}

export const freshCounters = (): KafkaCounters => ({
  appends: 0,
  appendedBytes: 0,
  unknowns: 0,
  fetches: 0,
  fetchedBytes: 0,
  readsAhead: 0,
  reconnects: 0,
  stalls: 0,
});
