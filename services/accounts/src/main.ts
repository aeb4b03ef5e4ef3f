import { runLogged, serveAlone, serviceConfig } from '@ringfence/service-kit';
import { AccountsModule } from './accounts.module.js';

/** The service alone: its lanes over a folder or on Kafka, `/health`, `/ready` and `/metrics`. */
await runLogged('accounts', async () =>
  serveAlone(
    {
      service: 'accounts',
      plan: new URL('./plan.js', import.meta.url),
      module: (ground) => AccountsModule.on(ground),
    },
    serviceConfig(process.env),
  ),
);
