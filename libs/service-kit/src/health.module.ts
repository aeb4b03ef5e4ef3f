import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import { HealthSigns, type HealthSign } from './health-signs.js';
import { HOSTED_LANES } from './lanes.module.js';
import type { HostedLanes, HostedStatus } from './hosted-lanes.js';

/** A lane that decides, or stands by for one that another process owns. */
const WELL: ReadonlySet<HostedStatus> = new Set<HostedStatus>(['active', 'standby']);

/** One part of a process and how it is. */
interface Finding {
  readonly name: string;
  readonly isUp: boolean;
  readonly shown: Readonly<Record<string, unknown>>;
}
type Shown = Readonly<Record<string, { readonly status: 'up' | 'down' }>>;

/** How a process is, part by part, in the words of Nest's Terminus. */
export interface Health {
  readonly status: 'ok' | 'error';
  /** what is up */
  readonly info: Shown;
  /** what is down, and why */
  readonly error: Shown;
  /** both */
  readonly details: Shown;
}

/** Of Fastify's reply what is needed here. */
interface Reply {
  code(status: number): unknown;
}

/**
 * Whether the lanes of this process decide: 200, or 503 when a part is down. One that is names
 * itself and why.
 */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HOSTED_LANES) readonly lanes: readonly HostedLanes[],
    @Inject(HealthSigns) readonly signs: HealthSigns,
  ) {}

  @Get()
  check(@Res({ passthrough: true }) reply: Reply): Health {
    const health = healthOf([
      ...this.lanes.map((lanes) => lanesFinding(lanes)),
      ...this.signs.all.map((sign) => signFinding(sign)),
    ]);
    void reply.code(health.status === 'ok' ? 200 : 503);
    return health;
  }
}

const signFinding = ({ name, look }: HealthSign): Finding => ({ name, ...look() });

function lanesFinding(lanes: HostedLanes): Finding {
  const stopped = lanes.reports().filter(({ status }) => !WELL.has(status));
  const names = stopped.map(({ partition, status, fault }) => ({ partition, status, fault }));
  const isUp = stopped.length === 0;
  return {
    name: lanes.service,
    isUp,
    shown: isUp ? { lanes: lanes.partitions } : { stopped: names },
  };
}

function healthOf(findings: readonly Finding[]): Health {
  const shownOf = (some: readonly Finding[]): Shown =>
    Object.fromEntries(
      some.map(({ name, isUp, shown }) => [name, { status: isUp ? 'up' : 'down', ...shown }]),
    );
  const down = findings.filter(({ isUp }) => !isUp);
  return {
    status: down.length === 0 ? 'ok' : 'error',
    info: shownOf(findings.filter(({ isUp }) => isUp)),
    error: shownOf(down),
    details: shownOf(findings),
  };
}

@Module({ controllers: [HealthController] })
export class HealthModule {}
