import { SegmentJournal } from '@ringfence/journal-segments';
import { serveAlone } from '@ringfence/service-kit';
import { CustodyModule } from './custody.module.js';
import { custodyConfig } from './custody.config.js';

/** The service alone: its lanes over a folder, and `/health`. */
await serveAlone(
  {
    service: 'custody',
    plan: new URL('./plan.js', import.meta.url),
    openJournal: (folder) => SegmentJournal.open(folder),
    module: (ground) => CustodyModule.on(ground),
  },
  custodyConfig(process.env),
);
