import { runLogged, serveAlone, serviceConfig } from '@ringfence/service-kit';
import { LiquidationModule } from './liquidation.module.js';

/** The service alone: its lanes over a folder or on Kafka, `/health`, `/ready` and `/metrics`. */
await runLogged('liquidation', async () =>
  serveAlone(
    {
      service: 'liquidation',
      plan: new URL('./plan.js', import.meta.url),
      module: (ground) => LiquidationModule.on(ground),
    },
    serviceConfig(process.env),
  ),
);
