import type { Page } from '@ringfence/service-kit';
import type { OpeningReadModels } from './opening-read-models.js';

/** How far the read models are behind the logs, in all and per log. */
export function readModelsOn(page: Page, models: OpeningReadModels): void {
  const { isOn, fault, outage, parked } = models;
  page.gauge('projections_on', isOn && fault === undefined ? 1 : 0);
  page.gauge('projections_away_ms', outage ? Date.now() - outage.since : 0);
  page.gauge('parked_accounts', parked.size);
  const lag = models.lag();
  if (lag === undefined) return; // they open
  page.gauge('projection_lag_records', lag);
  for (const { service, partition, records } of models.lags()) {
    page.gauge('projection_log_lag_records', records, { service, partition });
  }
}
