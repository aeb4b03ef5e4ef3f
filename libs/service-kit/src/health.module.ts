import { Controller, Get, Inject, Module } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  TerminusModule,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { HealthSigns, type HealthSign } from './health-signs.js';
import { HOSTED_LANES } from './lanes.module.js';
import type { HostedLanes, HostedStatus } from './hosted-lanes.js';

/** A lane that decides, or stands by for one that another process owns. */
const WELL: ReadonlySet<HostedStatus> = new Set<HostedStatus>(['active', 'standby']);

/** Whether the lanes of this process decide. One that does not names itself and why. */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) readonly indicator: HealthIndicatorService,
    @Inject(HOSTED_LANES) readonly lanes: readonly HostedLanes[],
    @Inject(HealthSigns) readonly signs: HealthSigns,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([
      ...this.lanes.map((lanes) => () => this.#lanesOf(lanes)),
      ...this.signs.all.map((sign) => () => this.#signOf(sign)),
    ]);
  }

  #signOf({ name, look }: HealthSign): HealthIndicatorResult {
    const indicator = this.indicator.check(name);
    const { isUp, shown } = look();
    return isUp ? indicator.up(shown) : indicator.down(shown);
  }

  #lanesOf(lanes: HostedLanes): HealthIndicatorResult {
    const indicator = this.indicator.check(lanes.service);
    const stopped = lanes.reports().filter(({ status }) => !WELL.has(status));
    if (stopped.length === 0) return indicator.up({ lanes: lanes.partitions });
    const names = stopped.map(({ partition, status, fault }) => ({ partition, status, fault }));
    return indicator.down({ stopped: names });
  }
}

@Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] })
export class HealthModule {}
