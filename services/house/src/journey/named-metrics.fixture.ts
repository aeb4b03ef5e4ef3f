import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const INFRA = fileURLToPath(new URL('../../../../infra/', import.meta.url));
const OPERATIONS = fileURLToPath(new URL('../../../../docs/operations.md', import.meta.url));
const NAMED = /\bringfence_[a-z_]+[a-z]\b/g;
/** What a histogram's lines end in. */
const SUFFIX = /_(bucket|sum|count)$/;

/** Every metric that the dashboard, the alerts, the runbooks or the manual name. */
export function namedMetrics(): readonly string[] {
  const runbooks = readdirSync(`${INFRA}runbooks`).map((name) => `${INFRA}runbooks/${name}`);
  const files = [
    `${INFRA}observability/grafana/dashboards/house.json`,
    `${INFRA}observability/alerts.yml`,
    OPERATIONS,
    ...runbooks,
  ];
  const names = files.flatMap((file) => readFileSync(file, 'utf8').match(NAMED) ?? []);
  return [...new Set(names.map((name) => name.replace(SUFFIX, '')))].toSorted();
}

/** The families on a page of metrics. */
export const familiesOf = (page: string): ReadonlySet<string> =>
  new Set([...page.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
