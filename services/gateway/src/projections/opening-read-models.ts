import type { Service } from '@ringfence/kernel';
import type { Parked } from '../read-store/parked.entity.js';
import type { LogLag } from './projector.js';
import type { ReadModels } from './read-models.js';

const NOBODY: Parked = new Map();

/** Read models that take a few seconds to open: the house serves meanwhile, who reads waits. */
export class OpeningReadModels {
  #models: ReadModels | undefined;
  #fault: unknown;
  readonly #opened: Promise<ReadModels | undefined>;

  /** @param opening  undefined when they are switched off */
  constructor(
    opening: Promise<ReadModels> | undefined,
    readonly onFault: (fault: unknown) => void = () => {},
  ) {
    this.isOn = opening !== undefined;
    this.#opened = this.#await(opening);
  }
  readonly isOn: boolean;

  /** why they do not go on; undefined while they do */
  get fault(): unknown {
    return this.#fault ?? this.#models?.fault;
  }
  get parked(): Parked {
    return this.#models?.parked ?? NOBODY;
  }
  /** Records that no row reflects yet; undefined while they open. */
  lag(): number | undefined {
    return this.isOn ? this.#models?.lag() : 0;
  }
  /** What the rows show of a log, by sequence number; undefined while they open. */
  seqOf(service: Service, partition: number): number | undefined {
    return this.#models?.positionOf(service, partition)?.seq;
  }
  /** The same per log; none while they open. */
  lags(): readonly LogLag[] {
    return this.#models?.lags() ?? [];
  }
  /** Whether rows reflect all there is; if not, they hurry. */
  areCaughtUp(): boolean {
    const lag = this.lag();
    if (lag !== undefined && lag > 0) this.#models?.hurry();
    return lag === 0;
  }
  /** @returns undefined when they are off, or could not be opened */
  opened(): Promise<ReadModels | undefined> {
    return this.#opened;
  }
  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }

  async #await(opening: Promise<ReadModels> | undefined): Promise<ReadModels | undefined> {
    try {
      this.#models = await opening;
    } catch (fault) {
      this.#fault = fault;
      this.onFault(fault);
    }
    return this.#models;
  }
}
