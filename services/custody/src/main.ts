import { runLogged, serveAlone, serviceConfig } from '@ringfence/service-kit';
import { CustodyModule } from './custody.module.js';

/** The service alone: its lanes over a folder or on Kafka, `/health`, `/ready` and `/metrics`. */
await runLogged('custody', async () =>
  serveAlone(
    {
      service: 'custody',
      plan: new URL('./plan.js', import.meta.url),
      module: (ground) => CustodyModule.on(ground),
    },
    serviceConfig(process.env),
  ),
);
