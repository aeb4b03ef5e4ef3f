import type { Service } from '@ringfence/kernel';
import { invariant } from '@ringfence/kernel';
import type { Address } from '@ringfence/kernel';
import type { FollowedLog, LaneGround } from '@ringfence/service-kit';
import type { ReferenceReader } from '../api/reference-reader.js';
import type { Feed } from './feed.js';
import { FollowedFeed } from './followed-feed.js';
import { LogFeed } from './log-feed.js';

/** Commands and events kept of all logs together, and of each at least. */
const MESSAGES_MAX = 24_000;
const MESSAGES_MIN = 500;
/** Logs besides the reference log that somebody may need. */
const SERVICES: readonly Service[] = ['accounts', 'risk', 'liquidation'];

export interface FeedsOptions {
  readonly ground: LaneGround;
  readonly reference: ReferenceReader;
  /** logs that the process follows anyway; without it the feeds read them */
  readonly followed?: (address: Address) => FollowedLog;
  readonly onFault: (fault: unknown) => void;
}

/**
 * The logs that the gateway follows for those who need them. Every gateway reads them itself, and
 * none of them twice.
 */
export class Feeds {
  readonly #logs: readonly (LogFeed | FollowedFeed)[];
  readonly #reference: Feed;

  constructor({ ground, reference, followed, onFault }: FeedsOptions) {
    const { partitions, journal } = ground;
    const { cache } = ground.options;
    const logs = SERVICES.length * partitions;
    const messagesMax = Math.max(MESSAGES_MIN, Math.floor(MESSAGES_MAX / logs));
    const options = { journal, cache, messagesMax, onFault };
    this.#reference = reference;
    this.#logs = SERVICES.flatMap((service) =>
      Array.from({ length: partitions }, (_, partition) => {
        const log = followed?.({ service, partition });
        return log
          ? new FollowedFeed({ service, partition, log, messagesMax })
          : new LogFeed({ ...options, service, partition });
      }),
    );
  }

  of(service: Service, partition: number): Feed {
    if (service === 'reference') return this.#reference;
    const found = this.#logs.find(
      (each) => each.service === service && each.partition === partition,
    );
    invariant(found !== undefined, `the gateway follows ${service}/${partition}`);
    return found;
  }
  all(service: Service): readonly Feed[] {
    return this.#logs.filter((each) => each.service === service);
  }
  close(): void {
    for (const each of this.#logs) each.close();
  }
}
