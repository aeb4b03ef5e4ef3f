import { SegmentJournal } from '@ringfence/journal-segments';
import { serveAlone } from '@ringfence/service-kit';
import { RiskModule } from './risk.module.js';
import { riskConfig } from './risk.config.js';

/** The service alone: its lanes over a folder, and `/health`. */
await serveAlone(
  {
    service: 'risk',
    services: ['reference', 'risk'],
    plan: new URL('./plan.js', import.meta.url),
    openJournal: (folder) => SegmentJournal.open(folder),
    module: (ground) => RiskModule.on(ground),
  },
  riskConfig(process.env),
);
