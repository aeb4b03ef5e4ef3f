import { Controller, Get, Inject, Module, Res, type DynamicModule } from '@nestjs/common';
import { HealthSigns } from './health-signs.js';
import type { HostedLanes, HostedStatus } from './hosted-lanes.js';
import { HOSTED_LANES } from './lanes.module.js';

/**
 * Which lanes make a process ready. `own`: each decides, or stands by. `known`: each has an owner
 * that was heard, whatever it says; a lane that is stopped does not take the others away.
 */
export type ReadinessRule = 'own' | 'known';
const RULE = Symbol('ReadinessRule');

const SERVES: ReadonlySet<HostedStatus> = new Set<HostedStatus>(['active', 'standby']);
const UNKNOWN: ReadonlySet<HostedStatus> = new Set<HostedStatus>(['silent', 'opening']);

/** Of Fastify's reply what is needed here. */
interface Reply {
  code(status: number): unknown;
}

/** What keeps a process from serving. */
export interface NotReady {
  readonly name: string;
  readonly why: string;
}

/** What keeps the lanes from serving under that rule; nothing when they do. */
export function lanesNotReady(rule: ReadinessRule, lanes: readonly HostedLanes[]): NotReady[] {
  return lanes
    .flatMap((host) => host.reports())
    .filter(({ status }) => (rule === 'own' ? !SERVES.has(status) : UNKNOWN.has(status)))
    .map(({ service, partition, status, fault }) => ({
      name: `${service}/${partition}`,
      why: fault === '' ? status : `${status}: ${fault}`,
    }));
}

/** Whether requests should come here: 200 when they should, else 503 and why not. */
@Controller('ready')
export class ReadyController {
  constructor(
    @Inject(HOSTED_LANES) readonly lanes: readonly HostedLanes[],
    @Inject(HealthSigns) readonly signs: HealthSigns,
    @Inject(RULE) readonly rule: ReadinessRule,
  ) {}

  @Get()
  check(@Res({ passthrough: true }) reply: Reply): object {
    const waits = lanesNotReady(this.rule, this.lanes);
    for (const { name, waitsFor } of this.signs.readiness) {
      const why = waitsFor();
      if (why !== '') waits.push({ name, why });
    }
    const isReady = waits.length === 0;
    void reply.code(isReady ? 200 : 503);
    return { ready: isReady, waits };
  }
}

@Module({})
export class ReadyModule {
  static on(rule: ReadinessRule): DynamicModule {
    const providers = [{ provide: RULE, useValue: rule }];
    return { module: ReadyModule, providers, controllers: [ReadyController] };
  }
}
