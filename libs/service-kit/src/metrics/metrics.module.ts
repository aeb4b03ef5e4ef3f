import { Controller, Get, Header, Inject, Module, type DynamicModule } from '@nestjs/common';
import type { Journal } from '@ringfence/journal';
import type { HostedLanes } from '../hosted-lanes.js';
import { countersOf } from '../journal-place.js';
import { HOSTED_LANES } from '../lanes.module.js';
import { lanesOn } from './lane-lines.js';
import { Meters } from './meters.js';
import { Page, PAGE_MEDIA_TYPE } from './page.js';
import { ProcessMeter } from './process-lines.js';

const JOURNAL = Symbol('Journal');

/** What this process measures: its lanes, its journal, itself, and what joined it. */
@Controller('metrics')
export class MetricsController {
  readonly #process = new ProcessMeter();

  constructor(
    @Inject(HOSTED_LANES) readonly lanes: readonly HostedLanes[],
    @Inject(Meters) readonly meters: Meters,
    @Inject(JOURNAL) readonly journal: Journal,
  ) {}

  @Get()
  @Header('content-type', PAGE_MEDIA_TYPE)
  text(): string {
    const page = new Page();
    lanesOn(page, this.lanes);
    for (const [name, value] of Object.entries(countersOf(this.journal))) {
      page.counter(`journal_${snakeCase(name)}_total`, value);
    }
    for (const meter of this.meters.all) meter(page);
    this.#process.write(page);
    return page.text();
  }

  /** Nest calls it when the process ends. */
  onApplicationShutdown(): void {
    this.#process.close();
  }
}

const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

@Module({})
export class MetricsModule {
  /** @param journal  of the process; its counters are shown if it has any */
  static on(journal: Journal): DynamicModule {
    const providers = [{ provide: JOURNAL, useValue: journal }];
    return { module: MetricsModule, providers, controllers: [MetricsController] };
  }
}
