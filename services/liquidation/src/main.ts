import { SegmentJournal } from '@ringfence/journal-segments';
import { serveAlone } from '@ringfence/service-kit';
import { LiquidationModule } from './liquidation.module.js';
import { liquidationConfig } from './liquidation.config.js';

/** The service alone: its lanes over a folder, and `/health`. */
await serveAlone(
  {
    service: 'liquidation',
    plan: new URL('./plan.js', import.meta.url),
    openJournal: (folder) => SegmentJournal.open(folder),
    module: (ground) => LiquidationModule.on(ground),
  },
  liquidationConfig(process.env),
);
