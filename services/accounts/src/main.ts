import { SegmentJournal } from '@ringfence/journal-segments';
import { serveAlone } from '@ringfence/service-kit';
import { AccountsModule } from './accounts.module.js';
import { accountsConfig } from './accounts.config.js';

/** The service alone: its lanes over a folder, and `/health`. */
await serveAlone(
  {
    service: 'accounts',
    plan: new URL('./plan.js', import.meta.url),
    openJournal: (folder) => SegmentJournal.open(folder),
    module: (ground) => AccountsModule.on(ground),
  },
  accountsConfig(process.env),
);
