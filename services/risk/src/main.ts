import { runLogged, serveAlone, serviceConfig } from '@ringfence/service-kit';
import { RiskModule } from './risk.module.js';

/** The service alone: its lanes over a folder or on Kafka, `/health`, `/ready` and `/metrics`. */
await runLogged('risk', async () =>
  serveAlone(
    {
      service: 'risk',
      services: ['reference', 'risk'],
      plan: new URL('./plan.js', import.meta.url),
      module: (ground) => RiskModule.on(ground),
    },
    serviceConfig(process.env),
  ),
);
