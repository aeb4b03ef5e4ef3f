import type { Service } from '@ringfence/kernel';
import type { Outage } from '../read-store/outages.js';
import type { Parked } from '../read-store/parked.entity.js';
import type { LogLag } from './projector.js';
import type { ReadModels } from './read-models.js';

const NOBODY: Parked = new Map();

/**
 * Read models as the API meets them: perhaps switched off, perhaps not open yet. The house serves
 * meanwhile, who reads waits.
 */
export class OpeningReadModels {
  /** @param models  undefined when they are switched off */
  constructor(readonly models?: ReadModels) {}

  get isOn(): boolean {
    return this.models !== undefined;
  }
  /** why they stopped for good; undefined while they go on */
  get fault(): unknown {
    return this.models?.fault;
  }
  /** why they stand still for now */
  get outage(): Outage | undefined {
    return this.models?.outage;
  }
  get parked(): Parked {
    return this.models?.parked ?? NOBODY;
  }
  /** Open, but not yet compared with the logs: nobody may read them. */
  get isComparing(): boolean {
    return this.models?.isOpen === true && !this.models.isCompared;
  }
  /** Records that no row reflects yet; undefined while they open. */
  lag(): number | undefined {
    return this.models ? this.models.lag() : 0;
  }
  /** What the rows show of a log, by sequence number; undefined while they open. */
  seqOf(service: Service, partition: number): number | undefined {
    return this.models?.positionOf(service, partition)?.seq;
  }
  /** The same per log; none while they open. */
  lags(): readonly LogLag[] {
    return this.models?.lags() ?? [];
  }
  /** Whether rows reflect all there is; if not, they hurry. */
  areCaughtUp(): boolean {
    const lag = this.lag();
    if (lag !== undefined && lag > 0) this.models?.hurry();
    return lag === 0;
  }
  /**
   * Waits while they open.
   *
   * @returns undefined when they are off, could not be opened, wait for their database, or are not
   *   compared with the logs yet
   */
  async opened(): Promise<ReadModels | undefined> {
    await this.models?.opened();
    return this.models?.isCompared === true ? this.models : undefined;
  }
  async close(): Promise<void> {
    await this.models?.close();
  }
}
